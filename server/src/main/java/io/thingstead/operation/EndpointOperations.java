package io.thingstead.operation;

import io.thingstead.account.Account;
import io.thingstead.api.iot.DescribeEndpointResponse;
import io.thingstead.api.iot.Iot;
import io.thingstead.http.OperationTable;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import java.util.Set;
import java.util.function.Function;

/** Where an account's devices should call: one address serves every type of endpoint. */
final class EndpointOperations {
  private static final Set<String> TYPES =
      Set.of(
          "iot:Data",
          "iot:Data-ATS",
          "iot:Data-Beta",
          "iot:CredentialProvider",
          "iot:Jobs",
          "iot:DeviceAdvisor");

  private final Function<Account, String> endpoint;

  EndpointOperations(Function<Account, String> endpoint) {
    this.endpoint = endpoint;
  }

  void bind(OperationTable table) {
    table.on(
        Iot.DESCRIBE_ENDPOINT,
        (call, in) -> {
          String type = in.endpointType() == null ? "iot:Data" : in.endpointType();
          if (!TYPES.contains(type)) {
            throw new ApiException(
                AwsError.INVALID_REQUEST, "there is no endpoint type '" + type + "'");
          }
          return new DescribeEndpointResponse(endpoint.apply(call.account()));
        });
  }
}
