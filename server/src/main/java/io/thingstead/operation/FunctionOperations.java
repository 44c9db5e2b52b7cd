package io.thingstead.operation;

import io.thingstead.account.Account;
import io.thingstead.api.Empty;
import io.thingstead.api.lambda.AddPermissionResponse;
import io.thingstead.api.lambda.FunctionCodeLocation;
import io.thingstead.api.lambda.GetFunctionResponse;
import io.thingstead.api.lambda.InvocationRequest;
import io.thingstead.api.lambda.InvocationResponse;
import io.thingstead.api.lambda.InvocationType;
import io.thingstead.api.lambda.Lambda;
import io.thingstead.api.lambda.LogType;
import io.thingstead.function.FunctionResult;
import io.thingstead.function.Functions;
import io.thingstead.function.Invoker;
import io.thingstead.http.Call;
import io.thingstead.http.OperationTable;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Functions: their code and configuration, who may call them, and calls. */
final class FunctionOperations {
  private static final String LATEST = "$LATEST";
  private static final byte[] NOTHING = {};

  private final Function<Account, Features> features;

  FunctionOperations(Function<Account, Features> features) {
    this.features = features;
  }

  private Functions functions(Call call) {
    return features.apply(call.account()).functions();
  }

  void bind(OperationTable table) {
    table.on(Lambda.CREATE_FUNCTION, (call, in) -> functions(call).store().create(in));
    table.on(
        Lambda.GET_FUNCTION,
        (call, in) -> {
          Map<String, String> tags = functions(call).store().tags(in.functionName());
          return GetFunctionResponse.builder()
              .configuration(
                  functions(call).store().configuration(in.functionName(), in.qualifier()))
              // No presigned URL: the archive is read by the route of administrators.
              .code(FunctionCodeLocation.builder().repositoryType("Thingstead").build())
              .tags(tags.isEmpty() ? null : tags)
              .build();
        });
    table.on(
        Lambda.GET_FUNCTION_CONFIGURATION,
        (call, in) -> functions(call).store().configuration(in.functionName(), in.qualifier()));
    table.on(Lambda.UPDATE_FUNCTION_CODE, (call, in) -> functions(call).store().updateCode(in));
    table.on(
        Lambda.UPDATE_FUNCTION_CONFIGURATION,
        (call, in) -> functions(call).store().updateConfiguration(in));
    table.on(
        Lambda.DELETE_FUNCTION,
        (call, in) -> {
          functions(call).store().delete(in.functionName(), in.qualifier());
          return Empty.EMPTY;
        });
    table.on(Lambda.LIST_FUNCTIONS, (call, in) -> functions(call).store().list(in));
    table.on(Lambda.INVOKE, this::invoke);
    bindPermissions(table);
  }

  private void bindPermissions(OperationTable table) {
    table.on(
        Lambda.ADD_PERMISSION,
        (call, in) -> new AddPermissionResponse(functions(call).permissions().add(in)));
    table.on(
        Lambda.REMOVE_PERMISSION,
        (call, in) -> {
          functions(call).permissions().remove(in);
          return Empty.EMPTY;
        });
    table.on(
        Lambda.GET_POLICY,
        (call, in) -> functions(call).permissions().get(in.functionName(), in.qualifier()));
  }

  private InvocationResponse invoke(Call call, InvocationRequest in) {
    Functions functions = functions(call);
    byte[] payload = in.payload() == null ? NOTHING : in.payload();
    InvocationType type =
        in.invocationType() == null ? InvocationType.REQUEST_RESPONSE : in.invocationType();
    return switch (type) {
      case REQUEST_RESPONSE -> {
        FunctionResult result =
            functions.invoke(
                in.functionName(), in.qualifier(), payload, clientContext(in.clientContext()));
        boolean tail = in.logType() == LogType.TAIL;
        yield new InvocationResponse(
            200,
            result.error(),
            tail
                ? Base64.getEncoder()
                    .encodeToString(result.logTail().getBytes(StandardCharsets.UTF_8))
                : null,
            result.payload(),
            LATEST);
      }
      case EVENT -> {
        functions.send(in.functionName(), in.qualifier(), payload, new Invoker.Api());
        yield new InvocationResponse(202, null, null, NOTHING, LATEST);
      }
      case DRY_RUN -> {
        functions.dryRun(in.functionName(), in.qualifier());
        yield new InvocationResponse(204, null, null, NOTHING, LATEST);
      }
    };
  }

  private static @Nullable String clientContext(@Nullable String base64) {
    if (base64 == null) {
      return null;
    }
    try {
      String json = new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
      if (json.chars().noneMatch(c -> c < ' ')) {
        return json;
      }
    } catch (IllegalArgumentException _) {
      // told below
    }
    throw new ApiException(
        AwsError.INVALID_REQUEST_CONTENT,
        "Client context must be a valid Base64-encoded JSON object.");
  }
}
