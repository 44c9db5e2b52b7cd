package io.thingstead.authorizer;

import java.util.Base64;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What an authorizer's function is told (AWS IoT guide: "Defining your Lambda function"). */
final class FunctionInput {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private FunctionInput() {}

  /**
   * The event.
   *
   * @param certificatePem of the caller, where it had to show one; or null
   * @param token null when there is none
   * @param connectionId a UUID
   */
  static byte[] of(
      Asking asking,
      @Nullable String certificatePem,
      @Nullable String token,
      boolean signatureVerified,
      String connectionId) {
    ObjectNode event = JSON.createObjectNode();
    if (token != null) {
      event.put("token", token);
    }
    event.put("signatureVerified", signatureVerified);
    ArrayNode protocols = event.putArray("protocols");
    ObjectNode data = event.putObject("protocolData");
    Asking.Tls tls = asking.tls();
    if (!tls.serverName().isEmpty()) {
      protocols.add("tls");
      ObjectNode node = data.putObject("tls").put("serverName", tls.serverName());
      if (tls.certificate() != null) {
        node.put("x509CertificatePem", certificatePem);
        node.put("principalId", tls.certificate().certificateId());
      }
    }
    Asking.Http http = asking.http();
    if (http != null) {
      protocols.add("http");
      ObjectNode node = data.putObject("http");
      ObjectNode headers = node.putObject("headers");
      http.headers().forEach(headers::put);
      if (!http.queryString().isEmpty()) {
        node.put("queryString", http.queryString());
      }
    }
    Asking.Mqtt mqtt = asking.mqtt();
    if (mqtt != null) {
      protocols.add("mqtt");
      ObjectNode node = data.putObject("mqtt");
      if (mqtt.userName() != null) {
        node.put("username", mqtt.userName());
      }
      byte[] password = mqtt.password();
      if (password != null) {
        node.put("password", Base64.getEncoder().encodeToString(password));
      }
      node.put("clientId", mqtt.clientId());
    }
    event.putObject("connectionMetadata").put("id", connectionId);
    return JSON.writeValueAsBytes(event);
  }
}
