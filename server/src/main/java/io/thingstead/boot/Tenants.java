package io.thingstead.boot;

import io.thingstead.account.Account;
import io.thingstead.audit.AuditLog;
import io.thingstead.authorize.Authorizer;
import io.thingstead.authorize.Lookups;
import io.thingstead.authorize.Policies;
import io.thingstead.authorize.Why;
import io.thingstead.authorizer.AuthorizerStore;
import io.thingstead.authorizer.CustomAuthorizers;
import io.thingstead.broker.Broker;
import io.thingstead.broker.Closing;
import io.thingstead.broker.Lanes;
import io.thingstead.broker.Storage;
import io.thingstead.domain.DomainConfigurations;
import io.thingstead.engine.AccountShard;
import io.thingstead.engine.Engine;
import io.thingstead.engine.ShardId;
import io.thingstead.engine.Tx;
import io.thingstead.event.Refusals;
import io.thingstead.event.Warnings;
import io.thingstead.function.FunctionHost;
import io.thingstead.function.FunctionResult;
import io.thingstead.function.Functions;
import io.thingstead.function.Invoker;
import io.thingstead.function.RoleKeys;
import io.thingstead.identity.CaCertificates;
import io.thingstead.identity.Certificates;
import io.thingstead.identity.KeyPairs;
import io.thingstead.identity.MasterKey;
import io.thingstead.model.AccountId;
import io.thingstead.model.Limits;
import io.thingstead.model.topic.BasicIngest;
import io.thingstead.model.topic.TopicFilter;
import io.thingstead.operation.Features;
import io.thingstead.person.Persons;
import io.thingstead.person.RoleAliases;
import io.thingstead.person.SessionTokens;
import io.thingstead.person.TemporaryKey;
import io.thingstead.presence.Presence;
import io.thingstead.provision.CertificateProviders;
import io.thingstead.provision.Provisioning;
import io.thingstead.provision.Templates;
import io.thingstead.registry.Attachment;
import io.thingstead.registry.GroupMembers;
import io.thingstead.registry.Tags;
import io.thingstead.registry.ThingGroups;
import io.thingstead.registry.ThingPrincipals;
import io.thingstead.registry.ThingTypes;
import io.thingstead.registry.Things;
import io.thingstead.rules.Rules;
import io.thingstead.rules.Work;
import io.thingstead.rules.action.HttpCalls;
import io.thingstead.shadow.Shadows;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/** The features of every account, each made once, over that account's own part of the engine. */
final class Tenants implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Tenants.class.getName());
  private static final int CLOSE_SECONDS_MAX = 5;

  /** How many shards hold shadows; it is on disk, so it never changes. */
  private static final int SHADOW_PARTITIONS = 16;

  /** How long a hook of provisioning waits (AWS IoT guide: "Pre-provisioning hooks"). */
  private static final Duration HOOK = Duration.ofSeconds(5);

  private static final Duration FUNCTION_SESSION = Duration.ofHours(1);
  private static final String INGEST = "$aws/rules/#";

  /** What an issuer of tokens has to say of itself, and how long it may take. */
  private static final int DOCUMENT_BYTES_MAX = 262_144;

  private static final Duration DOCUMENT_WAIT = Duration.ofSeconds(5);

  private final Engine engine;
  private final Lanes lanes;
  private final MasterKey master;
  private final KeyPairs keys;
  private final SecureRandom random;
  private final SessionTokens tokens;
  private final HttpCalls calls;
  private final Work work;
  private final String endpoint;
  private final List<String> anonymous;
  private final Refusals refusals;
  private final FunctionHost host;
  private final Warnings warnings;
  private final Path buckets;
  private final Endpoints endpoints;
  private final Map<AccountId, Features> features = new ConcurrentHashMap<>();

  /** As they are now; what asks them each time needs no new start. */
  private final Map<AccountId, Limits> limits = new ConcurrentHashMap<>();

  /**
   * @param endpoint the control plane's URL, for confirmations
   * @param refusals hears why devices are not provisioned
   * @param warnings hears what administrators should look at
   * @param buckets where the files of bulk registrations lie, by account
   * @param anonymous names of callers without proof, to which policies can be attached
   */
  Tenants(
      Engine engine,
      Lanes lanes,
      MasterKey master,
      KeyPairs keys,
      SecureRandom random,
      HttpCalls calls,
      Work work,
      String endpoint,
      List<String> anonymous,
      Refusals refusals,
      Warnings warnings,
      Path buckets,
      FunctionHost host,
      Endpoints endpoints) {
    this.engine = engine;
    this.lanes = lanes;
    this.master = master;
    this.keys = keys;
    this.random = random;
    this.tokens = new SessionTokens(master, random, work.clock());
    this.calls = calls;
    this.work = work;
    this.endpoint = endpoint;
    this.anonymous = List.copyOf(anonymous);
    this.refusals = refusals;
    this.host = host;
    this.warnings = warnings;
    this.buckets = buckets;
    this.endpoints = endpoints;
  }

  /** An account's limits were changed. */
  void limit(Account account) {
    limits.put(account.id(), account.limits());
    of(account).broker().limit(account.limits());
  }

  /** To be called every second or so: ends what has nothing to do. */
  void tick() {
    features.values().forEach(each -> each.functions().tick());
  }

  /** The features of an account that is open. */
  Features of(Account account) {
    Features found = features.get(account.id());
    if (found == null) {
      throw new IllegalStateException("account " + account.id() + " is not open");
    }
    return found;
  }

  /** Those of every account. */
  List<Features> all() {
    return List.copyOf(features.values());
  }

  /** Makes an account's features and reads what a former run has left of it. */
  void open(Account account) {
    long number = account.id().number();
    Limits atStart = account.limits();
    limits.put(account.id(), atStart);
    Supplier<Limits> now = () -> limits.getOrDefault(account.id(), atStart);
    AccountShard registry = shard(ShardId.REGISTRY, 0, number);
    Certificates certificates =
        new Certificates(account, registry, master, keys, work.clock(), random);
    ThingPrincipals principals =
        new ThingPrincipals(registry, (tx, arn) -> isPrincipal(account, tx, arn));
    Things things = new Things(account, registry, principals, random);
    GroupMembers members = new GroupMembers(registry, principals);
    Policies policies =
        new Policies(
            account,
            registry,
            (tx, target) -> isPolicyTarget(account, tx, target),
            atStart.policies(),
            random);
    ThingGroups groups = new ThingGroups(account, registry, members, random);
    groups.detachingFrom(policies);
    Authorizer authorizer =
        new Authorizer(
            account,
            policies,
            Lookups.of(certificates, things, principals, groups, registry),
            work.clock());
    certificates.guardedByPolicies(policies);
    certificates.guardedByThings(principals);
    certificates.onChange(authorizer);
    principals.onChange(authorizer::changed);
    Persons persons =
        new Persons(
            account,
            registry,
            authorizer,
            policies,
            things,
            principals,
            tokens,
            master,
            random,
            this::document,
            () -> now.get().persons());
    Broker broker = broker(account, number);
    Presence presence = new Presence(account, broker, random);
    CertificateWarnings watch = new CertificateWarnings(account, certificates, warnings);
    presence.onShared(watch::live);
    principals.onShared(watch::attached);
    Shadows shadows =
        new Shadows(account, shadowShards(number), broker, atStart.shadows(), this::runLater);
    Functions functions =
        new Functions(
            account,
            registry,
            shard(ShardId.RULE, 0, number),
            master,
            random,
            host,
            (role, function) -> keys(persons, role, function));
    Rules rules =
        new Rules(
            account,
            registry,
            shard(ShardId.RULE, 0, number),
            broker,
            calls,
            functions,
            endpoint,
            atStart.rules(),
            work);
    CustomAuthorizers authorizers =
        new CustomAuthorizers(
            account,
            new AuthorizerStore(account, registry),
            functions,
            id -> certificates.exists(id) ? certificates.describe(id).pem() : null,
            work.clock(),
            random);
    DomainConfigurations domains =
        new DomainConfigurations(
            account,
            registry,
            endpoints.domains(),
            new DomainConfigurations.Means(master, endpoints.ca(), keys, work.clock(), random),
            new DomainConfigurations.References(
                endpoints.ofAccount(account),
                name -> AuthorizerStore.exists(registry.durable(), name),
                functions));
    Tags tags = new Tags(account, registry);
    tags.knows("authorizer", AuthorizerStore::exists);
    tags.knows("policy", Policies::exists);
    tags.knows("rule", Rules::exists);
    AuditLog audit =
        new AuditLog(shard(ShardId.SERVER, 0, number), work.clock(), () -> now.get().audit());
    Provisioning provisioning =
        new Provisioning(
            new Provisioning.Parts(
                account,
                registry,
                certificates,
                things,
                members,
                principals,
                policies,
                broker,
                audit),
            new Provisioning.Files(
                buckets.resolve(account.id().digits()), endpoint + RegistrationReportRoutes.PATH),
            client -> presence.known().address(client),
            (function, source, event) -> answer(functions, function, source, event),
            refusals,
            work.threads(),
            work.clock(),
            random);
    tags.knows("provisioningtemplate", Templates::exists);
    tags.knows("cacert", CaCertificates::exists);
    tags.knows("certificateprovider", CertificateProviders::exists);
    certificates.cas().onDelete(Tags::forget);
    tags.knows("rolealias", RoleAliases::exists);
    tags.knows("domainconfiguration", DomainConfigurations::exists);
    Why why =
        new Why(account, authorizer, thing -> principalsOf(things, registry, principals, thing));
    features.put(
        account.id(),
        new Features(
            account,
            things,
            new ThingTypes(account, registry, random),
            principals,
            groups,
            members,
            tags,
            certificates,
            policies,
            authorizer,
            why,
            persons,
            broker,
            presence,
            shadows,
            rules,
            provisioning,
            functions,
            audit,
            authorizers,
            domains));
    functions.start();
    domains.start();
    start(broker, presence, shadows, rules, provisioning);
  }

  /** What a function says to a hook of provisioning. */
  private static byte[] answer(Functions functions, String arn, String source, byte[] event) {
    FunctionResult result = functions.invoke(arn, event, Invoker.iot(source), HOOK);
    if (result.failed()) {
      throw new IllegalStateException(
          "the function failed: " + new String(result.payload(), StandardCharsets.UTF_8));
    }
    return result.payload();
  }

  /** The keys that a function's process works with. */
  private static RoleKeys keys(Persons persons, String role, String function) {
    TemporaryKey key =
        persons.sessions().forService(role, "lambda.amazonaws.com", function, FUNCTION_SESSION);
    return new RoleKeys(
        key.accessKeyId(), key.secretAccessKey(), key.sessionToken(), key.expiration());
  }

  /** Warns of certificates and CAs that end soon. Waits: for virtual threads. */
  void checkExpiry() {
    for (Features each : features.values()) {
      new CertificateWarnings(each.account(), each.certificates(), warnings).checkExpiry();
    }
  }

  /** Has host names' certificates of the own CA issued anew that end soon. It waits. */
  void renewCertificates() {
    for (Features each : features.values()) {
      try {
        each.domains().renew();
      } catch (RuntimeException e) {
        LOG.log(
            System.Logger.Level.WARNING,
            "certificates of domain configurations of account {0} are not renewed: {1}",
            each.account().id(),
            e.getMessage());
      }
    }
  }

  /** A timer of provisioning is due, in a command of its account's registry shard. */
  void expire(Tx tx, byte[] message) {
    Features found = features.get(new AccountId(Provisioning.account(message)));
    if (found != null) {
      found.provisioning().expire(tx, message);
    }
  }

  /** Nothing is published before everyone is there who may want it: sessions, shadows, rules. */
  private static void start(
      Broker broker, Presence presence, Shadows shadows, Rules rules, Provisioning provisioning) {
    broker.load().join();
    shadows.start();
    provisioning.start();
    broker.attach(
        new TopicFilter(INGEST),
        message -> {
          BasicIngest ingest = BasicIngest.of(message.topic().text());
          return ingest == null ? null : rules.ingest(ingest.rule(), message);
        });
    rules.start();
    broker.start().join();
    presence.start().join();
    shadows.resume();
    provisioning.resume();
  }

  /**
   * Closes connections, then makes shadows and rules deaf, so that the wills of the clients still
   * reach them; to be called while event loops and engine run. What is not done is taken up at the
   * next start.
   */
  @Override
  public void close() {
    CompletableFuture<?>[] closed =
        features.values().stream()
            .map(
                each ->
                    each.broker()
                        .clients()
                        .closeAll(Closing.SHUTTING_DOWN)
                        .thenCompose(_ -> each.presence().settle()))
            .toArray(CompletableFuture[]::new);
    try {
      CompletableFuture.allOf(closed).orTimeout(CLOSE_SECONDS_MAX, TimeUnit.SECONDS).join();
    } catch (CompletionException e) {
      LOG.log(System.Logger.Level.WARNING, "not all connections could be closed", e);
    }
    for (Features each : features.values()) {
      each.shadows().close();
      each.rules().close();
      each.functions().close();
    }
  }

  // Not a sleeping thread of the executor: closing that would wait for it.
  private void runLater(Duration wait, Runnable task) {
    CompletableFuture.delayedExecutor(wait.toMillis(), TimeUnit.MILLISECONDS, work.threads())
        .execute(task);
  }

  private AccountShard shard(int kind, int partition, long account) {
    return engine.shard(new ShardId(kind, partition)).account(account);
  }

  private List<AccountShard> shadowShards(long account) {
    return IntStream.range(0, SHADOW_PARTITIONS)
        .mapToObj(partition -> shard(ShardId.SHADOW, partition, account))
        .toList();
  }

  private Broker broker(Account account, long number) {
    Storage storage =
        new Storage(
            partition -> shard(ShardId.SESSION, partition, number).durable(),
            work.threads(),
            engine::accepting);
    return new Broker(account, account.limits(), lanes, storage);
  }

  private static boolean isCertificate(Account account, Tx tx, String arn) {
    String prefix = account.arn("cert/");
    return arn.startsWith(prefix) && Certificates.exists(tx, arn.substring(prefix.length()));
  }

  private byte[] document(URI uri) throws IOException {
    return calls.get(uri, DOCUMENT_BYTES_MAX, calls.deadline(DOCUMENT_WAIT));
  }

  private boolean isPolicyTarget(Account account, Tx tx, String target) {
    return anonymous.contains(target)
        || isCertificate(account, tx, target)
        || Persons.isIdentity(tx, target);
  }

  /** Whether things can be attached to it. */
  private static boolean isPrincipal(Account account, Tx tx, String arn) {
    return isCertificate(account, tx, arn) || Persons.exists(account, tx, arn);
  }

  private static List<String> principalsOf(
      Things things, AccountShard registry, ThingPrincipals principals, String thing) {
    return things.find(registry.durable(), thing) == null
        ? List.of()
        : principals.ofThing(thing, null, 100, null).items().stream()
            .map(Attachment::principal)
            .toList();
  }
}
