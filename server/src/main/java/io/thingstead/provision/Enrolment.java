package io.thingstead.provision;

import io.thingstead.authorize.Policies;
import io.thingstead.authorize.Policy;
import io.thingstead.engine.AccountShard;
import io.thingstead.engine.Command;
import io.thingstead.engine.Tx;
import io.thingstead.identity.CertificateStatus;
import io.thingstead.identity.NewCertificate;
import io.thingstead.identity.Registrar;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import io.thingstead.model.template.Existing;
import io.thingstead.model.template.Filled;
import io.thingstead.model.template.ProvisioningTemplate;
import io.thingstead.model.template.TemplateException;
import io.thingstead.registry.PrincipalType;
import io.thingstead.registry.ThingPrincipals;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes of one device what a template wants: thing, certificate, policies and what ties them, all
 * in one command or nothing at all. Methods wait for the registry shard: for virtual threads, not
 * for event loops.
 */
public final class Enrolment {
  private final AccountShard shard;
  private final EnrolledThings things;
  private final ThingPrincipals principals;
  private final Registrar registrar;
  private final Policies policies;

  Enrolment(
      AccountShard shard,
      EnrolledThings things,
      ThingPrincipals principals,
      Registrar registrar,
      Policies policies) {
    this.shard = shard;
    this.things = things;
    this.principals = principals;
    this.registrar = registrar;
    this.policies = policies;
  }

  /**
   * RegisterThing.
   *
   * @throws ApiException InvalidRequest when the text is no template; ResourceRegistrationFailure
   *     when these parameters do not fill it or what it wants cannot be; ConflictingResourceUpdate
   *     when something exists that the template says must not
   */
  public Provisioned register(String templateBody, Map<String, String> parameters) {
    return register(
        Templates.read(templateBody, ProvisioningTemplate.Use.REGISTRATION), parameters);
  }

  Provisioned register(ProvisioningTemplate template, Map<String, String> parameters) {
    try {
      return shard.call(command(fill(template, parameters)));
    } catch (ApiException e) {
      throw failure(e);
    }
  }

  /** Fills a template; ResourceRegistrationFailure when that fails. */
  static Filled fill(ProvisioningTemplate template, Map<String, String> parameters) {
    try {
      return template.fill(parameters);
    } catch (TemplateException e) {
      throw new ApiException(AwsError.RESOURCE_REGISTRATION_FAILURE, e.text());
    }
  }

  /** What a caller is told of a refusal inside: the operation has no other error for it. */
  static ApiException failure(ApiException e) {
    return switch (e.error()) {
      case CONFLICTING_RESOURCE_UPDATE, RESOURCE_REGISTRATION_FAILURE, INVALID_REQUEST -> e;
      default -> new ApiException(AwsError.RESOURCE_REGISTRATION_FAILURE, e.text());
    };
  }

  /**
   * The command that does it all. Signs and checks before it returns, since that takes time.
   *
   * @throws ApiException when what the template wants cannot be, whatever is there
   */
  Command<Provisioned> command(Filled wanted) {
    Filled.Thing thing = wanted.thing();
    Filled.Certificate certificate = wanted.certificate();
    Command<String> thingStep = thing == null ? null : things.step(thing);
    NewCertificate made = certificate == null ? null : made(certificate.source());
    List<Command<String>> policySteps = wanted.policies().stream().map(this::policyStep).toList();
    return tx -> {
      Map<String, String> arns = new LinkedHashMap<>();
      if (thing != null && thingStep != null) {
        arns.put(thing.logicalName(), thingStep.decide(tx));
      }
      String pem = null;
      if (certificate != null) {
        String id = enrol(tx, certificate, made);
        String arn = registrar.arn(id);
        pem = registrar.pem(tx, id);
        arns.put(certificate.logicalName(), arn);
        List<String> names = new ArrayList<>();
        for (int i = 0; i < policySteps.size(); i++) {
          String name = policySteps.get(i).decide(tx);
          arns.put(wanted.policies().get(i).logicalName(), policies.arn(name));
          names.add(name);
        }
        names.forEach(name -> policies.attach(tx, name, arn));
        if (thing != null) {
          principals.attach(tx, thing.name(), arn, type(certificate));
        }
      }
      return new Provisioned(
          pem, arns, thing == null ? null : thing.name(), wanted.deviceConfiguration());
    };
  }

  private static PrincipalType type(Filled.Certificate certificate) {
    return certificate.exclusive()
        ? PrincipalType.EXCLUSIVE_THING
        : PrincipalType.NON_EXCLUSIVE_THING;
  }

  private @Nullable NewCertificate made(Filled.Source source) {
    return switch (source) {
      case Filled.Source.Request(String pem) -> registrar.sign(pem);
      case Filled.Source.Given(String pem, String caPem) -> registrar.vouched(pem, caPem);
      case Filled.Source.Registered _ -> null;
    };
  }

  /** Registers the certificate, or gives the one that is there its status; its id. */
  private String enrol(Tx tx, Filled.Certificate wanted, @Nullable NewCertificate made) {
    CertificateStatus status =
        wanted.active() ? CertificateStatus.ACTIVE : CertificateStatus.INACTIVE;
    String id =
        wanted.source() instanceof Filled.Source.Registered(String registered)
            ? registered
            : made == null ? "" : made.id();
    CertificateStatus now = registrar.status(tx, id);
    if (now == null) {
      if (made == null) {
        throw new ApiException(
            AwsError.RESOURCE_NOT_FOUND, "there is no certificate " + id + " in this account");
      }
      registrar.insert(tx, made, status);
      return id;
    }
    if (now == CertificateStatus.PENDING_TRANSFER) {
      throw new ApiException(
          AwsError.CERTIFICATE_STATE, "certificate " + id + " is being transferred");
    }
    if (now == status) {
      return id;
    }
    if (now == CertificateStatus.PENDING_ACTIVATION || wanted.existing() == Existing.REPLACE) {
      registrar.update(tx, id, status);
    } else if (wanted.existing() == Existing.FAIL) {
      throw conflict("certificate " + id + " is " + now + ", not " + status);
    }
    return id;
  }

  static ApiException conflict(String what) {
    return new ApiException(
        AwsError.CONFLICTING_RESOURCE_UPDATE,
        "ResourceConflictsException: " + what + ", and the template's OverrideSettings say FAIL");
  }

  /** Finds the policy, or makes it under a name that its text gives it; its name. */
  private Command<String> policyStep(Filled.Policy wanted) {
    String document = wanted.document();
    if (document == null) {
      String name = String.valueOf(wanted.name());
      return _ -> name;
    }
    String name = sha256(document);
    Command<Policy> creation = policies.creation(name, document, Map.of());
    return tx -> {
      if (!Policies.exists(tx, name)) {
        creation.decide(tx);
      }
      return name;
    };
  }

  static String sha256(String text) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
