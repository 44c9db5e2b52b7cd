package io.thingstead.api;

/** The protocol that a service speaks, with what it needs to know of the service. */
public sealed interface Wire {
  /** Method and path tell the operation; the body is JSON. */
  record Rest() implements Wire {}

  /**
   * The header {@code X-Amz-Target} tells the operation; the body is JSON.
   *
   * @param version 1.0 or 1.1
   * @param targetPrefix what stands before the dot of the header
   */
  record Json(String version, String targetPrefix) implements Wire {}

  /**
   * The form parameter {@code Action} tells the operation; answers are XML.
   *
   * @param version the parameter {@code Version}
   * @param namespace of the XML
   */
  record Query(String version, String namespace) implements Wire {}
}
