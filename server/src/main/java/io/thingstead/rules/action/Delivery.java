package io.thingstead.rules.action;

import io.thingstead.model.sql.Evaluation;
import io.thingstead.model.sql.Outcome;

/**
 * What one run of an action works with.
 *
 * @param rule the rule's name, for people
 * @param evaluation fills templates from the original message; of this run alone
 * @param output what is sent
 * @param hops how often rules have republished what led to the message
 */
public record Delivery(String rule, Evaluation evaluation, Outcome.Output output, int hops) {}
