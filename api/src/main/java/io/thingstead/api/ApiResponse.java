package io.thingstead.api;

/** An HTTP response as protocols make it; lengths and request ids are added by who sends it. */
public record ApiResponse(int status, Headers headers, byte[] body) {}
