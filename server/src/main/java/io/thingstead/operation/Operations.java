package io.thingstead.operation;

import io.thingstead.account.Account;
import io.thingstead.api.cognitoidentity.CognitoIdentity;
import io.thingstead.api.greengrass.Greengrass;
import io.thingstead.api.greengrassv2.GreengrassV2;
import io.thingstead.api.iam.Iam;
import io.thingstead.api.iot.Iot;
import io.thingstead.api.iotdata.IotData;
import io.thingstead.api.iotdeviceadvisor.IotDeviceAdvisor;
import io.thingstead.api.iotjobsdata.IotJobsData;
import io.thingstead.api.iotsecuretunneling.IotSecureTunneling;
import io.thingstead.api.lambda.Lambda;
import io.thingstead.api.sts.Sts;
import io.thingstead.http.OperationTable;
import io.thingstead.http.Plane;
import io.thingstead.identity.Transfers;
import java.time.InstantSource;
import java.util.function.Function;

/** Binds every operation that is built; those of the offered services that are not answer 501. */
public final class Operations {
  private Operations() {}

  /**
   * Fills a table.
   *
   * @param features those of the caller's account
   * @param endpoint the host name that an account's devices should call
   */
  public static OperationTable bind(
      OperationTable table,
      Function<Account, Features> features,
      Function<Account, String> endpoint,
      Transfers transfers,
      InstantSource clock) {
    offer(table).guardedBy(new Permissions(features));
    new RegistryOperations(features).bind(table);
    new ThingTypeOperations(features).bind(table);
    new GroupOperations(features).bind(table);
    new TagOperations(features).bind(table);
    new CertificateOperations(features).bind(table);
    new TransferOperations(features, transfers).bind(table);
    new CaCertificateOperations(features).bind(table);
    new ProvisioningOperations(features).bind(table);
    new RegistrationTaskOperations(features).bind(table);
    new PolicyOperations(features).bind(table);
    new AuthorizationOperations(features).bind(table);
    new RuleOperations(features).bind(table);
    new UserOperations(features).bind(table);
    new RoleOperations(features).bind(table);
    new ManagedPolicyOperations(features).bind(table);
    new SessionOperations(features).bind(table);
    new FunctionOperations(features).bind(table);
    new ProviderOperations(features).bind(table);
    new PoolOperations(features).bind(table);
    new RoleAliasOperations(features).bind(table);
    new AuthorizerOperations(features).bind(table);
    new EndpointOperations(endpoint).bind(table);
    new DomainOperations(features).bind(table);
    new DataOperations(features, clock).bind(table);
    new ConnectionOperations(features, clock).bind(table);
    return table;
  }

  /** Offers every service that this server knows; where two have the same path, the first wins. */
  public static OperationTable offer(OperationTable table) {
    return table
        .offer(Iot.service(), Plane.CONTROL)
        .offer(IotData.service(), Plane.DATA)
        .offer(IotJobsData.service(), Plane.DATA)
        .offer(Lambda.service(), Plane.CONTROL)
        .offer(Greengrass.service(), Plane.CONTROL)
        .offer(GreengrassV2.service(), Plane.CONTROL)
        .offer(IotDeviceAdvisor.service(), Plane.CONTROL)
        .offer(IotSecureTunneling.service(), Plane.CONTROL)
        .offer(Sts.service(), Plane.CREDENTIALS)
        .offer(Iam.service(), Plane.CONTROL)
        .offer(CognitoIdentity.service(), Plane.CONTROL);
  }
}
