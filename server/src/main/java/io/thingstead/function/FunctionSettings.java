package io.thingstead.function;

import io.thingstead.api.Struct;
import io.thingstead.api.lambda.CreateFunctionRequest;
import io.thingstead.api.lambda.Environment;
import io.thingstead.api.lambda.PackageType;
import io.thingstead.api.lambda.UpdateFunctionConfigurationRequest;
import io.thingstead.function.FunctionRow.Permission;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** How a function is to run, checked. */
record FunctionSettings(
    String runtime,
    String role,
    String handler,
    String description,
    int timeoutSeconds,
    int memoryMiB,
    int temporaryMiB,
    Map<String, String> environment) {
  private static final int TIMEOUT_SECONDS = 3;
  private static final int TIMEOUT_SECONDS_MAX = 900;
  private static final int MEMORY_MIB = 128;
  private static final int TEMPORARY_MIB = 512;
  private static final int ENVIRONMENT_BYTES_MAX = 4096;
  private static final Pattern VARIABLE = Pattern.compile("[a-zA-Z]([a-zA-Z0-9_])+");

  /**
   * Variables that the runtime sets (AWS Lambda guide: "Defined runtime environment variables").
   */
  private static final Set<String> RESERVED =
      Set.of(
          "_HANDLER",
          "_X_AMZN_TRACE_ID",
          "AWS_DEFAULT_REGION",
          "AWS_REGION",
          "AWS_EXECUTION_ENV",
          "AWS_LAMBDA_FUNCTION_NAME",
          "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
          "AWS_LAMBDA_FUNCTION_VERSION",
          "AWS_LAMBDA_INITIALIZATION_TYPE",
          "AWS_LAMBDA_LOG_GROUP_NAME",
          "AWS_LAMBDA_LOG_STREAM_NAME",
          "AWS_ACCESS_KEY",
          "AWS_ACCESS_KEY_ID",
          "AWS_SECRET_ACCESS_KEY",
          "AWS_SESSION_TOKEN",
          "AWS_LAMBDA_RUNTIME_API",
          "LAMBDA_TASK_ROOT",
          "LAMBDA_RUNTIME_DIR",
          "THINGSTEAD_FORWARD");

  /**
   * What would change how the function runs, and does nothing here: better refused than ignored.
   */
  private static final Set<String> UNSUPPORTED =
      Set.of(
          "VpcConfig",
          "DeadLetterConfig",
          "KMSKeyArn",
          "Layers",
          "FileSystemConfigs",
          "ImageConfig",
          "CodeSigningConfigArn");

  FunctionSettings {
    environment = Map.copyOf(environment);
    if (timeoutSeconds < 1 || timeoutSeconds > TIMEOUT_SECONDS_MAX) {
      throw invalid(
          "the timeout is 1 to " + TIMEOUT_SECONDS_MAX + " seconds, not " + timeoutSeconds);
    }
    checkEnvironment(environment);
    var _ = Language.of(runtime);
  }

  static FunctionSettings of(CreateFunctionRequest in) {
    refuseUnsupported(in.toStruct());
    if (in.packageType() == PackageType.IMAGE) {
      throw invalid("PackageType Image is not supported by this server: send a ZipFile");
    }
    if (in.runtime() == null || in.handler() == null) {
      throw invalid(
          "Runtime and Handler are mandatory parameters for functions created with deployment"
              + " packages.");
    }
    return new FunctionSettings(
        in.runtime().wire(),
        in.role(),
        in.handler(),
        in.description() == null ? "" : in.description(),
        in.timeout() == null ? TIMEOUT_SECONDS : in.timeout(),
        in.memorySize() == null ? MEMORY_MIB : in.memorySize(),
        in.ephemeralStorage() == null ? TEMPORARY_MIB : in.ephemeralStorage().size(),
        variables(in.environment(), Map.of()));
  }

  /** Those of a function with some of them changed. */
  static FunctionSettings of(
      FunctionRow before, Map<String, String> environment, UpdateFunctionConfigurationRequest in) {
    refuseUnsupported(in.toStruct());
    return new FunctionSettings(
        in.runtime() == null ? before.runtime() : in.runtime().wire(),
        in.role() == null ? before.role() : in.role(),
        in.handler() == null ? before.handler() : in.handler(),
        in.description() == null ? before.description() : in.description(),
        in.timeout() == null ? before.timeoutSeconds() : in.timeout(),
        in.memorySize() == null ? before.memoryMiB() : in.memorySize(),
        in.ephemeralStorage() == null ? before.temporaryMiB() : in.ephemeralStorage().size(),
        variables(in.environment(), environment));
  }

  private static Map<String, String> variables(
      @Nullable Environment given, Map<String, String> otherwise) {
    if (given == null) {
      return otherwise;
    }
    Map<String, String> variables = given.variables();
    return variables == null ? Map.of() : variables;
  }

  private static void refuseUnsupported(Struct in) {
    for (String each : UNSUPPORTED) {
      Object given = in.get(each);
      boolean empty =
          given == null
              || given instanceof List<?> list && list.isEmpty()
              || given instanceof Struct struct && struct.members().isEmpty();
      if (!empty) {
        throw invalid(each + " is not supported by this server: leave it out");
      }
    }
  }

  private static void checkEnvironment(Map<String, String> environment) {
    List<String> reserved =
        environment.keySet().stream().filter(RESERVED::contains).sorted().toList();
    if (!reserved.isEmpty()) {
      throw invalid(
          "Lambda was unable to configure your environment variables because the environment"
              + " variables you have provided contains reserved keys that are currently not"
              + " supported for modification. Reserved keys used in this request: "
              + String.join(", ", reserved));
    }
    int bytes = 0;
    for (Map.Entry<String, String> each : environment.entrySet()) {
      if (!VARIABLE.matcher(each.getKey()).matches() || each.getValue().indexOf('\0') >= 0) {
        throw invalid("'" + each.getKey() + "' cannot be an environment variable");
      }
      bytes += each.getKey().getBytes(StandardCharsets.UTF_8).length;
      bytes += each.getValue().getBytes(StandardCharsets.UTF_8).length;
    }
    if (bytes > ENVIRONMENT_BYTES_MAX) {
      throw invalid(
          "Lambda was unable to configure your environment variables because the environment"
              + " variables you have provided exceeded the 4KB limit.");
    }
  }

  FunctionRow row(
      byte @Nullable [] sealedEnvironment,
      String codeSha256,
      long codeBytes,
      long modifiedMillis,
      String revisionId,
      Map<String, String> tags,
      List<Permission> permissions) {
    return new FunctionRow(
        runtime,
        role,
        handler,
        description,
        timeoutSeconds,
        memoryMiB,
        temporaryMiB,
        sealedEnvironment,
        codeSha256,
        codeBytes,
        modifiedMillis,
        revisionId,
        tags,
        permissions);
  }

  private static ApiException invalid(String why) {
    return new ApiException(AwsError.INVALID_PARAMETER_VALUE, why);
  }
}
