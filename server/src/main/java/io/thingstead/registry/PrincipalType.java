package io.thingstead.registry;

/** How a principal belongs to a thing. */
public enum PrincipalType {
  /** To this thing alone: its connections are the thing's whatever their client id. */
  EXCLUSIVE_THING,
  /** To any number of things: a connection is a thing's when its client id is the thing's name. */
  NON_EXCLUSIVE_THING
}
