package io.thingstead.operation;

import io.thingstead.account.Account;
import io.thingstead.api.iot.CreateDomainConfigurationResponse;
import io.thingstead.api.iot.DeleteDomainConfigurationResponse;
import io.thingstead.api.iot.Iot;
import io.thingstead.api.iot.UpdateDomainConfigurationResponse;
import io.thingstead.domain.DomainConfigurations;
import io.thingstead.http.Call;
import io.thingstead.http.OperationTable;
import java.util.function.Function;

/** Domain configurations. */
final class DomainOperations {
  private final Function<Account, Features> features;

  DomainOperations(Function<Account, Features> features) {
    this.features = features;
  }

  private DomainConfigurations domains(Call call) {
    return features.apply(call.account()).domains();
  }

  void bind(OperationTable table) {
    table.on(
        Iot.CREATE_DOMAIN_CONFIGURATION,
        (call, in) ->
            new CreateDomainConfigurationResponse(
                in.domainConfigurationName(),
                domains(call).create(in, TagOperations.parse(in.tags()))));
    table.on(
        Iot.UPDATE_DOMAIN_CONFIGURATION,
        (call, in) ->
            new UpdateDomainConfigurationResponse(
                in.domainConfigurationName(), domains(call).update(in)));
    table.on(
        Iot.DELETE_DOMAIN_CONFIGURATION,
        (call, in) -> {
          domains(call).delete(in.domainConfigurationName());
          return new DeleteDomainConfigurationResponse();
        });
    table.on(
        Iot.DESCRIBE_DOMAIN_CONFIGURATION,
        (call, in) -> domains(call).describe(in.domainConfigurationName()));
    table.on(Iot.LIST_DOMAIN_CONFIGURATIONS, (call, in) -> domains(call).list(in));
  }
}
