package io.thingstead.provision;

import io.thingstead.account.Account;
import io.thingstead.audit.Deeds;
import io.thingstead.authorize.Policies;
import io.thingstead.broker.Broker;
import io.thingstead.engine.AccountShard;
import io.thingstead.engine.Tx;
import io.thingstead.event.Refusals;
import io.thingstead.identity.CaCertificates;
import io.thingstead.identity.Certificates;
import io.thingstead.registry.GroupMembers;
import io.thingstead.registry.ThingPrincipals;
import io.thingstead.registry.Things;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;

/** An account's provisioning. */
public final class Provisioning {
  /** The name under which {@link #expire} is registered with the engine. */
  public static final String EXPIRE = Tokens.EXPIRE;

  /** How long a function may take (developer guide, "Pre-provisioning hooks"). */
  private static final Duration FUNCTION_PATIENCE = Duration.ofSeconds(5);

  private final Templates templates;
  private final Enrolment enrolment;
  private final Claims claims;
  private final CertificateProviders providers;
  private final RegistrationTasks tasks;
  private final Tokens tokens;
  private final Fleet fleet;
  private final Broker broker;
  private final Executor threads;
  private final Writing writing;
  private final Counts counts = new Counts();

  /** What provisioning counts; read at scrape time. */
  public record Counts(
      LongAdder justInTime, LongAdder justInTimeFailed, LongAdder fleet, LongAdder fleetRejected) {
    Counts() {
      this(new LongAdder(), new LongAdder(), new LongAdder(), new LongAdder());
    }
  }

  /**
   * The features of the account that provisioning is made of.
   *
   * @param registry the account's registry shard
   * @param deeds where is written down what devices cause
   */
  public record Parts(
      Account account,
      AccountShard registry,
      Certificates certificates,
      Things things,
      GroupMembers members,
      ThingPrincipals principals,
      Policies policies,
      Broker broker,
      Deeds deeds) {}

  /**
   * Where bulk registrations find their files, and where others find their reports.
   *
   * @param buckets a directory, with a directory for each bucket
   * @param reports a URL
   */
  public record Files(Path buckets, String reports) {}

  /**
   * Has newcomers of the account's CAs provisioned from now on.
   *
   * @param addresses from where clients are connected, by their ids
   */
  public Provisioning(
      Parts parts,
      Files files,
      Function<String, String> addresses,
      Invocation functions,
      Refusals refusals,
      Executor threads,
      InstantSource clock,
      SecureRandom random) {
    Account account = parts.account();
    Certificates certificates = parts.certificates();
    broker = parts.broker();
    this.threads = threads;
    writing = new Writing(parts.deeds(), addresses, id -> account.arn("cert/" + id));
    templates = new Templates(account, parts.registry(), CaCertificates::uses);
    enrolment =
        new Enrolment(
            parts.registry(),
            new EnrolledThings(parts.things(), parts.members()),
            parts.principals(),
            certificates.registrar(),
            parts.policies());
    tokens =
        new Tokens(account, certificates.registrar(), parts.policies(), parts.principals(), random);
    claims =
        new Claims(
            account, parts.registry(), certificates.registrar(), parts.policies(), tokens, clock);
    Questions questions = new Questions(functions, threads, FUNCTION_PATIENCE);
    providers =
        new CertificateProviders(account, parts.registry(), certificates.registrar(), questions);
    fleet =
        new Fleet(
            account,
            parts.registry(),
            certificates,
            templates,
            enrolment,
            providers,
            tokens,
            new PreProvisioning(questions),
            new Replies(account, broker),
            refusals,
            writing,
            threads,
            clock,
            counts);
    tasks =
        new RegistrationTasks(
            account,
            parts.registry(),
            enrolment,
            writing,
            new Buckets(files.buckets()),
            threads,
            random,
            files.reports());
    Newcomers newcomers =
        new Newcomers(
            account,
            certificates,
            templates,
            enrolment,
            new RegistrationEvents(account, broker),
            writing,
            counts);
    certificates.cas().checkTemplates(Newcomers::check);
    certificates.onNewcomer(newcomers::shown);
    certificates.onRegistered(newcomers::registered);
  }

  /** Takes requests of devices from now on; before clients connect. */
  public void start() {
    fleet.start(broker);
  }

  /** Goes on with bulk registrations that a former run has left; when all is there. */
  public void resume() {
    tasks.resume();
  }

  /** Provisioning templates. */
  public Templates templates() {
    return templates;
  }

  /** Makes things of templates. */
  public Enrolment enrolment() {
    return enrolment;
  }

  /** Who signs requests for certificates. */
  public CertificateProviders providers() {
    return providers;
  }

  /** Bulk registrations. */
  public RegistrationTasks tasks() {
    return tasks;
  }

  /** Claims for single devices. */
  public Claims claims() {
    return claims;
  }

  /** What was counted. */
  public Counts counts() {
    return counts;
  }

  /** The account, twelve digits, that a timer's message is for. */
  public static String account(byte[] message) {
    return Tokens.account(message);
  }

  /** A timer is due: what nobody has finished in time ends. */
  public void expire(Tx tx, byte[] message) {
    String certificate = tokens.expire(tx, message);
    if (certificate != null) {
      threads.execute(
          () ->
              writing.byItself(
                  "iot:DeleteCertificate",
                  Map.of("certificateId", certificate, "by", "its-time-is-over")));
    }
  }
}
