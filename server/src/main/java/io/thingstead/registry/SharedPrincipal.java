package io.thingstead.registry;

/** Hears that a principal belongs to a second thing. */
@FunctionalInterface
public interface SharedPrincipal {
  /**
   * On the shard's thread; must not block.
   *
   * @param principal its ARN
   * @param other a thing that it belonged to before
   */
  void by(String principal, String thing, String other);
}
