package io.thingstead.shadow;

import io.thingstead.broker.Message;
import io.thingstead.model.shadow.ShadowName;
import io.thingstead.model.topic.Topic;

/**
 * A message on a request topic.
 *
 * @param topic {@code $aws/things/THING/shadow/OPERATION}, or {@code …/shadow/name/SHADOW/…}
 * @param receivedMillis epoch milliseconds
 */
record Request(Operation operation, String topic, byte[] payload, int hops, long receivedMillis) {
  private static final int THING = 2;
  private static final int SHADOW = 5;

  static Request of(Operation operation, Message message) {
    return new Request(
        operation,
        message.topic().text(),
        message.payloadBytes(),
        message.origin().hops(),
        message.acceptedAtMillis());
  }

  /**
   * Which shadow it is for.
   *
   * @throws io.thingstead.model.shadow.ShadowException 404 when none can have such a name
   */
  ShadowName name() {
    String[] levels = topic.split("/", -1);
    return levels.length > SHADOW
        ? new ShadowName(levels[THING], levels[SHADOW])
        : ShadowName.classic(levels[THING]);
  }

  /** Where the answer goes: {@code accepted} or {@code rejected}. */
  Topic answer(String outcome) {
    return new Topic(topic + "/" + outcome);
  }
}
