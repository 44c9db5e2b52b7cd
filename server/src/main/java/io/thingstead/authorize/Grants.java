package io.thingstead.authorize;

import io.thingstead.model.policy.PolicySet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * What holds for a caller who signs.
 *
 * @param caller its ARN, for people
 * @param bounds each must allow what is done, and none may deny it
 * @param facts values of policy variables by name, in lower case
 * @param owner as what it owns things and IoT policies are attached to it: an ARN, or the id of a
 *     pool's identity
 * @param ownerId unique id of the user or role
 * @param owned names of the things that are attached to the owner; reads the disk
 * @param underIotPolicies whether IoT policies attached to the owner bound it too
 */
public record Grants(
    String caller,
    List<Bound> bounds,
    Map<String, List<String>> facts,
    String owner,
    String ownerId,
    Supplier<Set<String>> owned,
    boolean underIotPolicies) {
  /**
   * Policies of which one must allow.
   *
   * @param kind for people, such as {@code identity-based policy}
   */
  public record Bound(String kind, PolicySet policies) {}

  public Grants {
    bounds = List.copyOf(bounds);
    facts = Map.copyOf(facts);
  }
}
