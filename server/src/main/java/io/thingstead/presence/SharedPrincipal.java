package io.thingstead.presence;

/** Hears that a second client came with a principal that is connected. */
@FunctionalInterface
public interface SharedPrincipal {
  /**
   * On the second client's lane; must not block.
   *
   * @param principalId {@code Principal.inEvents()}
   */
  void by(String principalId, String firstClient, String secondClient);
}
