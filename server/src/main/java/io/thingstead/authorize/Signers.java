package io.thingstead.authorize;

import io.thingstead.identity.Principal;
import io.thingstead.model.policy.PolicySet;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Callers who sign and are no administrators, and what their connections depend on. */
final class Signers {
  private final Policies policies;
  private final Lookups lookups;
  private final InstantSource clock;
  private final AtomicInteger stamps = new AtomicInteger();

  // Weak, so that a connection is forgotten even if nobody tells of its end.
  private final Set<SignerAuthorization> connections =
      Collections.newSetFromMap(new WeakHashMap<>());

  private volatile Function<Principal.AccessKey, Optional<Grants>> grants = _ -> Optional.empty();

  Signers(Policies policies, Lookups lookups, InstantSource clock) {
    this.policies = policies;
    this.lookups = lookups;
    this.clock = clock;
  }

  void grantedBy(Function<Principal.AccessKey, Optional<Grants>> source) {
    grants = source;
  }

  /** Reads the disk. A connection is told of changes from now on, a call over HTTP is not. */
  Authorization authorize(ConnectionContext context, Principal.AccessKey key) {
    SignerAuthorization authorization = new SignerAuthorization(this, context, key);
    if (!context.clientId().isEmpty()) {
      synchronized (connections) {
        connections.add(authorization);
      }
      // Once more: something may have changed while it was not known here.
      authorization.refresh();
    }
    return authorization;
  }

  /** The same for a key by its id, for explanations. */
  SignerAuthorization explaining(ConnectionContext context, Principal.AccessKey key) {
    return new SignerAuthorization(this, context, key);
  }

  void forget(SignerAuthorization authorization) {
    synchronized (connections) {
      connections.remove(authorization);
    }
  }

  int nextStamp() {
    return stamps.incrementAndGet();
  }

  Optional<Grants> grants(Principal.AccessKey key) {
    return grants.apply(key);
  }

  InstantSource clock() {
    return clock;
  }

  PolicySet iotPolicies(String target) {
    return PolicySet.of(policies.inForce(policies.attachedTo(target)));
  }

  @Nullable ConnectedThing thing(String owner, String clientId) {
    return clientId.isEmpty() ? null : lookups.thing().apply(owner, clientId).orElse(null);
  }

  /**
   * What this owner may do is another.
   *
   * @param owner an ARN, an identity's id or a unique id; empty for anyone
   */
  void changed(String owner) {
    refresh(each -> owner.isEmpty() || each.isOf(owner));
  }

  void iotPolicyChanged() {
    refresh(SignerAuthorization::isUnderIotPolicies);
  }

  private void refresh(Predicate<SignerAuthorization> which) {
    List<SignerAuthorization> all;
    synchronized (connections) {
      all = new ArrayList<>(connections);
    }
    for (SignerAuthorization each : all) {
      if (which.test(each)) {
        each.refresh();
        if (!each.live()) {
          each.revoked();
        }
      }
    }
  }
}
