package io.thingstead.boot;

import io.thingstead.api.ApiResponse;
import io.thingstead.domain.ServerCertificates;
import io.thingstead.http.Call;
import io.thingstead.http.OperationTable;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import io.thingstead.net.Role;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The server certificates that an account brings, for its administrators: what ACM is in the cloud.
 * Keys go in and never come out.
 */
final class ServerCertificateRoutes {
  private static final String PATH = "/_thingstead/server-certificates";
  private static final String ARN = "certificateArn";
  private static final Set<Role> ADMIN = Set.of(Role.ADMIN, Role.ALL);
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final Tenants tenants;

  ServerCertificateRoutes(Tenants tenants) {
    this.tenants = tenants;
  }

  void bind(OperationTable table) {
    table.administratorRoute(ADMIN, "GET", PATH, this::list);
    table.administratorRoute(ADMIN, "POST", PATH, this::put);
    table.administratorRoute(ADMIN, "DELETE", PATH, this::delete);
  }

  private ServerCertificates certificates(Call call) {
    return tenants.of(call.account()).domains().certificates();
  }

  /**
   * {@code {"certificate": PEM, "key": PEM, "certificateArn": ARN}}: takes one in, or puts it in
   * the place of the one that the ARN names.
   */
  private ApiResponse put(Call call) {
    JsonNode body;
    try {
      body = JSON.readTree(call.request().body());
    } catch (JacksonException e) {
      throw new ApiException(AwsError.INVALID_REQUEST, "the body is not JSON");
    }
    String certificate = text(body, "certificate");
    String key = text(body, "key");
    String arn = body.path(ARN).asString("");
    if (arn.isEmpty()) {
      arn = certificates(call).add(certificate, key);
    } else {
      certificates(call).replace(arn, certificate, key);
    }
    return answer(JSON.createObjectNode().put(ARN, arn));
  }

  private static String text(JsonNode body, String name) {
    String value = body.path(name).asString("");
    if (value.isEmpty()) {
      throw new ApiException(AwsError.INVALID_REQUEST, name + " is missing: it is text, PEM");
    }
    return value;
  }

  private ApiResponse list(Call call) {
    ObjectNode answer = JSON.createObjectNode();
    var all = answer.putArray("certificates");
    for (ServerCertificates.Description each : certificates(call).list()) {
      ObjectNode one = all.addObject().put(ARN, each.arn());
      each.hosts().forEach(one.putArray("domainNames")::add);
      one.put("notBefore", each.notBefore().toString())
          .put("notAfter", each.notAfter().toString())
          .put("imported", each.imported().toString());
      each.usedBy().forEach(one.putArray("usedBy")::add);
      @Nullable String problem = each.problem();
      one.put("status", problem == null ? "VALID" : "INVALID");
      if (problem != null) {
        one.put("detail", problem);
      }
    }
    return answer(answer);
  }

  /** {@code ?certificateArn=ARN}. */
  private ApiResponse delete(Call call) {
    certificates(call).delete(call.required(ARN));
    return answer(JSON.createObjectNode());
  }

  private static ApiResponse answer(JsonNode json) {
    return ApiResponse.json(JSON.writeValueAsBytes(json));
  }
}
