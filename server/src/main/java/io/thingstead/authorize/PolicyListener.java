package io.thingstead.authorize;

/**
 * Is told of changes of policies once they are durable and before their caller has the answer, on
 * the shard's thread.
 */
interface PolicyListener {
  /** The version in force of a policy is another one. */
  void policyChanged(String name);

  /** Other policies are attached to a target. */
  void targetChanged(String target);
}
