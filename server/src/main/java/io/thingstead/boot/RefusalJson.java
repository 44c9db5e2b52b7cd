package io.thingstead.boot;

import io.thingstead.event.Refusal;
import io.thingstead.model.policy.Ruling;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** A refusal as the API and the feed tell it. */
final class RefusalJson {
  static final JsonMapper JSON = JsonMapper.builder().build();

  private RefusalJson() {}

  static ObjectNode of(Refusal refusal) {
    ObjectNode json =
        JSON.createObjectNode()
            .put("number", refusal.number())
            .put("time", refusal.at().toString())
            .put("action", refusal.action())
            .put("client", refusal.client())
            .put("resource", refusal.resource())
            .put("principal", refusal.principal())
            .put("why", refusal.why());
    String command = refusal.command();
    if (command != null) {
      json.put("command", command);
    }
    Ruling ruling = refusal.ruling();
    if (ruling != null) {
      RulingJson.write(ruling, json.putObject("ruling"));
    }
    return json;
  }
}
