package io.thingstead.function;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A stored function.
 *
 * @param runtime as the API names it, such as {@code nodejs20.x}
 * @param role the ARN of the role whose credentials it gets
 * @param sealedEnvironment its own variables, JSON under the master key; null for none
 * @param codeSha256 of the archive, hex
 * @param modifiedMillis epoch milliseconds of the last change of code or configuration
 * @param revisionId another one after each change, a UUID
 * @param permissions who may call it besides the account's own callers
 */
record FunctionRow(
    String runtime,
    String role,
    String handler,
    String description,
    int timeoutSeconds,
    int memoryMiB,
    int temporaryMiB,
    byte @Nullable [] sealedEnvironment,
    String codeSha256,
    long codeBytes,
    long modifiedMillis,
    String revisionId,
    Map<String, String> tags,
    List<Permission> permissions) {
  FunctionRow {
    tags = Map.copyOf(tags);
    permissions = List.copyOf(permissions);
  }

  /**
   * One statement of the function's policy.
   *
   * @param principal a service such as {@code iot.amazonaws.com}, an account or an ARN
   * @param sourceArn what the service must call for, with {@code *} and {@code ?}; null for any
   */
  record Permission(
      String statementId,
      String action,
      String principal,
      @Nullable String sourceArn,
      @Nullable String sourceAccount) {}

  FunctionRow permitted(List<Permission> now, String revision) {
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
        revision,
        tags,
        now);
  }

  FunctionRow coded(String sha256, long bytes, long millis, String revision) {
    return new FunctionRow(
        runtime,
        role,
        handler,
        description,
        timeoutSeconds,
        memoryMiB,
        temporaryMiB,
        sealedEnvironment,
        sha256,
        bytes,
        millis,
        revision,
        tags,
        permissions);
  }
}
