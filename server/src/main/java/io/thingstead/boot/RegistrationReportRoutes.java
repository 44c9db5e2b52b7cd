package io.thingstead.boot;

import io.thingstead.api.ApiResponse;
import io.thingstead.api.Headers;
import io.thingstead.api.iot.ReportType;
import io.thingstead.http.Call;
import io.thingstead.http.OperationTable;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import io.thingstead.net.Role;
import java.nio.charset.StandardCharsets;
import java.util.Set;

/** What bulk registrations have done, line by line, for the account's administrators. */
final class RegistrationReportRoutes {
  static final String PATH = "/_thingstead/registration-reports";
  private static final Set<Role> ADMIN = Set.of(Role.ADMIN, Role.ALL);

  private final Tenants tenants;

  RegistrationReportRoutes(Tenants tenants) {
    this.tenants = tenants;
  }

  void bind(OperationTable table) {
    table.administratorRoute(ADMIN, "GET", PATH, this::report);
  }

  private ApiResponse report(Call call) {
    String text;
    try {
      text =
          tenants
              .of(call.account())
              .provisioning()
              .tasks()
              .report(
                  call.required("task"),
                  ReportType.valueOf(call.required("type")),
                  Integer.parseUnsignedInt(call.required("part")));
    } catch (IllegalArgumentException e) {
      throw new ApiException(
          AwsError.INVALID_REQUEST,
          "a report has a task, a type, RESULTS or ERRORS, and the number of its part");
    }
    return new ApiResponse(
        200,
        new Headers().add("Content-Type", "application/x-ndjson"),
        text.getBytes(StandardCharsets.UTF_8));
  }
}
