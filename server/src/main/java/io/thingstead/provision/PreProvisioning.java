package io.thingstead.provision;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Asks the account's function whether a device may be provisioned (developer guide,
 * "Pre-provisioning hooks").
 */
final class PreProvisioning {
  private static final System.Logger LOG = System.getLogger(PreProvisioning.class.getName());
  private static final JsonMapper JSON = JsonMapper.builder().build();

  /** How long the function may take. */
  private static final int SECONDS_MAX = 5;

  private final Invocation functions;
  private final Executor threads;

  PreProvisioning(Invocation functions, Executor threads) {
    this.functions = functions;
    this.threads = threads;
  }

  /** The parameters that the device is provisioned with. Waits for the function. */
  Map<String, String> ask(
      Templates.InForce template,
      FleetRequest request,
      String certificateId,
      @Nullable String certificatePem,
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
    return answered(call(function, template.arn(), JSON.writeValueAsBytes(event)), parameters);
  }

  private JsonNode call(String function, String templateArn, byte[] event) throws FleetRefusal {
    CompletableFuture<byte[]> answer =
        CompletableFuture.supplyAsync(() -> functions.call(function, templateArn, event), threads);
    try {
      return JSON.readTree(answer.get(SECONDS_MAX, TimeUnit.SECONDS));
    } catch (TimeoutException e) {
      answer.cancel(true);
      throw failed(function, "it did not answer within " + SECONDS_MAX + " s");
    } catch (ExecutionException e) {
      throw failed(function, String.valueOf(e.getCause()));
    } catch (JacksonException e) {
      throw failed(function, "its answer is no JSON");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw FleetRefusal.internal();
    }
  }

  /** The device learns nothing of the function; the log does. */
  private static FleetRefusal failed(String function, String why) {
    LOG.log(
        System.Logger.Level.WARNING, "the pre-provisioning hook {0} failed: {1}", function, why);
    return FleetRefusal.denied("The pre-provisioning hook did not answer as it must.");
  }

  private static Map<String, String> answered(JsonNode answer, Map<String, String> parameters)
      throws FleetRefusal {
    if (!answer.path("allowProvisioning").asBoolean(false)) {
      throw FleetRefusal.denied("The pre-provisioning hook does not allow it.");
    }
    Map<String, String> all = new HashMap<>(parameters);
    for (Map.Entry<String, JsonNode> each : answer.path("parameterOverrides").properties()) {
      if (!each.getValue().isString()) {
        throw FleetRefusal.denied("The pre-provisioning hook did not answer as it must.");
      }
      all.put(each.getKey(), each.getValue().asString());
    }
    return all;
  }
}
