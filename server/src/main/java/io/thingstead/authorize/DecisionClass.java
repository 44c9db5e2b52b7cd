package io.thingstead.authorize;

import io.thingstead.account.Account;
import io.thingstead.model.policy.BoundPolicies;
import io.thingstead.model.policy.Ruling;
import io.thingstead.model.policy.Verdict;
import org.jspecify.annotations.Nullable;

/** The decisions of all callers with equal policies and equal values of the variables used. */
final class DecisionClass {
  private final BoundPolicies policies;
  private final DecisionCache cache = new DecisionCache();
  private final String[] arnPrefixes = new String[Access.values().length];
  private volatile @Nullable Same last;

  /** Nearly all that is allowed is allowed by the same statement, and said in the same words. */
  private record Same(Verdict verdict, Decision decision) {}

  DecisionClass(Account account, BoundPolicies policies) {
    this.policies = policies;
    for (Access access : Access.values()) {
      arnPrefixes[access.ordinal()] = account.arn(access.resource(""));
    }
  }

  BoundPolicies policies() {
    return policies;
  }

  Decision decide(Access access, String name) {
    Decision known = cache.get(access, name);
    if (known != null) {
      return known;
    }
    Decision decision = decide(access.action(), arnPrefixes[access.ordinal()] + name);
    cache.put(access, name, decision);
    return decision;
  }

  Decision decide(String action, String arn) {
    Verdict verdict = policies.decide(action, arn);
    Same same = last;
    if (same != null && verdict.equals(same.verdict)) {
      return same.decision;
    }
    Decision decision = Verdicts.decision(verdict, policies.set().names(), action, arn);
    if (verdict.allowed()) {
      last = new Same(verdict, decision);
    }
    return decision;
  }

  Ruling ruling(String action, String arn) {
    return Ruling.of(policies.decide(action, arn), policies.set().names(), action, arn);
  }
}
