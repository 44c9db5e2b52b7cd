package io.thingstead.provision;

import io.thingstead.audit.Deed;
import io.thingstead.audit.Deeds;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Writes down what devices cause to be made, and what the server does by itself. Operations have
 * the names under which the API would have done it; {@code by} says how it came about.
 *
 * @param deeds waits: for virtual threads
 * @param addresses of the clients that are connected, by their ids; empty when it is not known
 * @param arns of certificates, by their ids
 */
record Writing(Deeds deeds, Function<String, String> addresses, Function<String, String> arns) {
  /** Whom deeds name that nobody asked for. */
  private static final String SERVER = "server";

  /**
   * @param how names and ids, by the API's names of them
   */
  void done(FleetRequest request, Map<String, String> how) {
    deeds.changed(of(request, how, Deed.DONE, ""));
  }

  void refused(FleetRequest request, FleetRefusal refusal) {
    deeds.refused(of(request, Map.of(), refusal.code(), refusal.text()));
  }

  private Deed of(FleetRequest request, Map<String, String> how, String decision, String why) {
    String claim = request.principalId() == null ? "" : request.principalId();
    Map<String, String> about = new TreeMap<>(how);
    about.put("clientId", request.clientId());
    about.put("by", "fleet-provisioning");
    if (request.kind() == FleetRequest.Kind.THING) {
      about.put("templateName", request.template());
    }
    return new Deed(
        "",
        switch (request.kind()) {
          case KEYS -> "iot:CreateKeysAndCertificate";
          case REQUEST -> "iot:CreateCertificateFromCsr";
          case THING -> "iot:RegisterThing";
        },
        about,
        claim,
        claim.isEmpty() ? "" : arns.apply(claim),
        addresses.apply(request.clientId()),
        decision,
        why);
  }

  /**
   * A certificate did something by being shown.
   *
   * @param from where it was shown
   */
  void done(String operation, String certificateId, Map<String, String> about, String from) {
    deeds.changed(
        new Deed(
            "", operation, about, certificateId, arns.apply(certificateId), from, Deed.DONE, ""));
  }

  void refused(
      String operation,
      String certificateId,
      Map<String, String> about,
      String from,
      String decision,
      String why) {
    deeds.refused(
        new Deed(
            "", operation, about, certificateId, arns.apply(certificateId), from, decision, why));
  }

  /** The server did something that nobody has asked for just now. */
  void byItself(String operation, Map<String, String> about) {
    deeds.changed(new Deed("", operation, about, SERVER, "", "", Deed.DONE, ""));
  }
}
