package io.thingstead.provision;

import java.util.LinkedHashMap;
import java.util.Map;

/** Why a device's request is rejected, as the device is told (developer guide, "ErrorResponse"). */
final class FleetRefusal extends Exception {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final String code;

  FleetRefusal(int status, String code, String message) {
    super(message, null, false, false);
    this.status = status;
    this.code = code;
  }

  static FleetRefusal invalid(String message) {
    return new FleetRefusal(400, "InvalidParameters", message);
  }

  static FleetRefusal token(String message) {
    return new FleetRefusal(400, "InvalidCertificateOwnershipToken", message);
  }

  static FleetRefusal denied(String message) {
    return new FleetRefusal(403, "AccessDenied", message);
  }

  static FleetRefusal throttled(String limit) {
    return new FleetRefusal(429, "Throttled", "it is more than the limit " + limit + " allows");
  }

  static FleetRefusal internal() {
    return new FleetRefusal(500, "InternalError", "the server cannot do it now; try again");
  }

  String text() {
    return String.valueOf(getMessage());
  }

  String code() {
    return code;
  }

  Map<String, Object> answer() {
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("statusCode", status);
    answer.put("errorCode", code);
    answer.put("errorMessage", text());
    return answer;
  }
}
