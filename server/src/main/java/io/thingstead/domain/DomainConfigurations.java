package io.thingstead.domain;

import io.thingstead.account.Account;
import io.thingstead.api.iot.CreateDomainConfigurationRequest;
import io.thingstead.api.iot.DescribeDomainConfigurationResponse;
import io.thingstead.api.iot.DomainConfigurationStatus;
import io.thingstead.api.iot.ListDomainConfigurationsRequest;
import io.thingstead.api.iot.ListDomainConfigurationsResponse;
import io.thingstead.api.iot.UpdateDomainConfigurationRequest;
import io.thingstead.domain.ServerCertificates.Named;
import io.thingstead.engine.AccountShard;
import io.thingstead.engine.Key;
import io.thingstead.engine.Rows;
import io.thingstead.function.FunctionCalls;
import io.thingstead.identity.KeyPairs;
import io.thingstead.identity.MasterKey;
import io.thingstead.identity.OwnCa;
import io.thingstead.identity.ServerIdentity;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import io.thingstead.registry.Tags;
import io.thingstead.row.Json;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The domain configurations of an account (AWS IoT guide: "Configurable endpoints"). A change holds
 * for connections made after it, at once. All methods wait for the registry shard: for virtual
 * threads.
 */
public final class DomainConfigurations {
  private static final Pattern NAME = Pattern.compile("[\\w.-]{1,128}");
  private static final int ID_CHARS = 5;
  private static final int LABEL_CHARS = 14;
  private static final String LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789";

  private final Account account;
  private final AccountShard shard;
  private final Domains domains;
  private final Means means;
  private final CertificateCallback callback;
  private final ServerCertificates certificates;
  private final DomainDescriptions descriptions;
  private final DomainSettings settings;

  /**
   * What configurations are made of.
   *
   * @param ca issues certificates for host names without one of the user's
   */
  public record Means(
      MasterKey master, OwnCa ca, KeyPairs keys, InstantSource clock, RandomGenerator random) {}

  /**
   * What configurations refer to.
   *
   * @param endpoint the host name of the account's own endpoint
   * @param isAuthorizer whether there is a custom authorizer of a name
   */
  public record References(
      String endpoint, Predicate<String> isAuthorizer, FunctionCalls functions) {}

  /**
   * @param shard the account's registry shard
   */
  public DomainConfigurations(
      Account account, AccountShard shard, Domains domains, Means means, References references) {
    this.account = account;
    this.shard = shard;
    this.domains = domains;
    this.means = means;
    this.certificates = new ServerCertificates(account, shard, domains, means);
    this.descriptions =
        new DomainDescriptions(account, certificates, references.endpoint(), means.clock());
    this.settings = new DomainSettings(references.isAuthorizer());
    this.callback = new CertificateCallback(references.functions(), means.random());
  }

  /**
   * Why the function of a domain configuration does not let a client in that has shown an active
   * certificate, as a clause for people; null when it does, or there is no function.
   *
   * @param chain what the client has shown, its own certificate first
   */
  public @Nullable String refusal(
      Domain domain, String certificateId, List<X509Certificate> chain) {
    return domain.certificateCallback() == null
        ? null
        : callback.refusal(domain, arn(domain.configuration()), certificateId, chain);
  }

  /** Those that the account has brought. */
  public ServerCertificates certificates() {
    return certificates;
  }

  /** Whether there is one of this name and id, {@code NAME/ID}, by rows of the registry shard. */
  public static boolean exists(Rows rows, String nameAndId) {
    String name = nameAndId.replaceFirst("/[^/]*$", "");
    DomainRow row = find(rows, name);
    return row != null && nameAndId.equals(name + "/" + row.id());
  }

  static @Nullable DomainRow find(Rows rows, String name) {
    byte[] stored = rows.get(Tables.DOMAIN, Key.of(name));
    return stored == null ? null : Json.decode(stored, DomainRow.class);
  }

  private static DomainRow require(Rows rows, String name) {
    DomainRow row = find(rows, name);
    if (row == null) {
      throw new ApiException(
          AwsError.RESOURCE_NOT_FOUND, "there is no domain configuration " + name);
    }
    return row;
  }

  /** The ARN of the one of this name, or as much of it as is known before there is one. */
  public String arn(String name) {
    DomainRow row = find(shard.durable(), name);
    return DomainDescriptions.isOfAccount(name)
        ? account.arn("domainconfiguration/" + name)
        : arn(name, row == null ? "" : row.id());
  }

  private String arn(String name, String id) {
    return account.arn("domainconfiguration/" + name + "/" + id);
  }

  /** The name of one that asks a custom authorizer of its own accord, or null. */
  public @Nullable String asking(String authorizer) {
    return Named.all(shard.durable()).stream()
        .filter(each -> authorizer.equals(each.row().authorizer()))
        .map(Named::name)
        .findFirst()
        .orElse(null);
  }

