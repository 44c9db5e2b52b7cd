package io.thingstead.operation;

import io.thingstead.account.Account;
import io.thingstead.api.Empty;
import io.thingstead.api.iot.CreatePolicyResponse;
import io.thingstead.api.iot.CreatePolicyVersionResponse;
import io.thingstead.api.iot.GetPolicyResponse;
import io.thingstead.api.iot.GetPolicyVersionResponse;
import io.thingstead.api.iot.Iot;
import io.thingstead.api.iot.ListAttachedPoliciesResponse;
import io.thingstead.api.iot.ListPoliciesResponse;
import io.thingstead.api.iot.ListPolicyPrincipalsResponse;
import io.thingstead.api.iot.ListPolicyVersionsResponse;
import io.thingstead.api.iot.ListPrincipalPoliciesResponse;
import io.thingstead.api.iot.ListTargetsForPolicyResponse;
import io.thingstead.authorize.Policies;
import io.thingstead.authorize.Policy;
import io.thingstead.authorize.PolicyVersion;
import io.thingstead.http.Call;
import io.thingstead.http.OperationTable;
import io.thingstead.model.policy.Lint;
import io.thingstead.model.policy.PolicyDocument;
import io.thingstead.model.policy.Warning;
import io.thingstead.row.Page;
import java.util.List;
import java.util.function.Function;

/** Policies, their versions and what they are attached to. */
final class PolicyOperations {
  private static final System.Logger LOG = System.getLogger(PolicyOperations.class.getName());

  private final Function<Account, Features> features;

  PolicyOperations(Function<Account, Features> features) {
    this.features = features;
  }

  private Policies policies(Call call) {
    return features.apply(call.account()).policies();
  }

  void bind(OperationTable table) {
    bindPolicies(table);
    bindVersions(table);
    bindAttachments(table);
  }

  private void bindPolicies(OperationTable table) {
    table.on(
        Iot.CREATE_POLICY,
        (call, in) -> {
          Policy made =
              policies(call)
                  .create(in.policyName(), in.policyDocument(), TagOperations.parse(in.tags()));
          look(call, made.name(), made.defaultVersionId(), made.document());
          return new CreatePolicyResponse(
              made.name(), made.arn(), made.document(), made.defaultVersionId());
        });
    table.on(Iot.GET_POLICY, (call, in) -> got(policies(call).get(in.policyName())));
    table.on(
        Iot.LIST_POLICIES,
        (call, in) -> {
          Page<String> page =
              policies(call)
                  .list(!Boolean.FALSE.equals(in.ascendingOrder()), in.pageSize(), in.marker());
          return new ListPoliciesResponse(named(call, page.items()), page.next());
        });
    table.on(
        Iot.DELETE_POLICY,
        (call, in) -> {
          policies(call).delete(in.policyName());
          return Empty.EMPTY;
        });
  }

  /** Tells the author what is hardly meant; the policy holds all the same. */
  private static void look(Call call, String name, String version, String document) {
    PolicyDocument parsed = PolicyDocument.parse(document);
    for (Warning warning : Lint.of(parsed, call.account().arn(""))) {
      call.notices().add(warning.toString());
      LOG.log(
          System.Logger.Level.WARNING,
          "policy={0} version={1} account={2}: {3}",
          name,
          version,
          call.account().id(),
          warning);
    }
  }

