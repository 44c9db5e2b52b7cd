package io.thingstead.provision;

import io.thingstead.account.Account;
import io.thingstead.account.Rate;
import io.thingstead.api.iot.TemplateType;
import io.thingstead.broker.Message;
import io.thingstead.broker.Publishing;
import io.thingstead.engine.AccountShard;
import io.thingstead.engine.Command;
import io.thingstead.engine.StoreUnavailableException;
import io.thingstead.event.Refusals;
import io.thingstead.identity.Certificates;
import io.thingstead.identity.NewCertificate;
import io.thingstead.identity.Registrar;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import io.thingstead.model.Limits;
import io.thingstead.model.template.ProvisioningTemplate;
import io.thingstead.model.topic.TopicFilter;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Fleet provisioning: devices that ask over MQTT for a certificate and to be provisioned
 * (certificates-provisioning.md section 5). A request is acknowledged when it was taken, not when
 * it is answered; a device whose request is lost in a crash asks again.
 */
final class Fleet {
  private static final System.Logger LOG = System.getLogger(Fleet.class.getName());

  private final Account account;
  private final AccountShard shard;
  private final Certificates certificates;
  private final Templates templates;
  private final Enrolment enrolment;
  private final CertificateProviders providers;
  private final Tokens tokens;
  private final PreProvisioning hook;
  private final Replies replies;
  private final Refusals refusals;
  private final Writing writing;
  private final Executor threads;
  private final InstantSource clock;
  private final Provisioning.Counts counts;
  private final Limits.Provisioning limits;
  private final AtomicInteger working = new AtomicInteger();
  private final Map<FleetRequest.Kind, Rate> rates = new EnumMap<>(FleetRequest.Kind.class);

  Fleet(
      Account account,
      AccountShard shard,
      Certificates certificates,
      Templates templates,
      Enrolment enrolment,
      CertificateProviders providers,
      Tokens tokens,
      PreProvisioning hook,
      Replies replies,
      Refusals refusals,
      Writing writing,
      Executor threads,
      InstantSource clock,
      Provisioning.Counts counts) {
    this.account = account;
    this.shard = shard;
    this.certificates = certificates;
    this.templates = templates;
    this.enrolment = enrolment;
    this.providers = providers;
    this.tokens = tokens;
    this.hook = hook;
    this.replies = replies;
    this.refusals = refusals;
    this.writing = writing;
    this.threads = threads;
    this.clock = clock;
    this.counts = counts;
    this.limits = account.limits().provisioning();
    rate(FleetRequest.Kind.KEYS, limits.keysPerSecond());
    rate(FleetRequest.Kind.REQUEST, limits.requestsPerSecond());
    rate(FleetRequest.Kind.THING, limits.thingsPerSecond());
  }

  private void rate(FleetRequest.Kind kind, int perSecond) {
    Rate rate = Rate.of(perSecond);
    if (rate != null) {
      rates.put(kind, rate);
    }
  }

  /** Takes requests from now on. */
  void start(Publishing broker) {
    for (FleetRequest.Kind kind : FleetRequest.Kind.values()) {
      for (FleetFormat format : FleetFormat.values()) {
        var _ =
            broker.attach(
                new TopicFilter(kind.filter(format)), message -> accept(kind, format, message));
      }
    }
  }

  /** On the publisher's event loop. */
  private @Nullable CompletionStage<?> accept(
      FleetRequest.Kind kind, FleetFormat format, Message message) {
    FleetRequest request = FleetRequest.of(kind, format, message);
    if (request == null) {
      return null;
    }
    if (working.incrementAndGet() > limits.atOnce()) {
      working.decrementAndGet();
      reject(request, FleetRefusal.throttled("provisioning.atOnce"));
      return null;
    }
    threads.execute(
        () -> {
          try {
            work(request);
          } finally {
            working.decrementAndGet();
          }
        });
    return null;
  }

  private void work(FleetRequest request) {
    try {
      requirePace(request.kind());
      Map<String, ?> answer =
          switch (request.kind()) {
            case KEYS -> keys(request);
            case REQUEST -> request(request);
            case THING -> thing(request);
          };
      replies.send(request, true, answer);
    } catch (FleetRefusal refusal) {
      reject(request, refusal);
    } catch (ApiException e) {
      reject(request, refusal(request.kind(), e));
    } catch (StoreUnavailableException _) {
      reject(request, FleetRefusal.internal());
    } catch (RuntimeException e) {
      LOG.log(
          System.Logger.Level.ERROR, "request of a device on " + request.topic() + " failed", e);
      reject(request, FleetRefusal.internal());
    }
  }

  private void requirePace(FleetRequest.Kind kind) throws FleetRefusal {
    Rate rate = rates.get(kind);
    if (rate != null && rate.take(clock.millis(), 1) > 0) {
      throw FleetRefusal.throttled(
          switch (kind) {
            case KEYS -> "provisioning.keysPerSecond";
            case REQUEST -> "provisioning.requestsPerSecond";
            case THING -> "provisioning.thingsPerSecond";
          });
    }
  }

