package io.thingstead.model.shadow;

import io.thingstead.model.Limits;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** An accepted update and the documents that tell of it. */
public final class ShadowUpdate {
  private final ShadowDocument previous;
  private final ShadowDocument current;
  private final UpdateRequest request;

  private ShadowUpdate(ShadowDocument previous, ShadowDocument current, UpdateRequest request) {
    this.previous = previous;
    this.current = current;
    this.request = request;
  }

  /**
   * Applies an update.
   *
   * @param existing the shadow, or null when there is none
   * @param lastVersion when there is none: the version it had when it was deleted, else 0
   * @param now epoch seconds
   * @throws ShadowException 409 when the request expects another version (0 means: no shadow), 413
   *     when the merged state is too large
   */
  public static ShadowUpdate apply(
      @Nullable ShadowDocument existing,
      long lastVersion,
      UpdateRequest request,
      long now,
      Limits.Shadows limits) {
    Long expected = request.version();
    if (expected != null && expected != (existing == null ? 0 : existing.version())) {
      throw new ShadowException(ShadowError.VERSION_CONFLICT, request.clientToken());
    }
    ShadowDocument previous = existing == null ? ShadowDocument.absent(lastVersion) : existing;
    ObjectNode state = Merge.state(previous.state(), request.state());
    if (Json.write(state).length > limits.stateBytes()) {
      throw new ShadowException(ShadowError.TOO_LARGE, request.clientToken());
    }
    ObjectNode metadata =
        Merge.metadata(previous.state(), previous.metadata(), request.state(), now);
    ShadowDocument current = new ShadowDocument(state, metadata, previous.version() + 1, now);
    return new ShadowUpdate(previous, current, request);
  }

  /** The shadow after the update. */
  public ShadowDocument current() {
    return current;
  }

  /** The {@code update/accepted} document: what the request touched. */
  public byte[] accepted() {
    ObjectNode document = Json.object();
    document.set("state", request.state());
    document.set("metadata", Merge.times(request.state(), current.timestamp()));
    return finish(document.put("version", current.version()));
  }

  /**
   * The {@code update/delta} document: everything desired that is not reported so.
   *
   * @return null when nothing differs or the request touched nothing that does
   */
  public byte @Nullable [] delta() {
    ObjectNode delta = current.delta();
    if (delta.isEmpty() || !request.touches(delta)) {
      return null;
    }
    ObjectNode document =
        Json.object().put("version", current.version()).put("timestamp", current.timestamp());
    document.set("state", delta);
    document.set("metadata", current.deltaMetadata(delta));
    return Json.write(Json.withToken(document, request.clientToken()));
  }

  /** The {@code update/documents} document: the whole shadow before and after. */
  public byte[] documents() {
    ObjectNode document = Json.object();
    document.set("previous", previous.stored());
    document.set("current", current.stored());
    return finish(document);
  }

  private byte[] finish(ObjectNode document) {
    document.put("timestamp", current.timestamp());
    return Json.write(Json.withToken(document, request.clientToken()));
  }
}
