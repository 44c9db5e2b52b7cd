package io.thingstead.person;

import io.thingstead.account.Account;
import io.thingstead.authorize.Authorizer;
import io.thingstead.authorize.ConnectionContext;
import io.thingstead.authorize.Decision;
import io.thingstead.engine.AccountShard;
import io.thingstead.identity.Principal;
import io.thingstead.identity.Session;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import io.thingstead.model.Limits;
import io.thingstead.model.policy.PolicyDocument;
import io.thingstead.person.TrustPolicy.Trustee;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Gives out temporary keys of one account (AWS STS API reference). Reads the disk: for virtual
 * threads.
 */
public final class Sessions {
  private static final int SECONDS_MIN = 900;
  private static final int SECONDS = 3_600;
  private static final int OWN_SECONDS_MAX = 129_600;
  private static final int OWN_SECONDS = 43_200;

  private final Account account;
  private final AccountShard registry;
  private final Roles roles;
  private final UserKeys keys;
  private final ManagedPolicies policies;
  private final SessionTokens tokens;
  private final Authorizer authorizer;
  private final WebIdentities identities;
  private final PoolTokens poolTokens;
  private final Supplier<Limits.Persons> limits;

  Sessions(
      Account account,
      AccountShard registry,
      Roles roles,
      UserKeys keys,
      ManagedPolicies policies,
      SessionTokens tokens,
      Authorizer authorizer,
      WebIdentities identities,
      PoolTokens poolTokens,
      Supplier<Limits.Persons> limits) {
    this.limits = limits;
    this.account = account;
    this.registry = registry;
    this.roles = roles;
    this.keys = keys;
    this.policies = policies;
    this.tokens = tokens;
    this.authorizer = authorizer;
    this.identities = identities;
    this.poolTokens = poolTokens;
  }

  /**
   * What is asked for with a role.
   *
   * @param seconds null for an hour, or what the role allows if that is less
   * @param policy a document that bounds the session, or null
   * @param policyArns managed policies that bound it too
   * @param tags that the session has beside the role's
   */
  public record Wish(
      String roleArn,
      String sessionName,
      @Nullable Integer seconds,
      @Nullable String policy,
      List<String> policyArns,
      Map<String, String> tags) {
    public Wish {
      policyArns = List.copyOf(policyArns);
      tags = Map.copyOf(tags);
    }
  }

  /**
   * A session of a role.
   *
   * @param roleId {@code ROLEID:SESSION}
   */
  public record Assumed(TemporaryKey key, String roleId) {}

  /**
   * AssumeRole. The role must trust the caller; where it only trusts the caller's account, the
   * caller's own policies must allow it too.
   *
   * @param externalId as {@code sts:ExternalId} in the role's conditions, or null
   * @throws ApiException AccessDenied, MalformedPolicyDocument, PackedPolicyTooLarge, Validation
   */
  public Assumed assume(ConnectionContext caller, Wish wish, @Nullable String externalId) {
    if (!(caller.principal() instanceof Principal.AccessKey key)) {
      throw denied(caller.principal().id(), wish.roleArn(), "only callers who sign can assume one");
    }
    Role role = roles.find(wish.roleArn());
    if (role == null) {
      throw denied(key.arn(), wish.roleArn(), "this account has no such role");
    }
    Map<String, List<String>> facts = new HashMap<>();
    facts.put("sts:rolesessionname", List.of(wish.sessionName()));
    facts.put("aws:principalarn", List.of(key.arn()));
    facts.put("aws:principalaccount", List.of(account.id().digits()));
    facts.put("aws:sourceip", List.of(caller.sourceIp().getHostAddress()));
    if (externalId != null) {
      facts.put("sts:externalid", List.of(externalId));
    }
    wish.tags()
        .forEach(
            (name, value) ->
                facts.put("aws:requesttag/" + name.toLowerCase(Locale.ROOT), List.of(value)));
    requireTrust(caller, key, role, "sts:AssumeRole", facts);
    if (!wish.tags().isEmpty()) {
      requireTrust(caller, key, role, "sts:TagSession", facts);
    }
    boolean chained = key.session() != null && key.session().of() == Session.Of.ROLE;
    if (chained && wish.seconds() != null && wish.seconds() > SECONDS) {
      throw new ApiException(
          AwsError.VALIDATION,
          "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role"
              + " chaining");
    }
    return session(role, wish, Map.of(), "");
  }