  private static FleetRefusal refusal(FleetRequest.Kind kind, ApiException e) {
    if (kind == FleetRequest.Kind.REQUEST) {
      return new FleetRefusal(400, "InvalidCsr", e.text());
    }
    return e.error() == AwsError.CONFLICTING_RESOURCE_UPDATE
        ? new FleetRefusal(409, "ResourceConflict", e.text())
        : FleetRefusal.invalid(e.text());
  }

  private void reject(FleetRequest request, FleetRefusal refusal) {
    counts.fleetRejected().increment();
    String principal = request.principalId();
    refusals.refused(
        account,
        "provision",
        request.clientId(),
        request.topic().text(),
        principal == null ? "" : principal,
        refusal.text());
    writing.refused(request, refusal);
    replies.send(request, false, refusal.answer());
  }

  private Map<String, ?> keys(FleetRequest request) throws FleetRefusal {
    request.read();
    Registrar.Keys made = certificates.registrar().keys();
    Map<String, Object> answer = issue(made.certificate(), request);
    answer.put("privateKey", made.privateKeyPem());
    return answer;
  }

  private Map<String, ?> request(FleetRequest request) throws FleetRefusal {
    String pem = FleetRequest.text(request.read(), "certificateSigningRequest");
    return issue(providers.sign(pem, request.principalId(), request.clientId()), request);
  }

  private Map<String, Object> issue(NewCertificate made, FleetRequest request) {
    String token = tokens.next();
    String pem =
        shard.call(
            tx -> {
              tokens.issue(tx, made, token, limits.token());
              return certificates.registrar().pem(tx, made.id());
            });
    writing.done(request, Map.of("certificateId", made.id()));
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("certificateId", made.id());
    answer.put("certificatePem", pem);
    answer.put("certificateOwnershipToken", token);
    return answer;
  }

  private Map<String, ?> thing(FleetRequest request) throws FleetRefusal {
    JsonNode read = request.read();
    String token = read.path("certificateOwnershipToken").asString("");
    if (token.isEmpty()) {
      throw FleetRefusal.token("Certificate ownership token cannot be empty.");
    }
    Templates.InForce template = template(request.template());
    String id = Tokens.certificate(shard.durable(), token, clock.instant());
    String pem = certificates.describe(id).pem();
    Map<String, String> parameters =
        new HashMap<>(hook.ask(template, request, id, pem, parameters(read)));
    parameters.put(ProvisioningTemplate.CERTIFICATE_ID, id);
    Provisioned made = enrol(template, parameters, token);
    counts.fleet().increment();
    Map<String, String> about = new HashMap<>(Map.of("certificateId", id));
    if (made.thingName() != null) {
      about.put("thingName", made.thingName());
    }
    writing.done(request, about);
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("deviceConfiguration", made.deviceConfiguration());
    if (made.thingName() != null) {
      answer.put("thingName", made.thingName());
    }
    return answer;
  }

  private Templates.InForce template(String name) throws FleetRefusal {
    Templates.InForce found = templates.find(name, TemplateType.FLEET_PROVISIONING);
    if (found == null) {
      throw new FleetRefusal(
          404, "TemplateNotFound", "There is no fleet provisioning template " + name + ".");
    }
    if (!found.enabled()) {
      throw FleetRefusal.denied("Provisioning template " + name + " is not enabled.");
    }
    return found;
  }

  private static Map<String, String> parameters(JsonNode read) throws FleetRefusal {
    Map<String, String> parameters = new HashMap<>();
    JsonNode given = read.path("parameters");
    if (!given.isMissingNode() && !given.isNull() && !given.isObject()) {
      throw FleetRefusal.invalid("parameters is no map");
    }
    for (Map.Entry<String, JsonNode> each : given.properties()) {
      if (!each.getValue().isString()) {
        throw FleetRefusal.invalid("the parameter " + each.getKey() + " is no string");
      }
      parameters.put(each.getKey(), each.getValue().asString());
    }
    return parameters;
  }

  /** The token is used up with the provisioning, or not at all. */
  private Provisioned enrol(
      Templates.InForce template, Map<String, String> parameters, String token)
      throws FleetRefusal {
    Command<Provisioned> command =
        enrolment.command(Enrolment.fill(template.template(), parameters));
    try {
      return shard.call(
          tx -> {
            try {
              Tokens.certificate(tx, token, tx.now());
            } catch (FleetRefusal refusal) {
              throw new UsedException(refusal);
            }
            Tokens.use(tx, token);
            return command.decide(tx);
          });
    } catch (UsedException e) {
      throw e.refusal;
    } catch (ApiException e) {
      throw refusal(FleetRequest.Kind.THING, Enrolment.failure(e));
    }
  }

  /** Another request with the same token was faster. */
  private static final class UsedException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final FleetRefusal refusal;

    UsedException(FleetRefusal refusal) {
      super(refusal);
      this.refusal = refusal;
    }
  }
}
