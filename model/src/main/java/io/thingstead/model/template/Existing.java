package io.thingstead.model.template;

/** What becomes of a resource that exists already and is not as the template wants it. */
public enum Existing {
  /** It stays as it is. */
  DO_NOTHING,
  /** It becomes as the template wants it. */
  REPLACE,
  /** Nothing is provisioned. */
  FAIL,
  /** The template's values are added to those it has. */
  MERGE
}
