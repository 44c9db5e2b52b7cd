package io.thingstead.model.shadow;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** A shadow as it is kept. Immutable; its nodes are shared and never changed. */
public final class ShadowDocument {
  private final ObjectNode state;
  private final ObjectNode metadata;
  private final long version;
  private final long timestamp;

  ShadowDocument(ObjectNode state, ObjectNode metadata, long version, long timestamp) {
    this.state = state;
    this.metadata = metadata;
    this.version = version;
    this.timestamp = timestamp;
  }

  /** What came before the first update since the shadow did not exist. */
  static ShadowDocument absent(long lastVersion) {
    return new ShadowDocument(Json.object(), Json.object(), lastVersion, 0);
  }

  /** Reads what {@link #encode} wrote. */
  public static ShadowDocument decode(byte[] stored) {
    ObjectNode root = Json.read(stored);
    return new ShadowDocument(
        (ObjectNode) root.required("state"),
        (ObjectNode) root.required("metadata"),
        root.required("version").longValue(),
        root.required("timestamp").longValue());
  }

  /** The stored form, JSON. */
  public byte[] encode() {
    return Json.write(stored().put("timestamp", timestamp));
  }

  /** The version of the last update, from 1. */
  public long version() {
    return version;
  }

  /** When it was last updated, epoch seconds. */
  public long timestamp() {
    return timestamp;
  }

  ObjectNode state() {
    return state;
  }

  ObjectNode metadata() {
    return metadata;
  }

  /** State, metadata and version, the sections in the documented order. */
  ObjectNode stored() {
    ObjectNode document = Json.object();
    document.set("state", ordered(state));
    document.set("metadata", ordered(metadata));
    return document.put("version", version);
  }

  /**
   * The answer to a get: the sections, the delta if there is one, and their metadata.
   *
   * @param now the time of the answer, epoch seconds
   */
  public byte[] get(long now, @Nullable String clientToken) {
    ObjectNode document = stored();
    ObjectNode delta = delta();
    if (!delta.isEmpty()) {
      ((ObjectNode) document.required("state")).set("delta", delta);
      ((ObjectNode) document.required("metadata")).set("delta", deltaMetadata(delta));
    }
    return Json.write(Json.withToken(document.put("timestamp", now), clientToken));
  }

  /** The answer to a delete of this version. */
  public static byte[] deleted(long version, long now, @Nullable String clientToken) {
    ObjectNode document = Json.object().put("version", version).put("timestamp", now);
    return Json.write(Json.withToken(document, clientToken));
  }

  ObjectNode delta() {
    return state.get("desired") instanceof ObjectNode desired
        ? Delta.of(desired, state.get("reported"))
        : Json.object();
  }

  ObjectNode deltaMetadata(ObjectNode delta) {
    return Delta.metadata(delta, (ObjectNode) metadata.required("desired"));
  }

  private static ObjectNode ordered(ObjectNode sections) {
    ObjectNode ordered = Json.object();
    for (UpdateRequest.Section section : UpdateRequest.Section.values()) {
      JsonNode value = sections.get(section.key());
      if (value != null) {
        ordered.set(section.key(), value);
      }
    }
    return ordered;
  }
}
