package io.thingstead.rules;

import io.thingstead.broker.Message;
import io.thingstead.broker.MessageProperties;
import io.thingstead.broker.Qos;
import io.thingstead.model.Uuids;
import io.thingstead.model.sql.Input;
import io.thingstead.model.sql.Lambdas;
import java.net.InetAddress;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A message that a rule has taken, as it is kept until its actions are done.
 *
 * @param revision of the rule when it took the message
 * @param topic without the prefix of Basic Ingest
 */
record InputRow(
    String rule,
    long revision,
    String topic,
    byte[] payload,
    int qos,
    @Nullable String clientId,
    @Nullable String principal,
    @Nullable String sourceIp,
    @Nullable String traceId,
    int hops,
    long acceptedMillis,
    @Nullable Boolean utf8,
    @Nullable String contentType,
    @Nullable String responseTopic,
    byte @Nullable [] correlationData,
    List<Pair> userProperties) {
  record Pair(String name, String value) {}

  /**
   * @param payload of the message
   */
  static InputRow of(
      Rule rule, String topic, Message message, byte[] payload, RandomGenerator random) {
    MessageProperties properties = message.properties();
    InetAddress ip = message.origin().sourceIp();
    return new InputRow(
        rule.name(),
        rule.revision(),
        topic,
        payload,
        message.qos().ordinal(),
        message.origin().clientId(),
        message.origin().principalId(),
        ip == null ? null : ip.getHostAddress(),
        message.origin().clientId() == null ? null : Uuids.next(random),
        message.origin().hops(),
        message.acceptedAtMillis(),
        properties.utf8(),
        properties.contentType(),
        properties.responseTopic(),
        properties.correlationData(),
        properties.userProperties().stream()
            .map(pair -> new Pair(pair.name(), pair.value()))
            .toList());
  }

  boolean isDurable() {
    return qos > Qos.AT_MOST_ONCE.ordinal();
  }

  /** What the rule's statement looks at. */
  Input input(String accountId, RandomGenerator random, Lambdas lambdas) {
    return new Input(
        accountId,
        topic,
        payload,
        clientId,
        principal,
        sourceIp,
        traceId,
        new Input.Properties(
            utf8,
            contentType,
            responseTopic,
            correlationData,
            userProperties.stream()
                .map(pair -> new Input.Properties.User(pair.name(), pair.value()))
                .toList()),
        acceptedMillis,
        random,
        lambdas);
  }
}
