package io.thingstead.api;

import org.jspecify.annotations.Nullable;

/**
 * One member of a structure.
 *
 * @param name how {@link Struct} knows it
 * @param location where it travels in an HTTP message
 * @param wireName its name there: JSON member, header, prefix, label or query parameter
 * @param required absent is refused
 * @param defaultValue what an absent one is taken for, or null
 */
public record Member(
    String name,
    Location location,
    String wireName,
    boolean required,
    Target target,
    @Nullable Object defaultValue) {
  /** Places of an HTTP message. */
  public enum Location {
    BODY,
    HEADER,
    /** All headers that begin with {@link Member#wireName}, as a map. */
    PREFIX_HEADERS,
    LABEL,
    QUERY,
    /** All query parameters that no other member claims, as a map. */
    QUERY_PARAMS,
    /** The whole body. */
    PAYLOAD,
    STATUS_CODE
  }

  public Shape shape() {
    return target.shape();
  }
}