  private void bindVersions(OperationTable table) {
    table.on(
        Iot.CREATE_POLICY_VERSION,
        (call, in) -> {
          PolicyVersion made =
              policies(call)
                  .createVersion(
                      in.policyName(), in.policyDocument(), Boolean.TRUE.equals(in.setAsDefault()));
          look(call, made.policyName(), made.versionId(), made.document());
          return new CreatePolicyVersionResponse(
              made.policyArn(), made.document(), made.versionId(), made.isDefault());
        });
    table.on(
        Iot.GET_POLICY_VERSION,
        (call, in) -> got(policies(call).version(in.policyName(), in.policyVersionId())));
    table.on(
        Iot.LIST_POLICY_VERSIONS,
        (call, in) ->
            new ListPolicyVersionsResponse(
                policies(call).versions(in.policyName()).stream()
                    .map(
                        version ->
                            new io.thingstead.api.iot.PolicyVersion(
                                version.versionId(), version.isDefault(), version.created()))
                    .toList()));
    table.on(
        Iot.DELETE_POLICY_VERSION,
        (call, in) -> {
          policies(call).deleteVersion(in.policyName(), in.policyVersionId());
          return Empty.EMPTY;
        });
    table.on(
        Iot.SET_DEFAULT_POLICY_VERSION,
        (call, in) -> {
          policies(call).setDefaultVersion(in.policyName(), in.policyVersionId());
          return Empty.EMPTY;
        });
  }

  private void bindAttachments(OperationTable table) {
    table.on(
        Iot.ATTACH_POLICY,
        (call, in) -> {
          policies(call).attach(in.policyName(), in.target());
          return Empty.EMPTY;
        });
    table.on(
        Iot.DETACH_POLICY,
        (call, in) -> {
          policies(call).detach(in.policyName(), in.target());
          return Empty.EMPTY;
        });
    table.on(
        Iot.ATTACH_PRINCIPAL_POLICY,
        (call, in) -> {
          policies(call).attach(in.policyName(), in.principal());
          return Empty.EMPTY;
        });
    table.on(
        Iot.DETACH_PRINCIPAL_POLICY,
        (call, in) -> {
          policies(call).detach(in.policyName(), in.principal());
          return Empty.EMPTY;
        });
    bindListings(table);
  }

  private void bindListings(OperationTable table) {
    table.on(
        Iot.LIST_PRINCIPAL_POLICIES,
        (call, in) -> {
          Page<String> page = policies(call).attached(in.principal(), in.pageSize(), in.marker());
          return new ListPrincipalPoliciesResponse(named(call, page.items()), page.next());
        });
    table.on(
        Iot.LIST_POLICY_PRINCIPALS,
        (call, in) -> {
          Page<String> page = policies(call).targets(in.policyName(), in.pageSize(), in.marker());
          return new ListPolicyPrincipalsResponse(page.items(), page.next());
        });
    table.on(
        Iot.LIST_ATTACHED_POLICIES,
        (call, in) -> {
          Page<String> page =
              Boolean.TRUE.equals(in.recursive())
                  ? policies(call).attachedAround(in.target(), in.pageSize(), in.marker())
                  : policies(call).attached(in.target(), in.pageSize(), in.marker());
          return new ListAttachedPoliciesResponse(named(call, page.items()), page.next());
        });
    table.on(
        Iot.LIST_TARGETS_FOR_POLICY,
        (call, in) -> {
          Page<String> page = policies(call).targets(in.policyName(), in.pageSize(), in.marker());
          return new ListTargetsForPolicyResponse(page.items(), page.next());
        });
  }

  private List<io.thingstead.api.iot.Policy> named(Call call, List<String> names) {
    return names.stream()
        .map(name -> new io.thingstead.api.iot.Policy(name, policies(call).arn(name)))
        .toList();
  }

  private static GetPolicyResponse got(Policy policy) {
    return new GetPolicyResponse(
        policy.name(),
        policy.arn(),
        policy.document(),
        policy.defaultVersionId(),
        policy.created(),
        policy.modified(),
        policy.generationId());
  }

  private static GetPolicyVersionResponse got(PolicyVersion version) {
    return GetPolicyVersionResponse.builder()
        .policyArn(version.policyArn())
        .policyName(version.policyName())
        .policyDocument(version.document())
        .policyVersionId(version.versionId())
        .isDefaultVersion(version.isDefault())
        .creationDate(version.created())
        .lastModifiedDate(version.created())
        .build();
  }
}
