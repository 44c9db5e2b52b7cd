package io.thingstead.model.policy;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One statement of a document.
 *
 * @param number its place in the document, from 1
 * @param notAction the actions are those it does not speak of
 * @param actions patterns, in lower case
 * @param notResource the resources are those it does not speak of
 * @param conditions all must hold
 */
record Statement(
    int number,
    @Nullable String sid,
    Effect effect,
    boolean notAction,
    List<Template> actions,
    boolean notResource,
    List<Template> resources,
    List<Condition> conditions) {
  Statement {
    actions = List.copyOf(actions);
    resources = List.copyOf(resources);
    conditions = List.copyOf(conditions);
  }
}
