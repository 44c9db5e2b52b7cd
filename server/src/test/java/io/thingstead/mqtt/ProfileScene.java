package io.thingstead.mqtt;

import static io.thingstead.model.Profile.AWS;
import static io.thingstead.model.Profile.MQTT;
import static io.thingstead.model.Profile.THINGSTEAD;

import io.thingstead.broker.MessageProperties;
import io.thingstead.broker.Qos;
import io.thingstead.model.Profile;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A server of each profile, and what tests of their differences do with them. */
abstract class ProfileScene {
  @RegisterExtension static final TestServer thingstead = new TestServer(THINGSTEAD);
  @RegisterExtension static final TestServer aws = new TestServer(AWS);
  @RegisterExtension static final TestServer mqtt = new TestServer(MQTT);

  private static final Map<Profile, TestServer> SERVERS =
      Map.of(THINGSTEAD, thingstead, AWS, aws, MQTT, mqtt);

  static TestServer server(Profile profile) {
    return java.util.Objects.requireNonNull(SERVERS.get(profile));
  }

  static RawClient five(Profile profile) throws IOException {
    return server(profile).join(server(profile).five("c"));
  }

  static RawClient five(Profile profile, String suffix) throws IOException {
    return server(profile).join(server(profile).five(suffix));
  }

  /** Publishes at QoS 1; what PUBACK says, or why the connection was closed. */
  static ReasonCode publish(
      RawClient client, String topic, String payload, boolean retain, PublishProperties properties)
      throws IOException {
    client.publish(topic, payload, Qos.AT_LEAST_ONCE, retain, client.nextId(), properties);
    return switch (client.read()) {
      case PubAck ack -> ack.reason();
      case Disconnect disconnect -> disconnect.reason();
      case Packet other -> throw new AssertionError(String.valueOf(other));
    };
  }

  static ReasonCode publish(RawClient client, String topic, String payload) throws IOException {
    return publish(client, topic, payload, false, PublishProperties.NONE);
  }

  static ReasonCode subscribe(RawClient client, String filter) throws IOException {
    client.subscribe(filter, Qos.AT_LEAST_ONCE);
    return switch (client.read()) {
      case SubAck ack -> ack.reasons().getFirst();
      case Disconnect disconnect -> disconnect.reason();
      case Packet other -> throw new AssertionError(String.valueOf(other));
    };
  }

  static Will will(String topic, Qos qos) {
    return new Will(topic, new byte[] {1}, qos, false, 0, -1, MessageProperties.NONE);
  }
}