  private void requireTrust(
      ConnectionContext caller,
      Principal.AccessKey key,
      Role role,
      String action,
      Map<String, List<String>> facts) {
    TrustPolicy.Answer answer =
        Documents.trust(role.trust())
            .decide(trustee(key), action, name -> facts.getOrDefault(name, List.of()));
    if (answer == TrustPolicy.Answer.REFUSED) {
      throw denied(key.arn(), role.arn(), "the role's trust policy does not let it " + action);
    }
    Decision decision = authorizer.authorize(caller).decide(action, role.arn());
    if (decision instanceof Decision.Denied denied
        && (denied.explicit() || answer == TrustPolicy.Answer.ACCOUNT)) {
      throw denied(key.arn(), role.arn(), denied.why().text());
    }
  }

  /** A session can be meant by its own name, its role's and its account's. */
  private Trustee trustee(Principal.AccessKey key) {
    List<String> names = new ArrayList<>();
    Session session = key.session();
    if (session != null && session.of() == Session.Of.ROLE) {
      Role role = roles.byId(registry.durable(), session.ownerId());
      names.add(role == null ? key.arn() : role.arn());
    }
    names.add(key.arn());
    return new Trustee(
        "AWS", names, List.of("arn:aws:iam::" + account.id() + ":root", account.id().digits()));
  }

  private static ApiException denied(String caller, String resource, String why) {
    return new ApiException(
        AwsError.ACCESS_DENIED,
        "User: %s is not authorized to perform: sts:AssumeRole on resource: %s because %s"
            .formatted(caller, resource, why));
  }

  /**
   * A session of a role for one of this server's own services, such as {@code
   * lambda.amazonaws.com}.
   *
   * @throws ApiException AccessDenied when there is no such role, or it does not trust the service
   */
  public TemporaryKey forService(
      String roleArn, String service, String sessionName, Duration duration) {
    return forService(roleArn, service, sessionName, (int) duration.toSeconds(), Map.of());
  }

  TemporaryKey forService(
      String roleArn,
      String service,
      String sessionName,
      int seconds,
      Map<String, List<String>> facts) {
    Role role = roles.find(roleArn);
    if (role == null || !trusts(role, Trustee.service(service), "sts:AssumeRole", Map.of())) {
      throw new ApiException(
          AwsError.ACCESS_DENIED,
          "%s cannot assume the role %s: %s"
              .formatted(
                  service,
                  roleArn,
                  role == null
                      ? "this account has no such role"
                      : "its trust policy does not allow {\"Service\": \"" + service + "\"}"));
    }
    Wish wish = new Wish(roleArn, sessionName, seconds, null, List.of(), Map.of());
    return session(role, wish, facts, "").key();
  }

  /**
   * What came of a web identity.
   *
   * @param provider the ARN of who vouches for it
   */
  public record Federated(Assumed assumed, String subject, String audience, String provider) {}

  /**
   * AssumeRoleWithWebIdentity: for whoever has a token of a provider that the account knows and the
   * role trusts.
   *
   * @throws ApiException InvalidIdentityToken, ExpiredToken, IDPCommunicationError, AccessDenied,
   *     and what {@link #assume} refuses with
   */
  public Federated federate(String token, Wish wish) {
    WebToken read = WebToken.parse(token);
    boolean ofPool = read != null && read.text("iss").equals(PoolTokens.ISSUER);
    if (read != null && ofPool) {
      Claims claims = poolTokens.verify(read);
      return federated(wish, Claims.COGNITO, claims, claims.subject());
    }
    WebIdentities.Verified verified = identities.verify(token);
    return federated(wish, verified.provider().arn(), verified.claims(), "");
  }

  private Federated federated(Wish wish, String provider, Claims claims, String identityId) {
    Assumed assumed = forClaims(wish, provider, claims, identityId);
    if (assumed == null) {
      throw new ApiException(
          AwsError.ACCESS_DENIED,
          "Not authorized to perform sts:AssumeRoleWithWebIdentity: there is no role %s, or it does"
                  .formatted(wish.roleArn())
              + " not trust %s with sub %s and aud %s"
                  .formatted(provider, claims.subject(), claims.audience()));
    }
    return new Federated(assumed, claims.subject(), claims.audience(), provider);
  }

  /**
   * A session of a role for whom a verified token speaks of, if the role trusts its provider.
   *
   * @param provider as trust policies name it
   * @param identityId of a pool, or empty
   * @return null when there is no such role, or it does not trust the token
   */
  @Nullable Assumed forClaims(Wish wish, String provider, Claims claims, String identityId) {
    Role role = roles.find(wish.roleArn());
    Map<String, List<String>> facts = claims.facts();
    if (role == null
        || !trusts(role, Trustee.federated(provider), "sts:AssumeRoleWithWebIdentity", facts)) {
      return null;
    }
    return session(role, wish, facts, identityId);
  }

