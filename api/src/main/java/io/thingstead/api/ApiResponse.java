package io.thingstead.api;

/** An HTTP response as protocols make it; lengths and request ids are added by who sends it. */
public record ApiResponse(int status, Headers headers, byte[] body) {
  /** A success whose body is JSON. */
  public static ApiResponse json(byte[] body) {
    return new ApiResponse(200, new Headers().add("Content-Type", "application/json"), body);
  }
}
