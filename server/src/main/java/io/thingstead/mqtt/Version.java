package io.thingstead.mqtt;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The protocol versions the codec reads and writes. */
public enum Version {
  /** MQTT 3.1: protocol name {@code MQIsdp}, level 3. */
  V3_1("MQIsdp", 3),
  /** MQTT 3.1.1: protocol name {@code MQTT}, level 4. */
  V3_1_1("MQTT", 4),
  /** MQTT 5: protocol name {@code MQTT}, level 5. */
  V5("MQTT", 5);

  private static final List<Version> ALL = List.of(values());

  private final String protocolName;
  private final int level;

  Version(String protocolName, int level) {
    this.protocolName = protocolName;
    this.level = level;
  }

  String protocolName() {
    return protocolName;
  }

  /** The protocol level byte of CONNECT. */
  public int level() {
    return level;
  }

  /** Whether packets carry properties and reason codes. */
  public boolean is5() {
    return this == V5;
  }

  static @Nullable Version of(String protocolName, int level) {
    for (Version version : ALL) {
      if (version.level == level && version.protocolName.equals(protocolName)) {
        return version;
      }
    }
    return null;
  }
}
