package io.thingstead.operation;

import io.thingstead.account.Account;
import io.thingstead.api.Empty;
import io.thingstead.api.Percent;
import io.thingstead.api.iam.CreatePolicyResponse;
import io.thingstead.api.iam.CreatePolicyVersionResponse;
import io.thingstead.api.iam.EntityType;
import io.thingstead.api.iam.GetPolicyResponse;
import io.thingstead.api.iam.GetPolicyVersionResponse;
import io.thingstead.api.iam.Iam;
import io.thingstead.api.iam.ListEntitiesForPolicyResponse;
import io.thingstead.api.iam.ListPoliciesResponse;
import io.thingstead.api.iam.ListPolicyVersionsResponse;
import io.thingstead.api.iam.Policy;
import io.thingstead.api.iam.PolicyRole;
import io.thingstead.api.iam.PolicyScopeType;
import io.thingstead.api.iam.PolicyUser;
import io.thingstead.api.iam.PolicyVersion;
import io.thingstead.http.Call;
import io.thingstead.http.OperationTable;
import io.thingstead.person.ManagedPolicies;
import io.thingstead.person.ManagedPolicy;
import io.thingstead.person.ManagedVersion;
import io.thingstead.person.Persons;
import io.thingstead.person.Role;
import io.thingstead.person.User;
import io.thingstead.row.Page;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Managed policies of users and roles. */
final class ManagedPolicyOperations {
  private final Function<Account, Features> features;

  ManagedPolicyOperations(Function<Account, Features> features) {
    this.features = features;
  }

  private ManagedPolicies policies(Call call) {
    return features.apply(call.account()).persons().policies();
  }

  void bind(OperationTable table) {
    bindPolicies(table);
    bindVersions(table);
    bindOwners(table);
  }

  private void bindPolicies(OperationTable table) {
    table.on(
        Iam.CREATE_POLICY,
        (call, in) ->
            new CreatePolicyResponse(
                policy(
                    policies(call)
                        .create(
                            in.policyName(),
                            in.path(),
                            in.policyDocument(),
                            in.description(),
                            IamTags.parse(in.tags())))));
    table.on(
        Iam.GET_POLICY,
        (call, in) -> new GetPolicyResponse(policy(policies(call).get(in.policyArn()))));
    table.on(
        Iam.LIST_POLICIES,
        (call, in) -> {
          if (in.scope() == PolicyScopeType.AWS) {
            return new ListPoliciesResponse(List.of(), false, null); // there are none of others
          }
          Page<ManagedPolicy> page =
              policies(call)
                  .list(
                      in.pathPrefix(),
                      Boolean.TRUE.equals(in.onlyAttached()),
                      in.maxItems(),
                      in.marker());
          return new ListPoliciesResponse(
              page.items().stream().map(ManagedPolicyOperations::policy).toList(),
              page.next() != null,
              page.next());
        });
    table.on(
        Iam.DELETE_POLICY,
        (call, in) -> {
          policies(call).delete(in.policyArn());
          return Empty.EMPTY;
        });
  }

  private void bindOwners(OperationTable table) {
    table.on(
        Iam.LIST_ENTITIES_FOR_POLICY,
        (call, in) -> {
          Persons persons = features.apply(call.account()).persons();
          @Nullable EntityType only = in.entityFilter();
          boolean users = only == null || only == EntityType.USER;
          boolean roles = only == null || only == EntityType.ROLE;
          persons.policies().get(in.policyArn());
          return new ListEntitiesForPolicyResponse(
              List.of(),
              (users ? persons.usersWith(in.policyArn()) : List.<User>of())
                  .stream().map(user -> new PolicyUser(user.name(), user.id())).toList(),
              (roles ? persons.rolesWith(in.policyArn()) : List.<Role>of())
                  .stream().map(role -> new PolicyRole(role.name(), role.id())).toList(),
              false,
              null);
        });
  }

  private void bindVersions(OperationTable table) {
    table.on(
        Iam.CREATE_POLICY_VERSION,
        (call, in) ->
            new CreatePolicyVersionResponse(
                version(
                    policies(call)
                        .createVersion(
                            in.policyArn(),
                            in.policyDocument(),
                            Boolean.TRUE.equals(in.setAsDefault())),
                    false)));
    table.on(
        Iam.GET_POLICY_VERSION,
        (call, in) ->
            new GetPolicyVersionResponse(
                version(policies(call).version(in.policyArn(), in.versionId()), true)));
    table.on(
        Iam.LIST_POLICY_VERSIONS,
        (call, in) ->
            new ListPolicyVersionsResponse(
                policies(call).versions(in.policyArn()).stream()
                    .map(each -> version(each, false))
                    .toList(),
                false,
                null));
    table.on(
        Iam.DELETE_POLICY_VERSION,
        (call, in) -> {
          policies(call).deleteVersion(in.policyArn(), in.versionId());
          return Empty.EMPTY;
        });
    table.on(
        Iam.SET_DEFAULT_POLICY_VERSION,
        (call, in) -> {
          policies(call).setDefault(in.policyArn(), in.versionId());
          return Empty.EMPTY;
        });
  }

  private static PolicyVersion version(ManagedVersion version, boolean withDocument) {
    @Nullable String document = withDocument ? Percent.encode(version.document()) : null;
    return new PolicyVersion(document, version.id(), version.isDefault(), version.created());
  }

  private static Policy policy(ManagedPolicy policy) {
    return Policy.builder()
        .policyName(policy.name())
        .policyId(policy.id())
        .arn(policy.arn())
        .path(policy.path())
        .defaultVersionId(policy.defaultVersion())
        .attachmentCount(policy.attachments())
        .permissionsBoundaryUsageCount(0)
        .isAttachable(true)
        .description(policy.description().isEmpty() ? null : policy.description())
        .createDate(policy.created())
        .updateDate(policy.updated())
        .tags(IamTags.shown(policy.tags()))
        .build();
  }
}
