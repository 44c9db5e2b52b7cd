package io.thingstead.function;

import io.thingstead.account.Account;
import io.thingstead.api.lambda.AddPermissionRequest;
import io.thingstead.api.lambda.GetPolicyResponse;
import io.thingstead.api.lambda.RemovePermissionRequest;
import io.thingstead.function.FunctionRow.Permission;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The policies of functions: which services may call them, for whom. All methods wait for the
 * registry shard: for virtual threads.
 */
public final class Permissions {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final int STATEMENTS_MAX = 50;

  private final Account account;
  private final FunctionTable table;
  private final FunctionStore store;

  Permissions(Account account, FunctionTable table, FunctionStore store) {
    this.account = account;
    this.table = table;
    this.store = store;
  }

  /**
   * Adds a statement.
   *
   * @return it, as JSON
   */
  public String add(AddPermissionRequest in) {
    String name = FunctionName.parse(account, in.functionName(), in.qualifier()).name();
    if (in.principalOrgID() != null || in.functionUrlAuthType() != null) {
      throw new ApiException(
          AwsError.INVALID_PARAMETER_VALUE,
          "PrincipalOrgID and FunctionUrlAuthType are not supported by this server: leave them"
              + " out");
    }
    Permission made =
        new Permission(
            in.statementId(), in.action(), in.principal(), in.sourceArn(), in.sourceAccount());
    table
        .shard()
        .call(
            tx -> {
              FunctionRow row = table.require(tx, name);
              FunctionStore.requireRevision(in.revisionId(), row);
              if (find(row, in.statementId()) != null) {
                throw new ApiException(
                    AwsError.RESOURCE_CONFLICT,
                    "The statement id ("
                        + in.statementId()
                        + ") provided already exists. Please provide a new statement id, or remove"
                        + " the existing statement.");
              }
              if (row.permissions().size() >= STATEMENTS_MAX) {
                throw new ApiException(
                    AwsError.POLICY_LENGTH_EXCEEDED,
                    "The final policy size is bigger than the limit: "
                        + STATEMENTS_MAX
                        + " statements");
              }
              List<Permission> now = new ArrayList<>(row.permissions());
              now.add(made);
              FunctionTable.put(tx, name, row.permitted(now, store.newRevision()));
              return name;
            });
    return statement(name, made).toString();
  }

  private static @Nullable Permission find(FunctionRow row, String statementId) {
    return row.permissions().stream()
        .filter(each -> each.statementId().equals(statementId))
        .findAny()
        .orElse(null);
  }

  public void remove(RemovePermissionRequest in) {
    String name = FunctionName.parse(account, in.functionName(), in.qualifier()).name();
    table
        .shard()
        .call(
            tx -> {
              FunctionRow row = table.require(tx, name);
              FunctionStore.requireRevision(in.revisionId(), row);
              if (find(row, in.statementId()) == null) {
                throw new ApiException(
                    AwsError.RESOURCE_NOT_FOUND,
                    "Statement " + in.statementId() + " is not found in resource policy.");
              }
              List<Permission> now = new ArrayList<>(row.permissions());
              now.removeIf(each -> each.statementId().equals(in.statementId()));
              FunctionTable.put(tx, name, row.permitted(now, store.newRevision()));
              return name;
            });
  }

  /** The whole policy. */
  public GetPolicyResponse get(String function, @Nullable String qualifier) {
    String name = FunctionName.parse(account, function, qualifier).name();
    FunctionRow row = table.require(table.shard().durable(), name);
    if (row.permissions().isEmpty()) {
      throw new ApiException(
          AwsError.RESOURCE_NOT_FOUND, "The resource you requested does not exist.");
    }
    ObjectNode policy = JSON.createObjectNode();
    policy.put("Version", "2012-10-17");
    policy.put("Id", "default");
    var statements = policy.putArray("Statement");
    row.permissions().forEach(each -> statements.add(statement(name, each)));
    return new GetPolicyResponse(policy.toString(), row.revisionId());
  }

  private ObjectNode statement(String name, Permission permission) {
    ObjectNode json = JSON.createObjectNode();
    json.put("Sid", permission.statementId());
    json.put("Effect", "Allow");
    String principal = permission.principal();
    if (principal.equals("*")) {
      json.put("Principal", "*");
    } else if (principal.matches("\\d{12}")) {
      json.putObject("Principal").put("AWS", "arn:aws:iam::" + principal + ":root");
    } else if (principal.startsWith("arn:")) {
      json.putObject("Principal").put("AWS", principal);
    } else {
      json.putObject("Principal").put("Service", principal);
    }
    json.put("Action", permission.action());
    json.put("Resource", FunctionName.arn(account, name));
    if (permission.sourceArn() != null || permission.sourceAccount() != null) {
      ObjectNode condition = json.putObject("Condition");
      if (permission.sourceAccount() != null) {
        condition.putObject("StringEquals").put("AWS:SourceAccount", permission.sourceAccount());
      }
      if (permission.sourceArn() != null) {
        condition.putObject("ArnLike").put("AWS:SourceArn", permission.sourceArn());
      }
    }
    return json;
  }

  /**
   * Whether the function's policy lets an invoker call it.
   *
   * @throws ApiException ACCESS_DENIED, saying what to add
   */
  void require(String name, FunctionRow row, Invoker invoker) {
    switch (invoker) {
      case Invoker.Api _ -> {}
      case Invoker.Service(String principal, String sourceArn) -> {
        if (row.permissions().stream().noneMatch(each -> lets(each, principal, sourceArn))) {
          throw new ApiException(
              AwsError.ACCESS_DENIED,
              "no statement of function "
                  + name
                  + "'s policy lets "
                  + principal
                  + " call it for "
                  + sourceArn
                  + " (aws lambda add-permission --function-name "
                  + name
                  + " --statement-id iot --action lambda:InvokeFunction --principal "
                  + principal
                  + " --source-arn "
                  + sourceArn
                  + ")");
        }
      }
    }
  }

  private boolean lets(Permission permission, String principal, String sourceArn) {
    return permission.principal().equals(principal)
        && (permission.action().equals("lambda:InvokeFunction")
            || permission.action().equals("lambda:*"))
        && (permission.sourceAccount() == null
            || permission.sourceAccount().equals(account.id().digits()))
        && (permission.sourceArn() == null || isLike(sourceArn, permission.sourceArn()));
  }

  private static boolean isLike(String arn, String pattern) {
    StringBuilder regex = new StringBuilder();
    for (int i = 0; i < pattern.length(); i++) {
      char each = pattern.charAt(i);
      switch (each) {
        case '*' -> regex.append(".*");
        case '?' -> regex.append('.');
        default -> regex.append(Pattern.quote(String.valueOf(each)));
      }
    }
    return Pattern.matches(regex.toString(), arn);
  }
}
