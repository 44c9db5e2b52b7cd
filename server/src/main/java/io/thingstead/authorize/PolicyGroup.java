package io.thingstead.authorize;

import io.thingstead.account.Account;
import io.thingstead.model.policy.BoundPolicies;
import io.thingstead.model.policy.NamedPolicy;
import io.thingstead.model.policy.PolicySet;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What all principals with the same policies attached share: these, compiled, and the classes. */
final class PolicyGroup {
  private final Account account;
  private final List<String> names;
  private final Function<List<String>, List<NamedPolicy>> load;
  private volatile @Nullable Compiled compiled;
  private volatile int version;

  /** Policies as they were at one time, and the classes of callers under them. */
  static final class Compiled {
    private final PolicySet set;
    private final boolean usesCertificate;
    private final boolean usesTime;
    private final WeakCache<BoundPolicies, DecisionClass> classes = new WeakCache<>();

    private Compiled(PolicySet set) {
      this.set = set;
      this.usesCertificate =
          set.variables().stream()
              .anyMatch(name -> name.toLowerCase(Locale.ROOT).startsWith("iot:certificate."));
      this.usesTime = set.uses("aws:CurrentTime") || set.uses("aws:EpochTime");
    }

    PolicySet set() {
      return set;
    }

    boolean usesCertificate() {
      return usesCertificate;
    }

    /** Whether an answer may be another one a second later. */
    boolean usesTime() {
      return usesTime;
    }
  }

  /**
   * Reads nothing yet: it must be known to those who tell of changes before it does.
   *
   * @param load the versions in force of policies by name
   */
  PolicyGroup(Account account, List<String> names, Function<List<String>, List<NamedPolicy>> load) {
    this.account = account;
    this.names = List.copyOf(names);
    this.load = load;
  }

  private Compiled compile() {
    return new Compiled(PolicySet.of(load.apply(names)));
  }

  boolean has(String policyName) {
    return names.contains(policyName);
  }

  /** Reads the disk the first time, which happens before a connection has it. */
  Compiled compiled() {
    Compiled known = compiled;
    if (known != null) {
      return known;
    }
    synchronized (this) {
      known = compiled;
      return known != null ? known : reload();
    }
  }

  /** Reads and compiles the policies again; {@link #changed} lets callers see it. */
  synchronized Compiled reload() {
    Compiled now = compile();
    compiled = now;
    return now;
  }

  int version() {
    return version;
  }

  void changed(int newVersion) {
    version = newVersion;
  }

  DecisionClass decisionClass(Compiled of, Function<String, List<String>> facts) {
    BoundPolicies bound = of.set.bind(facts);
    return of.usesTime
        ? new DecisionClass(account, bound)
        : of.classes.get(bound, key -> new DecisionClass(account, key));
  }

  int classes() {
    return compiled().classes.size();
  }
}