  private static boolean trusts(
      Role role, Trustee trustee, String action, Map<String, List<String>> facts) {
    return Documents.trust(role.trust())
            .decide(trustee, action, name -> facts.getOrDefault(name, List.of()))
        != TrustPolicy.Answer.REFUSED;
  }

  private Assumed session(Role role, Wish wish, Map<String, List<String>> more, String identityId) {
    int seconds =
        wish.seconds() == null ? Math.min(SECONDS, role.sessionSecondsMax()) : wish.seconds();
    if (seconds < SECONDS_MIN || seconds > role.sessionSecondsMax()) {
      throw new ApiException(
          AwsError.VALIDATION,
          "The requested DurationSeconds %d is not in 900..%d, the MaxSessionDuration set for this"
                  .formatted(seconds, role.sessionSecondsMax())
              + " role.");
    }
    Map<String, List<String>> facts = new HashMap<>(more);
    facts.put("sts:rolesessionname", List.of(wish.sessionName()));
    wish.tags().forEach((name, value) -> facts.put(Grantor.tag(name), List.of(value)));
    String arn =
        "arn:aws:sts::" + account.id() + ":assumed-role/" + role.name() + "/" + wish.sessionName();
    Session session =
        begin(
            Session.Of.ROLE,
            role.id(),
            wish.sessionName(),
            bounds(wish),
            facts,
            identityId,
            seconds);
    TemporaryKey key = tokens.issue(account.id(), arn, false, session);
    return new Assumed(key, role.id() + ":" + wish.sessionName());
  }

  private List<String> bounds(Wish wish) {
    List<String> documents = new ArrayList<>();
    if (wish.policy() != null) {
      Documents.parse(wish.policy());
      documents.add(wish.policy());
    }
    for (String arn : wish.policyArns()) {
      PolicyDocument document =
          policies
              .inForce(registry.durable(), policies.require(registry.durable(), arn))
              .document();
      documents.add(document.text());
    }
    int chars = documents.stream().mapToInt(Documents::chars).sum();
    if (chars > limits.get().sessionPolicyChars()) {
      throw new ApiException(
          AwsError.PACKED_POLICY_TOO_LARGE,
          "the session policies have "
              + chars
              + " characters, more than "
              + limits.get().sessionPolicyChars());
    }
    return documents;
  }

  private Session begin(
      Session.Of of,
      String ownerId,
      String name,
      List<String> policies,
      Map<String, List<String>> facts,
      String identityId,
      int seconds) {
    Instant now = tokens.clock().instant();
    Map<String, List<String>> all = new HashMap<>(facts);
    all.put("aws:tokenissuetime", List.of(now.toString()));
    long ends = now.plusSeconds(seconds).toEpochMilli();
    return new Session(of, ownerId, name, policies, all, identityId, now.toEpochMilli(), ends);
  }

  /**
   * GetSessionToken: the caller's own permissions, for a while.
   *
   * @param seconds 900 to 129600; null for twelve hours
   * @throws ApiException AccessDenied for a caller with a temporary key
   */
  public TemporaryKey own(Principal.AccessKey key, @Nullable Integer seconds) {
    if (key.session() != null) {
      throw new ApiException(
          AwsError.ACCESS_DENIED, "Cannot call GetSessionToken with session credentials");
    }
    int lasting = seconds == null ? OWN_SECONDS : seconds;
    if (lasting < SECONDS_MIN || lasting > OWN_SECONDS_MAX) {
      throw new ApiException(
          AwsError.VALIDATION, "DurationSeconds " + lasting + " is not in 900..129600");
    }
    User user = keys.userOf(key.accessKeyId());
    Session session =
        begin(Session.Of.USER, user == null ? "" : user.id(), "", List.of(), Map.of(), "", lasting);
    return tokens.issue(account.id(), key.arn(), key.administrator(), session);
  }

  /** GetCallerIdentity's UserId: a user's unique id, a session's role and name. */
  public String userId(Principal.AccessKey key) {
    Session session = key.session();
    if (session != null && session.of() == Session.Of.ROLE) {
      return session.ownerId() + ":" + session.name();
    }
    if (session != null && !session.ownerId().isEmpty()) {
      return session.ownerId();
    }
    User user = keys.userOf(key.accessKeyId());
    return user == null ? account.id().digits() : user.id();
  }
}
