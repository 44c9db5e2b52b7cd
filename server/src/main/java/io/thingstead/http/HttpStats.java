package io.thingstead.http;

import io.thingstead.model.AwsError;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** Counts requests and how they ended. Any thread may count and read. */
public final class HttpStats {
  /** What is counted. */
  public enum Kind {
    /** Every request whose headers were read. */
    REQUEST,
    /** Broken HTTP, or a body shorter than its announced length. */
    MALFORMED,
    /** Headers or body beyond the limits. */
    OVERSIZED,
    /** Not received in time. */
    SLOW,
    /** Refused for want of room. */
    OVERLOADED,
    /** No signature or certificate, or one that proves nothing. */
    UNAUTHENTICATED,
    /** Proven, and not allowed. */
    DENIED,
    /** No such path. */
    UNKNOWN_OPERATION,
    /** Known, and not built. */
    NOT_IMPLEMENTED,
    /** Any other refusal: input that is invalid, a thing that is missing. */
    REFUSED,
    /** A fault of the server. */
    FAULT,
    /** WebSockets opened. */
    WEBSOCKET;

    /** How a request ended that was refused with an error. */
    static Kind of(AwsError error) {
      return switch (error) {
        case EXPIRED_TOKEN,
            INCOMPLETE_SIGNATURE,
            INVALID_SIGNATURE,
            MISSING_AUTHENTICATION_TOKEN,
            UNRECOGNIZED_CLIENT ->
            UNAUTHENTICATED;
        case ACCESS_DENIED, FORBIDDEN, UNAUTHORIZED -> DENIED;
        case UNKNOWN_OPERATION, METHOD_NOT_ALLOWED -> UNKNOWN_OPERATION;
        case NOT_IMPLEMENTED -> NOT_IMPLEMENTED;
        case SERVICE_UNAVAILABLE -> OVERLOADED;
        default -> REFUSED;
      };
    }
  }

  private final Map<Kind, LongAdder> counts = new EnumMap<>(Kind.class);

  public HttpStats() {
    for (Kind kind : Kind.values()) {
      counts.put(kind, new LongAdder());
    }
  }

  void count(Kind kind) {
    adder(kind).increment();
  }

  /** The count since the start. */
  public long of(Kind kind) {
    return adder(kind).sum();
  }

  private LongAdder adder(Kind kind) {
    LongAdder adder = counts.get(kind);
    if (adder == null) {
      throw new IllegalStateException("no counter of " + kind);
    }
    return adder;
  }
}
