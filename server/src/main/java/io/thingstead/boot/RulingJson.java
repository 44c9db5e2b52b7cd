package io.thingstead.boot;

import io.thingstead.model.policy.Citation;
import io.thingstead.model.policy.Ruling;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What policies decided and by what, as our own API and the feed of refusals tell it. */
final class RulingJson {
  private RulingJson() {}

  /** Writes it into an empty object. */
  static void write(Ruling ruling, ObjectNode to) {
    to.put("outcome", ruling.outcome().name())
        .put("action", ruling.action())
        .put("resource", ruling.resource());
    Citation by = ruling.statement();
    if (by != null) {
      ObjectNode statement =
          to.putObject("statement")
              .put("policy", by.policy())
              .put("version", by.version())
              .put("number", by.statement());
      if (by.sid() != null) {
        statement.put("sid", by.sid());
      }
    }
    ArrayNode policies = to.putArray("policies");
    ruling.policies().forEach(policies::add);
    ObjectNode variables = to.putObject("variables");
    ruling.variables().forEach(variables::put);
    ArrayNode unresolved = to.putArray("unresolved");
    ruling.unresolved().forEach(unresolved::add);
  }
}
