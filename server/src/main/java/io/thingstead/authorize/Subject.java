package io.thingstead.authorize;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.atomic.AtomicInteger;
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

  // Weak, so that a connection is forgotten without telling of its end.
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
    synchronized (this) {
      known = group;
      return known != null ? known : load();
    }
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
  synchronized void loadCertificate() {
    if (certificate == null && certificateId != null) {
      certificate = lookups.certificate().apply(certificateId);
    }
  }

  /** Whether it holds this group at the moment. */
  boolean isIn(PolicyGroup other) {
    return group == other;
  }

  synchronized void add(PolicyAuthorization connection, String clientId) {
    connections.add(connection);
    connection.thing(thing(clientId));
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
  synchronized void reload(AtomicInteger versions) {
    load();
    for (PolicyAuthorization connection : connections) {
      connection.thing(thing(connection.clientId()));
    }
    version = versions.incrementAndGet();
  }

  /** Tells its connections that they are over. */
  void drop() {
    List<PolicyAuthorization> all;
    synchronized (this) {
      all = new ArrayList<>(connections);
    }
    all.forEach(PolicyAuthorization::revoked);
  }
}