  /** Has what is stored hold; at the start. */
  public void start() {
    domains.change(
        () -> {
          for (Named each : Named.all(shard.durable())) {
            if (each.name().equals(Domain.OF_ACCOUNT)) {
              domains.setPolicy(account, each.row().securityPolicy());
              continue;
            }
            domains.restore(
                each.row().domainName(),
                each.row().of(account, each.name()),
                () -> certified(each.name(), each.row()));
          }
          return account;
        });
  }

  private Certified certified(String name, DomainRow row) {
    String brought = row.certificateId();
    ServerIdentity identity =
        brought == null ? issued(name, row.domainName()) : certificates.identity(brought);
    return new Certified(identity, row.securityPolicy());
  }

  /** What the own CA has issued, or issues now because it is time. */
  private ServerIdentity issued(String name, String host) {
    byte[] stored = shard.durable().get(Tables.ISSUED, Key.of(name));
    if (stored != null) {
      ServerIdentity known = ServerIdentity.open(stored, means.master(), context(name));
      if (!means.ca().isDue(known.leaf(), means.clock().instant())) {
        return known;
      }
    }
    ServerIdentity made = issue(host);
    byte[] sealed = made.seal(means.master(), context(name));
    shard.call(
        tx -> {
          tx.put(Tables.ISSUED, Key.of(name), sealed);
          return name;
        });
    return made;
  }

  private ServerIdentity issue(String host) {
    return means.ca().issue(List.of(host), means.keys(), means.clock().instant());
  }

  private static String context(String name) {
    return "domain-configuration/" + name;
  }

  /** Issues certificates anew that end soon; to be called now and then. */
  public void renew() {
    for (Named each : Named.all(shard.durable())) {
      if (isDue(each)) {
        domains.change(
            () -> {
              DomainRow row = find(shard.durable(), each.name());
              if (row != null) {
                domains.put(
                    row.domainName(), row.of(account, each.name()), certified(each.name(), row));
              }
              return each;
            });
      }
    }
  }

  private boolean isDue(Named each) {
    byte[] stored = shard.durable().get(Tables.ISSUED, Key.of(each.name()));
    return stored != null
        && means
            .ca()
            .isDue(ServerIdentity.certificates(stored).getFirst(), means.clock().instant());
  }

  /**
   * CreateDomainConfiguration; it is enabled at once.
   *
   * @return its ARN
   */
  public String create(CreateDomainConfigurationRequest in, Map<String, String> tags) {
    String name = in.domainConfigurationName();
    if (!NAME.matcher(name).matches()) {
      throw invalid(
          "a domain configuration's name has 1 to 128 letters, digits or _.-; names that begin with"
              + " iot: are those of the account's own endpoints");
    }
    return domains.change(() -> make(name, in, tags));
  }

  private String make(String name, CreateDomainConfigurationRequest in, Map<String, String> tags) {
    DomainRow before = find(shard.durable(), name);
    if (before != null) {
      throw new ApiException(
          AwsError.RESOURCE_ALREADY_EXISTS,
          "domain configuration " + name + " exists already",
          Map.of("resourceId", name, "resourceArn", arn(name, before.id())));
    }
    String given = in.domainName();
    String host = given == null ? generated() : HostNames.parse(given);
    DomainRow row = settings.created(in, letters(ID_CHARS), host, brought(in, host));
    domains.requireFree(host);
    Certified certified =
        row.certificateId() == null
            ? new Certified(issue(host), row.securityPolicy())
            : new Certified(certificates.identity(row.certificateId()), row.securityPolicy());
    byte[] sealed =
        row.certificateId() == null
            ? certified.identity().seal(means.master(), context(name))
            : null;
    String arn = arn(name, row.id());
    shard.call(
        tx -> {
          int most = account.limits().domains().configurations();
          long held =
              Named.all(tx).stream().filter(n -> !DomainDescriptions.isOfAccount(n.name())).count();
          if (held >= most) {
            throw new ApiException(
                AwsError.LIMIT_EXCEEDED,
                "the account has " + held + " domain configurations, as many as it may");
          }
          tx.put(Tables.DOMAIN, Key.of(name), Json.encode(row.at(tx.now())));
          if (sealed != null) {
            tx.put(Tables.ISSUED, Key.of(name), sealed);
          }
          Tags.attach(tx, arn, tags);
          return arn;
        });
    domains.put(host, row.of(account, name), certified);
    return arn;
  }

