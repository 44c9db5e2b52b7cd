package io.thingstead.authorize;

import io.thingstead.account.Account;
import io.thingstead.model.policy.BoundPolicies;
import io.thingstead.model.policy.Ruling;

/** The decisions of all callers with equal policies and equal values of the variables used. */
final class DecisionClass {
  private final Account account;
  private final BoundPolicies policies;
  private final DecisionCache cache = new DecisionCache();

  DecisionClass(Account account, BoundPolicies policies) {
    this.account = account;
    this.policies = policies;
  }

  BoundPolicies policies() {
    return policies;
  }

  Decision decide(Access access, String name) {
    Decision known = cache.get(access, name);
    if (known != null) {
      return known;
    }
    String arn = account.arn(access.resource(name));
    Decision decision = decide(access.action(), arn);
    cache.put(access, name, decision);
    return decision;
  }

  Decision decide(String action, String arn) {
    return Verdicts.decision(policies.decide(action, arn), policies.set().names(), action, arn);
  }

  Ruling ruling(String action, String arn) {
    return Ruling.of(policies.decide(action, arn), policies.set().names(), action, arn);
  }
}
