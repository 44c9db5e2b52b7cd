package io.thingstead.provision;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * Asks the account's function whether a device may be provisioned (developer guide,
 * "Pre-provisioning hooks").
 */
final class PreProvisioning {
  private final Questions questions;

  PreProvisioning(Questions questions) {
    this.questions = questions;
  }

  /** The parameters that the device is provisioned with. Waits for the function. */
  Map<String, String> ask(
      Templates.InForce template,
      FleetRequest request,
      String certificateId,
      String certificatePem,
      Map<String, String> parameters)
      throws FleetRefusal {
    String function = template.hookArn();
    if (function == null) {
      return parameters;
    }
    Map<String, Object> event = new LinkedHashMap<>();
    event.put("claimCertificateId", request.principalId());
    event.put("certificateId", certificateId);
    event.put("certificatePem", certificatePem);
    event.put("templateArn", template.arn());
    event.put("clientId", request.clientId());
    event.put("parameters", parameters);
    try {
      return answered(questions.ask(function, template.arn(), event), parameters);
    } catch (Questions.UnansweredException e) {
      throw failed();
    }
  }

  private static FleetRefusal failed() {
    return FleetRefusal.denied("The pre-provisioning hook did not answer as it must.");
  }

  private static Map<String, String> answered(JsonNode answer, Map<String, String> parameters)
      throws FleetRefusal {
    JsonNode allowed = answer.path("allowProvisioning");
    if (!allowed.isBoolean() || !allowed.asBoolean()) {
      throw FleetRefusal.denied("The pre-provisioning hook does not allow it.");
    }
    Map<String, String> all = new HashMap<>(parameters);
    for (Map.Entry<String, JsonNode> each : answer.path("parameterOverrides").properties()) {
      if (!each.getValue().isString()) {
        throw failed();
      }
      all.put(each.getKey(), each.getValue().asString());
    }
    return all;
  }
}
