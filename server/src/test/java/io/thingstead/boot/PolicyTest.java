package io.thingstead.boot;

import java.util.List;
import software.amazon.awssdk.services.iot.model.ActionType;
import software.amazon.awssdk.services.iot.model.AuthInfo;

/** A whole server, and what makes policies and devices for it. */
abstract class PolicyTest extends ApiTest {
  static final String ARN = "arn:aws:iot:us-east-1:000000000000:";

  static String document(String... statements) {
    return "{\"Version\":\"2012-10-17\",\"Statement\":["
        + String.join(",", statements).replace('\'', '"').replace("ARN/", ARN)
        + "]}";
  }

  static String statement(String effect, String actions, String resources) {
    return "{'Effect':'%s','Action':[%s],'Resource':[%s]}".formatted(effect, actions, resources);
  }

  static String allow(String actions, String resources) {
    return statement("Allow", actions, resources);
  }

  void policy(String name, String... statements) {
    iot().createPolicy(b -> b.policyName(name).policyDocument(document(statements)));
  }

  /** A device without any policy; it is attached to the thing, if one is named. */
  RunningNode.Device device(String name, boolean thing) throws Exception {
    RunningNode.Device device = node().device(name);
    iot().detachPolicy(b -> b.policyName(name).target(device.arn()));
    iot().deletePolicy(b -> b.policyName(name));
    if (thing) {
      iot().createThing(b -> b.thingName(name));
      iot().attachThingPrincipal(b -> b.thingName(name).principal(device.arn()));
    }
    return device;
  }

  static AuthInfo info(ActionType action, String... resources) {
    return AuthInfo.builder()
        .actionType(action)
        .resources(List.of(resources).stream().map(r -> ARN + r).toList())
        .build();
  }
}
