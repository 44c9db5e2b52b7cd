package io.thingstead.model.shadow;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.cfg.JsonNodeFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** How shadow documents are read and written: numbers keep every digit, keys their order. */
final class Json {
  // Far above any depth a shadow may have, low enough for recursion; the writer's bound is 500.
  private static final int MAX_NESTING = 400;

  private static final JsonMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(MAX_NESTING).build())
                  .build())
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .build();

  private Json() {}

  static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  static byte[] write(JsonNode node) {
    return MAPPER.writeValueAsBytes(node);
  }

  static ObjectNode withToken(ObjectNode document, @Nullable String clientToken) {
    return clientToken == null ? document : document.put("clientToken", clientToken);
  }

  /**
   * Reads a request document, which must be an object.
   *
   * @throws ShadowException 415 when it is not UTF-8, 400 when it is not JSON or not an object
   */
  static ObjectNode read(byte[] payload) {
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(payload)).toString();
    } catch (CharacterCodingException _) {
      throw new ShadowException(ShadowError.NOT_UTF8, null);
    }
    try {
      if (MAPPER.readTree(text) instanceof ObjectNode root) {
        return root;
      }
    } catch (StreamConstraintsException e) {
      boolean depth = e.getOriginalMessage().contains("nesting depth");
      throw new ShadowException(depth ? ShadowError.TOO_DEEP : ShadowError.INVALID_JSON, null);
    } catch (JacksonException _) {
      // Told below, as for a root that is no object.
    }
    throw new ShadowException(ShadowError.INVALID_JSON, null);
  }

  /**
   * Whether the text can be written as UTF-8: an escape may have left half of a pair (the parser
   * refuses that in keys only).
   */
  static boolean encodable(String text) {
    return StandardCharsets.UTF_8.newEncoder().canEncode(text);
  }

  /** Equality of values as the delta sees it: 1 equals 1.0, and the order of keys is no matter. */
  static boolean same(JsonNode left, JsonNode right) {
    return left.equals(
        (a, b) ->
            a.isNumber() && b.isNumber()
                ? a.decimalValue().compareTo(b.decimalValue())
                : a.equals(b) ? 0 : 1,
        right);
  }
}
