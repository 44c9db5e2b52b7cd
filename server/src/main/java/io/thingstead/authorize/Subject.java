package io.thingstead.authorize;

import java.util.ArrayList;
import java.util.Collections;
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
  private final Function<String, PolicyGroup> groupOf;

  private final ReentrantLock lock = new ReentrantLock();

  // Weak, so that a connection is forgotten even if nobody tells of its end.
  private final Set<PolicyAuthorization> connections =
      Collections.newSetFromMap(new WeakHashMap<>());

  private volatile @Nullable PolicyGroup group;
  private volatile @Nullable Map<String, List<String>> certificate;
  private volatile boolean active;
  private volatile int version;

  /**
   * Reads nothing yet: it must be known to those who tell of changes before it does.
   *
   * @param certificateId null for an anonymous principal
   * @param groupOf the group of a target's policies
   */
  Subject(
      String target,
      @Nullable String certificateId,
      Lookups lookups,
      Function<String, PolicyGroup> groupOf) {
    this.target = target;
    this.certificateId = certificateId;
    this.lookups = lookups;
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

  /** Reads the disk the first time. */
  PolicyGroup group() {
    PolicyGroup known = group;
    if (known != null) {
      return known;
    }
    lock.lock();
    try {
      known = group;
      return known != null ? known : load();
    } finally {
      lock.unlock();
    }
  }

  /** Whether {@link #group} need not read the disk. */
  boolean loaded() {
    return group != null;
  }

  private PolicyGroup load() {
    PolicyGroup now = groupOf.apply(target);
    active = certificateId == null || lookups.active().test(certificateId);
    loadCertificateFor(now);
    group = now;
    // Once more: its policies may have changed while it was not known to be in this group.
    loadCertificateFor(now);
    return now;
  }

  private void loadCertificateFor(PolicyGroup now) {
    if (now.compiled().usesCertificate()) {
      loadCertificate();
    }
  }

  /** The values of the certificate's variables; empty while no policy uses any. */
  Map<String, List<String>> certificate() {
    Map<String, List<String>> fields = certificate;
    return fields == null ? Map.of() : fields;
  }

  /** A policy of the group begins to use the certificate's variables. */
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

  /** Whether it holds this group at the moment. */
  boolean isIn(PolicyGroup other) {
    return group == other;
  }

  void add(PolicyAuthorization connection, String clientId) {
    lock.lock();
    try {
      connections.add(connection);
      connection.thing(thing(clientId));
    } finally {
      lock.unlock();
    }
  }

  /**
   * The same for a connection without a certificate, which so speaks for no thing; does not wait.
   *
   * @return false when another thread is at work here
   */
  boolean addAnonymous(PolicyAuthorization connection) {
    if (!lock.tryLock()) {
      return false;
    }
    try {
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

  private @Nullable ConnectedThing thing(String clientId) {
    return certificateId == null || clientId.isEmpty()
        ? null
        : lookups.thing().apply(target, clientId).orElse(null);
  }

  /**
   * Reads everything again, and lets its connections see it.
   *
   * @param versions gives the next version of anything in the account
   */
  void reload(AtomicInteger versions) {
    lock.lock();
    try {
      load();
      for (PolicyAuthorization connection : connections) {
        connection.thing(thing(connection.clientId()));
      }
      version = versions.incrementAndGet();
    } finally {
      lock.unlock();
    }
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
