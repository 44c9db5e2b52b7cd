package io.thingstead.authorize;

import io.thingstead.account.Account;
import io.thingstead.identity.CertificateListener;
import io.thingstead.identity.Principal;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Who may do what in one account. Any thread may ask; whoever tells it of a change does so after
 * the change is durable and before its caller has the answer, on a shard's thread, and on return
 * every connection decides by it.
 *
 * <p>Connections of one certificate share a {@link Subject}, connections with the same policies
 * (the certificate's and those of the groups of its thing) a {@link PolicyGroup}, and connections
 * with the same values of the variables that those policies use a {@link DecisionClass}. Each lives
 * as long as a connection holds it.
 */
public final class Authorizer implements CertificateListener {
  private final Account account;
  private final Policies policies;
  private final Lookups lookups;
  private final InstantSource clock;
  private final Signers signers;
  private final WeakCache<String, Subject> subjects = new WeakCache<>();
  private final WeakCache<List<String>, PolicyGroup> groups = new WeakCache<>();
  private final AtomicInteger versions = new AtomicInteger();

  public Authorizer(Account account, Policies policies, Lookups lookups, InstantSource clock) {
    this.account = account;
    this.policies = policies;
    this.lookups = lookups;
    this.clock = clock;
    this.signers = new Signers(policies, lookups, clock);
    policies.onChange(
        new PolicyListener() {
          @Override
          public void policyChanged(String name) {
            reloadGroups(name);
            signers.iotPolicyChanged();
          }

          @Override
          public void targetChanged(String target) {
            if (target.startsWith(account.arn("thinggroup/"))) {
              groupChanged(target);
            } else {
              changed(target);
            }
          }
        });
  }

  /**
   * What a caller may do. Reads the disk: for virtual threads, not for event loops; the answers of
   * the authorization do not.
   */
  public Authorization authorize(ConnectionContext context) {
    return switch (context.principal()) {
      case Principal.AccessKey key when key.administrator() ->
          new FixedAuthorization(
              new Decision.Allowed("access key " + key.accessKeyId() + " of an administrator"));
      case Principal.AccessKey key -> signers.authorize(context, key);
      case Principal.Certificate(var id, var arn, _) -> underPolicies(context, arn, id);
      case Principal.Vouched vouched ->
          new VouchedAuthorization(
              context, vouched.policies(), clock, device(context, vouched.certificate()));
      case Principal.Anonymous(var name) ->
          context.developmentMode()
              ? new FixedAuthorization(new Decision.Allowed("the listener's development mode"))
              : underPolicies(context, name, null);
    };
  }

  private @Nullable PolicyAuthorization device(
      ConnectionContext context, Principal.@Nullable Certificate shown) {
    if (shown == null) {
      return null;
    }
    PolicyAuthorization device = underPolicies(context, shown.arn(), shown.certificateId());
    device.loadCertificate(); // whatever its own policies use
    return device;
  }

  /**
   * The same, but without blocking, for event loops: null when the disk must be read for it, or
   * when a change is just being taken in.
   */
  public @Nullable Authorization remembered(ConnectionContext context) {
    return switch (context.principal()) {
      // Of a certificate, the thing with the client's name must be looked up.
      case Principal.AccessKey _, Principal.Certificate _, Principal.Vouched _ -> null;
      case Principal.Anonymous(var name) -> {
        if (context.developmentMode()) {
          yield authorize(context);
        }
        Subject subject = subjects.find(name);
        if (subject == null) {
          yield null;
        }
        PolicyAuthorization authorization = new PolicyAuthorization(context, subject, clock);
        yield subject.addAnonymous(authorization) ? authorization : null;
      }
    };
  }

  /** The same for the key of a user, for explanations. */
  SignerAuthorization underGrants(ConnectionContext context, Principal.AccessKey key) {
    return signers.explaining(context, key);
  }

  /** The same for a certificate or an anonymous principal, for explanations. */
  PolicyAuthorization underPolicies(
      ConnectionContext context, String target, @Nullable String certificateId) {
    Subject subject =
        subjects.get(
            target,
            key -> new Subject(key, certificateId, lookups, policies::attachedTo, this::groupOf));
    PolicyAuthorization authorization = new PolicyAuthorization(context, subject, clock);
    // Reads the disk now, not on the connection's event loop.
    subject.add(authorization);
    return authorization;
  }

  /**
   * Lets callers who sign and are no administrators do what they are granted; without this,
   * nothing.
   *
   * @param grants what holds for a key now; empty when the key, its user or role are no more. May
   *     read the disk
   */
  public void grantedBy(Function<Principal.AccessKey, Optional<Grants>> grants) {
    signers.grantedBy(grants);
  }

  /**
   * What a caller who signs is granted is another.
   *
   * @param ownerId unique id of a user or role; empty for many of them
   */
  public void grantsChanged(String ownerId) {
    signers.changed(ownerId);
  }

  /** What might be done, without a connection. */
  public Simulator simulator() {
    return new Simulator(account, policies, lookups, clock);
  }

  private PolicyGroup groupOf(List<String> policyNames) {
    PolicyGroup group =
        groups.get(policyNames, names -> new PolicyGroup(account, names, policies::inForce));
    group.compiled();
    return group;
  }

  /**
   * Policies attached to a principal, its things, or their types, attributes or groups are others.
   *
   * @param target a certificate's, user's or role's ARN, an identity's id, or an anonymous
   *     principal's name
   */
  public void changed(String target) {
    signers.changed(target);
    Subject subject = subjects.find(target);
    if (subject != null) {
      subject.reload(versions);
    }
  }

  private void groupChanged(String groupArn) {
    // Many connections may be below it, and each is below the same few groups.
    Map<String, List<String>> known = new HashMap<>();
    subjects.forEach(
        subject ->
            subject.regroup(
                groupArn, target -> known.computeIfAbsent(target, policies::attachedTo), versions));
  }

  @Override
  public void changed(String certificateArn, boolean active) {
    changed(certificateArn);
    Subject subject = subjects.find(certificateArn);
    if (!active && subject != null) {
      subject.drop();
    }
  }

  private void reloadGroups(String policyName) {
    groups.forEach(
        group -> {
          if (!group.has(policyName)) {
            return;
          }
          if (group.reload().usesCertificate()) {
            subjects.forEach(
                subject -> {
                  if (subject.isIn(group)) {
                    subject.loadCertificate();
                  }
                });
          }
          group.changed(versions.incrementAndGet());
        });
  }
}
