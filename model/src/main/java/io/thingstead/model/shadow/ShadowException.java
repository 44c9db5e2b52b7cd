package io.thingstead.model.shadow;

import io.thingstead.model.ApiException;
import org.jspecify.annotations.Nullable;

/** A shadow request that is refused; becomes a {@code rejected} document or an API error. */
public final class ShadowException extends RuntimeException {
  private final ShadowError error;
  private final @Nullable String clientToken;

  ShadowException(ShadowError error, @Nullable String clientToken) {
    this(error, error.message(), clientToken);
  }

  private ShadowException(ShadowError error, String text, @Nullable String clientToken) {
    // No stack trace: a refused request is an answer, not a fault, and must stay cheap.
    super(text, null, false, false);
    this.error = error;
    this.clientToken = clientToken;
  }

  /** An error of the service itself, with the token of the request it answers. */
  public static ShadowException of(ShadowError error, @Nullable String clientToken) {
    return new ShadowException(error, clientToken);
  }

  /** 404 for this shadow: quotes the shadow's name, or the thing's for the classic one. */
  public static ShadowException notFound(ShadowName name, @Nullable String clientToken) {
    return notFound(name.isClassic() ? name.thing() : name.shadow(), clientToken);
  }

  static ShadowException notFound(String quoted, @Nullable String clientToken) {
    return new ShadowException(
        ShadowError.SHADOW_NOT_FOUND,
        ShadowError.SHADOW_NOT_FOUND.message().formatted(quoted),
        clientToken);
  }

  public ShadowError error() {
    return error;
  }

  /** The same refusal for an HTTP caller. */
  public ApiException toApiException() {
    return new ApiException(error.awsError(), String.valueOf(getMessage()));
  }

  /** The {@code rejected} document: {@code {"code","message"[,"clientToken"]}}. */
  public byte[] rejected() {
    var document = Json.object().put("code", error.code()).put("message", getMessage());
    return Json.write(Json.withToken(document, clientToken));
  }
}
