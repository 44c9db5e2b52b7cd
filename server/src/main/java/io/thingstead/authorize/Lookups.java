package io.thingstead.authorize;

import io.thingstead.engine.AccountShard;
import io.thingstead.identity.CertificateLookup;
import io.thingstead.identity.Certificates;
import io.thingstead.registry.Attachment;
import io.thingstead.registry.PrincipalType;
import io.thingstead.registry.Thing;
import io.thingstead.registry.ThingGroups;
import io.thingstead.registry.ThingPrincipals;
import io.thingstead.registry.Things;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * What the authorizer asks of identity and registry. All may read the disk; none may wait for a
 * shard.
 *
 * @param active whether the certificate of this id may connect now
 * @param certificate the policy variables of the certificate of this id; see {@link
 *     CertificateFields}
 * @param thing the thing of a connection: principal's ARN and client id
 * @param groups ARNs of the groups that the thing of this name is in, and of those above them
 */
public record Lookups(
    Predicate<String> active,
    Function<String, Map<String, List<String>>> certificate,
    BiFunction<String, String, Optional<ConnectedThing>> thing,
    Function<String, List<String>> groups) {
  /**
   * As the registry and identity of one account have it.
   *
   * @param registry the account's registry shard
   */
  public static Lookups of(
      Certificates certificates,
      Things things,
      ThingPrincipals principals,
      ThingGroups groups,
      AccountShard registry) {
    return new Lookups(
        id ->
            certificates.find(id) instanceof CertificateLookup.Known known
                && known.principal().active(),
        id -> {
          X509Certificate certificate = certificates.certificate(id);
          return certificate == null ? Map.of() : CertificateFields.of(certificate);
        },
        (principal, clientId) ->
            principals.attachments(principal).stream()
                .filter(attachment -> speaksFor(attachment, clientId))
                .findFirst()
                .flatMap(
                    attachment ->
                        Optional.ofNullable(things.find(registry.durable(), attachment.thingName()))
                            .map(thing -> connected(thing, attachment.type()))),
        groups::around);
  }

  /** An exclusive thing whatever the client id, any other only when it has the client id's name. */
  private static boolean speaksFor(Attachment attachment, String clientId) {
    return attachment.type() == PrincipalType.EXCLUSIVE_THING
        || attachment.thingName().equals(clientId);
  }

  private static ConnectedThing connected(Thing thing, PrincipalType type) {
    return new ConnectedThing(
        thing.name(), thing.typeName(), thing.attributes(), type == PrincipalType.EXCLUSIVE_THING);
  }
}
