package io.thingstead.authorize;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A principal with connections, and what of it decisions depend on. It is written under its lock,
 * by the thread that connects or the shard's thread, and read by any without; {@link #version} is
 * written last.
 */
final class Subject {
  /** A certificate's ARN, or an anonymous principal's name. */
  private final String target;

  private final @Nullable String certificateId;
  private final Lookups lookups;
  private final Function<String, List<String>> attachedTo;
  private final Function<List<String>, PolicyGroup> groupOf;

  private final ReentrantLock lock = new ReentrantLock();

  // Weak, so that a connection is forgotten even if nobody tells of its end.
  private final Set<PolicyAuthorization> connections =
      Collections.newSetFromMap(new WeakHashMap<>());

  private @Nullable List<String> own;

  /** Of an anonymous principal, whose connections speak for no thing and so all stand alike. */
  private volatile @Nullable Standing anonymous;

  private volatile @Nullable Map<String, List<String>> certificate;
  private volatile boolean active;
  private volatile int version;

  /**
   * Reads nothing yet: it must be known to those who tell of changes before it does.
   *
   * @param certificateId null for an anonymous principal
   * @param attachedTo the names of a target's policies
   * @param groupOf the group of all that have these policies
   */
  Subject(
      String target,
      @Nullable String certificateId,
      Lookups lookups,
      Function<String, List<String>> attachedTo,
      Function<List<String>, PolicyGroup> groupOf) {
    this.target = target;
    this.certificateId = certificateId;
    this.lookups = lookups;
    this.attachedTo = attachedTo;
    this.groupOf = groupOf;
  }

  String target() {
    return target;
  }

  @Nullable String certificateId() {
    return certificateId;
  }

  /** Whether its certificate lets it do anything; an anonymous one always is. */
  boolean active() {
    return active;
  }

  int version() {
    return version;
  }

  /** The values of the certificate's variables; empty while no policy uses any. */
  Map<String, List<String>> certificate() {
    Map<String, List<String>> fields = certificate;
    return fields == null ? Map.of() : fields;
  }

  /** A policy of one of its connections begins to use the certificate's variables. */
  void loadCertificate() {
    lock.lock();
    try {
      if (certificate == null && certificateId != null) {
        certificate = lookups.certificate().apply(certificateId);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Whether a connection is under these policies at the moment. */
  boolean isIn(PolicyGroup group) {
    lock.lock();
    try {
      return connections.stream().anyMatch(each -> each.standing().policies() == group);
    } finally {
      lock.unlock();
    }
  }

  /** Takes a new connection in; reads the disk. */
  void add(PolicyAuthorization connection) {
    lock.lock();
    try {
      List<String> names = own == null ? load() : own;
      place(connection, names);
      connections.add(connection);
    } finally {
      lock.unlock();
    }
  }

  /**
   * The same for a connection of an anonymous principal; does not wait and reads nothing.
   *
   * @return false when another thread is at work here, or something must be read first
   */
  boolean addAnonymous(PolicyAuthorization connection) {
    if (!lock.tryLock()) {
      return false;
    }
    try {
      Standing now = anonymous;
      if (now == null) {
        return false;
      }
      connection.stands(now);
      connections.add(connection);
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** The connection is over. Does not wait: who is in the way leaves it to the collector. */
  void remove(PolicyAuthorization connection) {
    if (lock.tryLock()) {
      try {
        connections.remove(connection);
      } finally {
        lock.unlock();
      }
    }
  }

  private List<String> load() {
    active = certificateId == null || lookups.active().test(certificateId);
    List<String> names = attachedTo.apply(target);
    own = names;
    anonymous = null;
    return names;
  }

  private void place(PolicyAuthorization connection, List<String> names) {
    String clientId = connection.clientId();
    ConnectedThing thing =
        certificateId == null || clientId.isEmpty()
            ? null
            : lookups.thing().apply(target, clientId).orElse(null);
    List<String> groups = thing == null ? List.of() : lookups.groups().apply(thing.name());
    stand(connection, thing, groups, names, attachedTo);
  }

  private void stand(
      PolicyAuthorization connection,
      @Nullable ConnectedThing thing,
      List<String> groups,
      List<String> names,
      Function<String, List<String>> attached) {
    PolicyGroup policies = groupOf.apply(union(names, groups, attached));
    loadCertificateFor(policies);
    Standing now = new Standing(thing, groups, policies);
    connection.stands(now);
    if (certificateId == null) {
      anonymous = now;
    }
    // Once more: they may have changed while nothing was known to be under them.
    loadCertificateFor(policies);
  }

  private static List<String> union(
      List<String> names, List<String> groups, Function<String, List<String>> attached) {
    if (groups.isEmpty()) {
      return names;
    }
    Set<String> all = new LinkedHashSet<>(names);
    groups.forEach(group -> all.addAll(attached.apply(group)));
    return List.copyOf(all);
  }

  private void loadCertificateFor(PolicyGroup policies) {
    if (policies.compiled().usesCertificate()) {
      loadCertificate();
    }
  }

  /**
   * Reads everything again, and lets its connections see it.
   *
   * @param versions gives the next version of anything in the account
   */
  void reload(AtomicInteger versions) {
    lock.lock();
    try {
      List<String> names = load();
      connections.forEach(connection -> place(connection, names));
      version = versions.incrementAndGet();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Other policies are attached to a thing group: those connections see it whose thing is in it or
   * below it.
   *
   * @param attached the names of a target's policies
   */
  void regroup(String groupArn, Function<String, List<String>> attached, AtomicInteger versions) {
    lock.lock();
    try {
      List<String> names = own;
      boolean any = false;
      for (PolicyAuthorization connection : connections) {
        Standing before = connection.standing();
        if (names != null && before.groups().contains(groupArn)) {
          stand(connection, before.thing(), before.groups(), names, attached);
          any = true;
        }
      }
      if (any) {
        version = versions.incrementAndGet();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Which of the groups a connection has a policy from; null when it is the principal's own. */
  @Nullable String source(String policyName, Standing standing) {
    if (attachedTo.apply(target).contains(policyName)) {
      return null;
    }
    return standing.groups().stream()
        .filter(group -> attachedTo.apply(group).contains(policyName))
        .findFirst()
        .orElse(null);
  }

  /** Tells its connections that they are over. */
  void drop() {
    List<PolicyAuthorization> all;
    lock.lock();
    try {
      all = new ArrayList<>(connections);
    } finally {
      lock.unlock();
    }
    all.forEach(PolicyAuthorization::revoked);
  }
}