  /** The id of the certificate that is to be shown, checked, or null for one of the own CA. */
  private @Nullable String brought(CreateDomainConfigurationRequest in, String host) {
    List<String> arns = Objects.requireNonNullElse(in.serverCertificateArns(), List.of());
    if (in.validationCertificateArn() != null) {
      require(in.validationCertificateArn(), host);
    }
    if (arns.isEmpty()) {
      return null;
    }
    if (arns.size() > 1) {
      throw invalid("serverCertificateArns names " + arns.size() + " certificates, more than one");
    }
    if (in.domainName() == null) {
      throw invalid("a server certificate needs a domainName that it is for");
    }
    return require(arns.getFirst(), host);
  }

  private String require(String arn, String host) {
    String id = certificates.idOf(arn);
    ServerIdentity identity = certificates.identity(id);
    String why = CertificateRules.invalid(identity.leaf(), means.clock().instant());
    if (why != null) {
      throw CertificateRules.refused(why);
    }
    ServerCertificates.requireCover(identity.leaf(), host);
    return id;
  }

  private String generated() {
    String parent = domains.parent();
    if (parent == null) {
      throw invalid(
          "this server is called by addresses only, below which no host name can be made up: give a"
              + " domainName, or set host to a name");
    }
    return "d" + letters(LABEL_CHARS) + "." + parent;
  }

  private String letters(int count) {
    StringBuilder made = new StringBuilder();
    means.random().ints(count, 0, LETTERS.length()).forEach(i -> made.append(LETTERS.charAt(i)));
    return made.toString();
  }

  /**
   * UpdateDomainConfiguration: what the request does not name stays.
   *
   * @return its ARN
   */
  public String update(UpdateDomainConfigurationRequest in) {
    String name = in.domainConfigurationName();
    return domains.change(
        () -> {
          if (DomainDescriptions.isOfAccount(name)) {
            return updateOfAccount(name, in);
          }
          DomainRow before = require(shard.durable(), name);
          DomainRow after = settings.updated(before, in);
          Certified certified = certified(name, after);
          boolean switched = before.enabled() != after.enabled();
          shard.call(
              tx -> {
                tx.put(
                    Tables.DOMAIN,
                    Key.of(name),
                    Json.encode(switched ? after.at(tx.now()) : after));
                return name;
              });
          Domain domain = after.of(account, name);
          domains.put(after.domainName(), domain, certified);
          return arn(name, after.id());
        });
  }

  private String updateOfAccount(String name, UpdateDomainConfigurationRequest in) {
    SecurityPolicy policy = settings.ofAccount(name, in);
    shard.call(
        tx -> {
          tx.put(
              Tables.DOMAIN,
              Key.of(Domain.OF_ACCOUNT),
              Json.encode(DomainSettings.ofAccount(policy, tx.now())));
          return name;
        });
    domains.setPolicy(account, policy);
    return arn(name);
  }

  /** DeleteDomainConfiguration: of one that is disabled. */
  public void delete(String name) {
    if (DomainDescriptions.isOfAccount(name)) {
      throw invalid(name + " is the account's own endpoint, which cannot be deleted");
    }
    domains.change(
        () -> {
          String host =
              shard.call(
                  tx -> {
                    DomainRow row = require(tx, name);
                    requireDeletable(name, row, tx.now());
                    tx.delete(Tables.DOMAIN, Key.of(name));
                    tx.delete(Tables.ISSUED, Key.of(name));
                    Tags.forget(tx, arn(name, row.id()));
                    return row.domainName();
                  });
          domains.remove(host);
          return host;
        });
  }

  private void requireDeletable(String name, DomainRow row, Instant now) {
    if (row.enabled()) {
      throw invalid("domain configuration " + name + " is ENABLED: set it to DISABLED first");
    }
    Duration wait = account.limits().domains().managedDisabled();
    Instant free = Instant.ofEpochMilli(row.statusMillis()).plus(wait);
    if (row.managed() && now.isBefore(free)) {
      throw invalid(
          "the host name of domain configuration "
              + name
              + " was made by the server: it can be deleted when it has been DISABLED for "
              + wait
              + " (domains.managedDisabled), on "
              + free);
    }
  }

  /** DescribeDomainConfiguration. */
  public DescribeDomainConfigurationResponse describe(String name) {
    Rows rows = shard.durable();
    return DomainDescriptions.isOfAccount(name)
        ? descriptions.ofAccount(name, find(rows, Domain.OF_ACCOUNT))
        : descriptions.of(name, arn(name), require(rows, name));
  }

  /** ListDomainConfigurations, in the order of names. */
  public ListDomainConfigurationsResponse list(ListDomainConfigurationsRequest in) {
    return descriptions.list(in, Named.all(shard.durable()), this::arn);
  }

  private static ApiException invalid(String why) {
    return new ApiException(AwsError.INVALID_REQUEST, why);
  }

  /** As the API writes it. */
  static DomainConfigurationStatus status(boolean enabled) {
    return enabled ? DomainConfigurationStatus.ENABLED : DomainConfigurationStatus.DISABLED;
  }
}
