package io.thingstead.rules;

import io.thingstead.api.iot.TopicRulePayload;

/**
 * A rule as it is kept.
 *
 * @param payload as the API gave it; its {@code ruleDisabled} does not count
 * @param revision 1 when created, one more with each replacement
 */
record RuleRow(
    String name, TopicRulePayload payload, boolean disabled, long createdMillis, long revision) {
  RuleRow withDisabled(boolean value) {
    return new RuleRow(name, payload, value, createdMillis, revision);
  }
}
