package io.thingstead.provision;

import java.util.Locale;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.dataformat.cbor.CBORFactory;
import tools.jackson.dataformat.cbor.CBORMapper;

/** How a device writes its requests and reads the answers: the last level of the topic. */
enum FleetFormat {
  JSON,
  CBOR;

  /** What is read of strangers: little, and flat. */
  private static final class Mappers {
    private static final int DEPTH_MAX = 8;
    private static final StreamReadConstraints READ =
        StreamReadConstraints.builder().maxNestingDepth(DEPTH_MAX).build();

    private static final ObjectMapper JSON =
        JsonMapper.builder(
                JsonFactory.builder()
                    .streamReadConstraints(READ)
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private static final ObjectMapper CBOR =
        CBORMapper.builder(
                CBORFactory.builder()
                    .streamReadConstraints(READ)
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();
  }

  private ObjectMapper mapper() {
    return switch (this) {
      case JSON -> Mappers.JSON;
      case CBOR -> Mappers.CBOR;
    };
  }

  /** The level of the topic. */
  String level() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * Reads a request; nothing at all is an empty one.
   *
   * @throws FleetRefusal when it is no map
   */
  JsonNode read(byte[] payload) throws FleetRefusal {
    if (payload.length == 0) {
      return JsonNodeFactory.instance.objectNode();
    }
    try {
      JsonNode read = mapper().readTree(payload);
      if (read.isObject()) {
        return read;
      }
    } catch (JacksonException _) {
      // The same as something else than a map.
    }
    throw FleetRefusal.invalid("the payload is no map in " + name());
  }

  byte[] write(Map<String, ?> answer) {
    return mapper().writeValueAsBytes(answer);
  }
}
