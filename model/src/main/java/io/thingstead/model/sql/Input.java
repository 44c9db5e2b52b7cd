package io.thingstead.model.sql;

import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The message a statement looks at.
 *
 * @param topic where it was published, without the prefix of Basic Ingest
 * @param payload its bytes, not changed by evaluation
 * @param clientId the MQTT client id, or null when it did not come over MQTT
 * @param principal certificate id or other name of the publisher, or null
 * @param sourceIp address of the publisher as text, or null
 * @param traceId UUID of the message, or null when it did not come over MQTT
 * @param timestampMillis epoch milliseconds at which it was accepted: what {@code timestamp()}
 *     gives, so that a repeated evaluation gives the same
 * @param random for {@code rand} and {@code newuuid}
 * @param lambdas for {@code aws_lambda}
 */
public record Input(
    String accountId,
    String topic,
    byte[] payload,
    @Nullable String clientId,
    @Nullable String principal,
    @Nullable String sourceIp,
    @Nullable String traceId,
    Properties properties,
    long timestampMillis,
    RandomGenerator random,
    Lambdas lambdas) {
  /** Of a message that no function is called for. */
  public Input(
      String accountId,
      String topic,
      byte[] payload,
      @Nullable String clientId,
      @Nullable String principal,
      @Nullable String sourceIp,
      @Nullable String traceId,
      Properties properties,
      long timestampMillis,
      RandomGenerator random) {
    this(
        accountId,
        topic,
        payload,
        clientId,
        principal,
        sourceIp,
        traceId,
        properties,
        timestampMillis,
        random,
        Lambdas.NONE);
  }

  /**
   * MQTT 5 properties of the message.
   *
   * @param utf8 the payload format indicator, or null when not given
   * @param user in the publisher's order
   */
  public record Properties(
      @Nullable Boolean utf8,
      @Nullable String contentType,
      @Nullable String responseTopic,
      byte @Nullable [] correlationData,
      List<User> user) {
    public static final Properties NONE = new Properties(null, null, null, null, List.of());

    /** One user property; names may repeat. */
    public record User(String name, String value) {}
  }
}
