package io.thingstead.operation;

import io.thingstead.account.Account;
import io.thingstead.api.iot.Iot;
import io.thingstead.api.iot.StartThingRegistrationTaskResponse;
import io.thingstead.api.iot.StopThingRegistrationTaskResponse;
import io.thingstead.http.Call;
import io.thingstead.http.OperationTable;
import io.thingstead.provision.RegistrationTasks;
import java.util.function.Function;

/** Bulk registrations. */
final class RegistrationTaskOperations {
  private final Function<Account, Features> features;

  RegistrationTaskOperations(Function<Account, Features> features) {
    this.features = features;
  }

  private RegistrationTasks tasks(Call call) {
    return features.apply(call.account()).provisioning().tasks();
  }

  void bind(OperationTable table) {
    table.on(
        Iot.START_THING_REGISTRATION_TASK,
        (call, in) -> new StartThingRegistrationTaskResponse(tasks(call).start(in)));
    table.on(
        Iot.STOP_THING_REGISTRATION_TASK,
        (call, in) -> {
          tasks(call).stop(in.taskId());
          return new StopThingRegistrationTaskResponse();
        });
    table.on(Iot.DESCRIBE_THING_REGISTRATION_TASK, (call, in) -> tasks(call).describe(in.taskId()));
    table.on(
        Iot.LIST_THING_REGISTRATION_TASKS,
        (call, in) -> tasks(call).list(in.status(), in.maxResults(), in.nextToken()));
    table.on(
        Iot.LIST_THING_REGISTRATION_TASK_REPORTS,
        (call, in) ->
            tasks(call).reports(in.taskId(), in.reportType(), in.maxResults(), in.nextToken()));
  }
}
