package io.thingstead.mqtt;

import io.thingstead.broker.MessageProperties;
import io.thingstead.broker.Qos;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A CONNECT in the making: a clean start without keep alive, until told otherwise. */
final class Dial {
  private final Version version;
  private final String clientId;
  private boolean clean = true;
  private int keepAlive;
  private @Nullable Will will;
  private long expiry;
  private int receiveMaximum = 0xFFFF;
  private long packetBytes = Long.MAX_VALUE;
  private int aliases;
  private boolean responses;
  private boolean reasons = true;
  private @Nullable Authentication authentication;

  private Dial(Version version, String clientId) {
    this.version = version;
    this.clientId = clientId;
  }

  static Dial of(Version version, String clientId) {
    return new Dial(version, clientId);
  }

  static Dial five(String clientId) {
    return of(Version.V5, clientId);
  }

  static Dial three(String clientId) {
    return of(Version.V3_1_1, clientId);
  }

  Version version() {
    return version;
  }

  /** Without Clean Start. */
  Dial kept() {
    clean = false;
    return this;
  }

  Dial keepAlive(int seconds) {
    keepAlive = seconds;
    return this;
  }

  Dial will(Will left) {
    will = left;
    return this;
  }

  /** A will of QoS 1 without properties. */
  static Will will(String topic, String text, long delaySeconds) {
    byte[] payload = text.getBytes(StandardCharsets.UTF_8);
    return new Will(
        topic, payload, Qos.AT_LEAST_ONCE, false, delaySeconds, -1, MessageProperties.NONE);
  }

  Dial expiry(long seconds) {
    expiry = seconds;
    return this;
  }

  Dial receiveMaximum(int most) {
    receiveMaximum = most;
    return this;
  }

  Dial packetBytes(long most) {
    packetBytes = most;
    return this;
  }

  Dial aliases(int most) {
    aliases = most;
    return this;
  }

  /** Request Problem Information 0. */
  Dial noReasons() {
    reasons = false;
    return this;
  }

  /** Request Response Information 1. */
  Dial asksForResponseInformation() {
    responses = true;
    return this;
  }

  Dial authentication(String method) {
    authentication = new Authentication(method, null);
    return this;
  }

  Connect packet() {
    ConnectProperties properties =
        new ConnectProperties(
            expiry,
            receiveMaximum,
            packetBytes,
            aliases,
            responses,
            reasons,
            List.of(),
            authentication);
    return new Connect(version, clean, keepAlive, clientId, will, null, null, properties);
  }
}
