package io.thingstead.operation;

import io.thingstead.account.Account;
import io.thingstead.api.Empty;
import io.thingstead.api.Percent;
import io.thingstead.api.iam.AttachedPolicy;
import io.thingstead.api.iam.CreateRoleResponse;
import io.thingstead.api.iam.GetRolePolicyResponse;
import io.thingstead.api.iam.GetRoleResponse;
import io.thingstead.api.iam.Iam;
import io.thingstead.api.iam.ListAttachedRolePoliciesResponse;
import io.thingstead.api.iam.ListRolePoliciesResponse;
import io.thingstead.api.iam.ListRoleTagsResponse;
import io.thingstead.api.iam.ListRolesResponse;
import io.thingstead.api.iam.UpdateRoleResponse;
import io.thingstead.http.Call;
import io.thingstead.http.OperationTable;
import io.thingstead.person.OwnerPolicies;
import io.thingstead.person.Persons;
import io.thingstead.person.Role;
import io.thingstead.row.Page;
import java.util.function.Function;

/** Roles and their policies. */
final class RoleOperations {
  private final Function<Account, Features> features;

  RoleOperations(Function<Account, Features> features) {
    this.features = features;
  }

  private Persons persons(Call call) {
    return features.apply(call.account()).persons();
  }

  void bind(OperationTable table) {
    bindRoles(table);
    bindChanges(table);
    bindAttached(table);
    bindOwn(table);
  }

  private void bindRoles(OperationTable table) {
    table.on(
        Iam.CREATE_ROLE,
        (call, in) -> {
          UserOperations.requireNoBoundary(in.permissionsBoundary());
          return new CreateRoleResponse(
              role(
                  persons(call)
                      .roles()
                      .create(
                          in.roleName(),
                          in.path(),
                          in.assumeRolePolicyDocument(),
                          in.description(),
                          in.maxSessionDuration(),
                          IamTags.parse(in.tags()))));
        });
    table.on(
        Iam.GET_ROLE,
        (call, in) -> new GetRoleResponse(role(persons(call).roles().get(in.roleName()))));
    table.on(
        Iam.LIST_ROLES,
        (call, in) -> {
          Page<Role> page = persons(call).roles().list(in.pathPrefix(), in.maxItems(), in.marker());
          return new ListRolesResponse(
              page.items().stream().map(RoleOperations::role).toList(),
              page.next() != null,
              page.next());
        });
    table.on(
        Iam.DELETE_ROLE,
        (call, in) -> {
          persons(call).roles().delete(in.roleName());
          return Empty.EMPTY;
        });
  }

  private void bindChanges(OperationTable table) {
    table.on(
        Iam.UPDATE_ROLE,
        (call, in) -> {
          persons(call).roles().update(in.roleName(), in.description(), in.maxSessionDuration());
          return new UpdateRoleResponse();
        });
    table.on(
        Iam.UPDATE_ASSUME_ROLE_POLICY,
        (call, in) -> {
          persons(call).roles().trust(in.roleName(), in.policyDocument());
          return Empty.EMPTY;
        });
    table.on(
        Iam.TAG_ROLE,
        (call, in) -> {
          persons(call).roles().tag(in.roleName(), IamTags.parse(in.tags()));
          return Empty.EMPTY;
        });
    table.on(
        Iam.UNTAG_ROLE,
        (call, in) -> {
          persons(call).roles().untag(in.roleName(), in.tagKeys());
          return Empty.EMPTY;
        });
    table.on(
        Iam.LIST_ROLE_TAGS,
        (call, in) ->
            new ListRoleTagsResponse(
                IamTags.list(persons(call).roles().get(in.roleName()).tags()), false, null));
  }

  private void bindAttached(OperationTable table) {
    table.on(
        Iam.ATTACH_ROLE_POLICY,
        (call, in) -> {
          persons(call).rolePolicies().attach(in.roleName(), in.policyArn());
          return Empty.EMPTY;
        });
    table.on(
        Iam.DETACH_ROLE_POLICY,
        (call, in) -> {
          persons(call).rolePolicies().detach(in.roleName(), in.policyArn());
          return Empty.EMPTY;
        });
    table.on(
        Iam.LIST_ATTACHED_ROLE_POLICIES,
        (call, in) -> {
          Page<OwnerPolicies.Attached> page =
              persons(call).rolePolicies().attached(in.roleName(), in.maxItems(), in.marker());
          return new ListAttachedRolePoliciesResponse(
              page.items().stream()
                  .map(policy -> new AttachedPolicy(policy.name(), policy.arn()))
                  .toList(),
              page.next() != null,
              page.next());
        });
  }

  private void bindOwn(OperationTable table) {
    table.on(
        Iam.PUT_ROLE_POLICY,
        (call, in) -> {
          persons(call).rolePolicies().put(in.roleName(), in.policyName(), in.policyDocument());
          return Empty.EMPTY;
        });
    table.on(
        Iam.GET_ROLE_POLICY,
        (call, in) ->
            new GetRolePolicyResponse(
                in.roleName(),
                in.policyName(),
                Percent.encode(persons(call).rolePolicies().get(in.roleName(), in.policyName()))));
    table.on(
        Iam.LIST_ROLE_POLICIES,
        (call, in) -> {
          Page<String> page =
              persons(call).rolePolicies().list(in.roleName(), in.maxItems(), in.marker());
          return new ListRolePoliciesResponse(page.items(), page.next() != null, page.next());
        });
    table.on(
        Iam.DELETE_ROLE_POLICY,
        (call, in) -> {
          persons(call).rolePolicies().delete(in.roleName(), in.policyName());
          return Empty.EMPTY;
        });
  }

  private static io.thingstead.api.iam.Role role(Role role) {
    return io.thingstead.api.iam.Role.builder()
        .path(role.path())
        .roleName(role.name())
        .roleId(role.id())
        .arn(role.arn())
        .createDate(role.created())
        .assumeRolePolicyDocument(Percent.encode(role.trust()))
        .description(role.description().isEmpty() ? null : role.description())
        .maxSessionDuration(role.sessionSecondsMax())
        .tags(IamTags.shown(role.tags()))
        .build();
  }
}
