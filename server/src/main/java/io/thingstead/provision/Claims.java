package io.thingstead.provision;

import io.thingstead.account.Account;
import io.thingstead.api.iot.CreateProvisioningClaimResponse;
import io.thingstead.api.iot.KeyPair;
import io.thingstead.api.iot.TemplateType;
import io.thingstead.authorize.Policies;
import io.thingstead.authorize.Policy;
import io.thingstead.engine.AccountShard;
import io.thingstead.engine.Command;
import io.thingstead.identity.IssuedCertificate;
import io.thingstead.identity.Registrar;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Map;

/**
 * Claims that a trusted user makes for one device (developer guide, "Provisioning by trusted
 * user"): certificates that live for minutes, are in no listing, and may do nothing but have a
 * device provisioned by one template.
 */
public final class Claims {
  private final Account account;
  private final AccountShard shard;
  private final Registrar registrar;
  private final Policies policies;
  private final Tokens tokens;
  private final InstantSource clock;

  Claims(
      Account account,
      AccountShard shard,
      Registrar registrar,
      Policies policies,
      Tokens tokens,
      InstantSource clock) {
    this.account = account;
    this.shard = shard;
    this.registrar = registrar;
    this.policies = policies;
    this.tokens = tokens;
    this.clock = clock;
  }

  /**
   * CreateProvisioningClaim. The claim connects until its end and has as long again to finish.
   *
   * @throws io.thingstead.model.ApiException ResourceNotFound; InvalidRequest for a template of
   *     another type
   */
  public CreateProvisioningClaimResponse create(String template) {
    Templates.require(shard.durable(), template, TemplateType.FLEET_PROVISIONING);
    Duration lifetime = account.limits().provisioning().claim();
    Instant end = clock.instant().truncatedTo(ChronoUnit.SECONDS).plus(lifetime);
    Registrar.Keys keys = registrar.keys(end);
    String name = "thingstead-claim." + template;
    Command<Policy> policy = policies.creation(name, document(template), Map.of());
    IssuedCertificate made =
        shard.call(
            tx -> {
              Templates.require(tx, template, TemplateType.FLEET_PROVISIONING);
              if (!Policies.exists(tx, name)) {
                policy.decide(tx);
              }
              return tokens.claim(tx, keys.certificate(), name, end.plus(lifetime));
            });
    return new CreateProvisioningClaimResponse(
        made.certificateId(),
        made.pem(),
        new KeyPair(keys.publicKeyPem(), keys.privateKeyPem()),
        end);
  }

  private String document(String template) {
    return """
    {"Version":"2012-10-17","Statement":[\
    {"Effect":"Allow","Action":"iot:Connect","Resource":"*"},\
    {"Effect":"Allow","Action":["iot:Publish","iot:Receive"],"Resource":[\
    "%1$stopic/$aws/certificates/create/*",\
    "%1$stopic/$aws/certificates/create-from-csr/*",\
    "%1$stopic/$aws/provisioning-templates/%2$s/provision/*"]},\
    {"Effect":"Allow","Action":"iot:Subscribe","Resource":[\
    "%1$stopicfilter/$aws/certificates/create/*",\
    "%1$stopicfilter/$aws/certificates/create-from-csr/*",\
    "%1$stopicfilter/$aws/provisioning-templates/%2$s/provision/*"]}]}\
    """
        .formatted(account.arn(""), template);
  }
}
