package io.thingstead.operation;

import io.thingstead.account.Account;
import io.thingstead.api.iot.DeleteCertificateProviderResponse;
import io.thingstead.api.iot.DeleteProvisioningTemplateResponse;
import io.thingstead.api.iot.DeleteProvisioningTemplateVersionResponse;
import io.thingstead.api.iot.Iot;
import io.thingstead.api.iot.RegisterThingResponse;
import io.thingstead.api.iot.UpdateProvisioningTemplateResponse;
import io.thingstead.http.Call;
import io.thingstead.http.OperationTable;
import io.thingstead.provision.Provisioned;
import io.thingstead.provision.Provisioning;
import io.thingstead.provision.Templates;
import java.util.Map;
import java.util.function.Function;

/** Provisioning templates, and things made by them. */
final class ProvisioningOperations {
  private final Function<Account, Features> features;

  ProvisioningOperations(Function<Account, Features> features) {
    this.features = features;
  }

  private Provisioning provisioning(Call call) {
    return features.apply(call.account()).provisioning();
  }

  private Templates templates(Call call) {
    return provisioning(call).templates();
  }

  void bind(OperationTable table) {
    table.on(
        Iot.CREATE_PROVISIONING_TEMPLATE,
        (call, in) -> templates(call).create(in, TagOperations.parse(in.tags())));
    table.on(
        Iot.DESCRIBE_PROVISIONING_TEMPLATE,
        (call, in) -> templates(call).describe(in.templateName()));
    table.on(
        Iot.LIST_PROVISIONING_TEMPLATES,
        (call, in) -> templates(call).list(in.maxResults(), in.nextToken()));
    table.on(
        Iot.UPDATE_PROVISIONING_TEMPLATE,
        (call, in) -> {
          templates(call).update(in);
          return new UpdateProvisioningTemplateResponse();
        });
    table.on(
        Iot.DELETE_PROVISIONING_TEMPLATE,
        (call, in) -> {
          templates(call).delete(in.templateName());
          return new DeleteProvisioningTemplateResponse();
        });
    bindVersions(table);
    bindProviders(table);
    table.on(
        Iot.CREATE_PROVISIONING_CLAIM,
        (call, in) -> provisioning(call).claims().create(in.templateName()));
    table.on(
        Iot.REGISTER_THING,
        (call, in) -> {
          Map<String, String> parameters = in.parameters();
          Provisioned made =
              provisioning(call)
                  .enrolment()
                  .register(in.templateBody(), parameters == null ? Map.of() : parameters);
          return new RegisterThingResponse(made.certificatePem(), made.resourceArns());
        });
  }

  private void bindProviders(OperationTable table) {
    table.on(
        Iot.CREATE_CERTIFICATE_PROVIDER,
        (call, in) -> provisioning(call).providers().create(in, TagOperations.parse(in.tags())));
    table.on(
        Iot.DESCRIBE_CERTIFICATE_PROVIDER,
        (call, in) -> provisioning(call).providers().describe(in.certificateProviderName()));
    table.on(
        Iot.LIST_CERTIFICATE_PROVIDERS,
        (call, in) -> provisioning(call).providers().list(in.nextToken()));
    table.on(
        Iot.UPDATE_CERTIFICATE_PROVIDER, (call, in) -> provisioning(call).providers().update(in));
    table.on(
        Iot.DELETE_CERTIFICATE_PROVIDER,
        (call, in) -> {
          provisioning(call).providers().delete(in.certificateProviderName());
          return new DeleteCertificateProviderResponse();
        });
  }

  private void bindVersions(OperationTable table) {
    table.on(
        Iot.CREATE_PROVISIONING_TEMPLATE_VERSION, (call, in) -> templates(call).createVersion(in));
    table.on(
        Iot.DESCRIBE_PROVISIONING_TEMPLATE_VERSION,
        (call, in) -> templates(call).describeVersion(in.templateName(), in.versionId()));
    table.on(
        Iot.LIST_PROVISIONING_TEMPLATE_VERSIONS,
        (call, in) ->
            templates(call).listVersions(in.templateName(), in.maxResults(), in.nextToken()));
    table.on(
        Iot.DELETE_PROVISIONING_TEMPLATE_VERSION,
        (call, in) -> {
          templates(call).deleteVersion(in.templateName(), in.versionId());
          return new DeleteProvisioningTemplateVersionResponse();
        });
  }
}
