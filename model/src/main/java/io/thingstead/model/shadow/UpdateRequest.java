package io.thingstead.model.shadow;

import io.thingstead.model.Limits;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** A well-formed update: what to merge, and the version it expects. */
public final class UpdateRequest {
  private static final int CLIENT_TOKEN_BYTES_MAX = 64;

  private final ObjectNode state;
  private final @Nullable Long version;
  private final @Nullable String clientToken;

  private UpdateRequest(ObjectNode state, @Nullable Long version, @Nullable String clientToken) {
    this.state = state;
    this.version = version;
    this.clientToken = clientToken;
  }

  /**
   * Reads the payload of an update. Checks in the cloud's order: encoding, JSON, clientToken,
   * version, state, its sections, its nodes, its depth. Keys beside {@code state}, {@code version}
   * and {@code clientToken} are ignored, and so is {@code state.delta}, so that a whole document
   * can be written back.
   *
   * @throws ShadowException 400 or 415
   */
  public static UpdateRequest parse(byte[] payload, Limits.Shadows limits) {
    ObjectNode root = Json.read(payload);
    String clientToken = clientToken(root);
    Long version = version(root, clientToken);
    ObjectNode state = sections(root, clientToken);
    for (JsonNode section : state) {
      checkNodes(section, false, clientToken);
    }
    for (JsonNode section : state) {
      if (depth(section) > limits.depth()) {
        throw new ShadowException(ShadowError.TOO_DEEP, clientToken);
      }
    }
    return new UpdateRequest(state, version, clientToken);
  }

  /**
   * The token of a get or delete request, whose payload is otherwise ignored.
   *
   * @return null when there is none that could be echoed
   */
  public static @Nullable String tokenOf(byte[] payload) {
    if (payload.length == 0) {
      return null;
    }
    try {
      return clientToken(Json.read(payload));
    } catch (ShadowException _) {
      return null;
    }
  }

  private static @Nullable String clientToken(ObjectNode root) {
    JsonNode token = root.get("clientToken");
    if (token == null) {
      return null;
    }
    String text = token.isString() ? token.stringValue() : null;
    if (text == null
        || !Json.encodable(text)
        || text.getBytes(StandardCharsets.UTF_8).length > CLIENT_TOKEN_BYTES_MAX) {
      throw new ShadowException(ShadowError.INVALID_CLIENT_TOKEN, null);
    }
    return text;
  }

  private static @Nullable Long version(ObjectNode root, @Nullable String clientToken) {
    JsonNode version = root.get("version");
    if (version == null) {
      return null;
    }
    if (!version.isIntegralNumber() || !version.canConvertToLong() || version.longValue() < 0) {
      throw new ShadowException(ShadowError.INVALID_VERSION, clientToken);
    }
    return version.longValue();
  }

  private static ObjectNode sections(ObjectNode root, @Nullable String clientToken) {
    JsonNode state = root.get("state");
    if (state == null) {
      throw new ShadowException(ShadowError.MISSING_STATE, clientToken);
    }
    if (!state.isObject()) {
      throw new ShadowException(ShadowError.STATE_NOT_OBJECT, clientToken);
    }
    ObjectNode sections = Json.object();
    for (Section section : Section.values()) {
      JsonNode value = state.get(section.key());
      if (value == null) {
        continue;
      }
      if (!value.isObject() && !value.isNull()) {
        throw new ShadowException(section.notObject(), clientToken);
      }
      sections.set(section.key(), value);
    }
    for (String key : state.propertyNames()) {
      // A mistyped section must not look accepted; delta comes with a document written back.
      if (!sections.has(key) && !key.equals("delta")) {
        throw new ShadowException(ShadowError.INVALID_NODE, clientToken);
      }
    }
    return sections;
  }

  private static void checkNodes(JsonNode node, boolean inArray, @Nullable String clientToken) {
    boolean halfPair = node.isString() && !Json.encodable(node.stringValue());
    if (halfPair || (inArray && node.isNull())) {
      throw new ShadowException(ShadowError.INVALID_NODE, clientToken);
    }
    for (JsonNode child : node) {
      checkNodes(child, inArray || node.isArray(), clientToken);
    }
  }

  // Object levels below the section itself, through arrays too.
  private static int depth(JsonNode node) {
    int deepest = 0;
    for (JsonNode child : node) {
      deepest = Math.max(deepest, depth(child) + (child.isObject() ? 1 : 0));
    }
    return deepest;
  }

  /** The sections as sent, nulls included; desired before reported. */
  ObjectNode state() {
    return state;
  }

  @Nullable Long version() {
    return version;
  }

  /** What every answer to this request echoes. */
  public @Nullable String clientToken() {
    return clientToken;
  }

  /**
   * Whether this request writes or removes something at, above or below a leaf of {@code delta}.
   */
  boolean touches(ObjectNode delta) {
    for (JsonNode section : state) {
      if (overlaps(section, delta)) {
        return true;
      }
    }
    return false;
  }

  private static boolean overlaps(JsonNode requested, JsonNode delta) {
    if (!(requested instanceof ObjectNode object) || !(delta instanceof ObjectNode leaves)) {
      return true;
    }
    for (Map.Entry<String, JsonNode> entry : object.properties()) {
      JsonNode below = leaves.get(entry.getKey());
      if (below != null && overlaps(entry.getValue(), below)) {
        return true;
      }
    }
    return false;
  }

  /** The two halves of a shadow's state. */
  enum Section {
    DESIRED("desired", ShadowError.DESIRED_NOT_OBJECT),
    REPORTED("reported", ShadowError.REPORTED_NOT_OBJECT);

    private final String key;
    private final ShadowError notObject;

    Section(String key, ShadowError notObject) {
      this.key = key;
      this.notObject = notObject;
    }

    String key() {
      return key;
    }

    ShadowError notObject() {
      return notObject;
    }
  }
}
