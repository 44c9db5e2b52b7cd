package io.thingstead.model.policy;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Finds in a policy what is legal but hardly meant. It refuses nothing. */
public final class Lint {
  private final List<Statement> all;
  private final String[] own;
  private final List<Warning> found = new ArrayList<>();

  private Lint(List<Statement> all, String ownPrefix) {
    this.all = all;
    this.own = ownPrefix.split(":", -1);
  }

  /**
   * What a document's author should look at, in the order of its statements.
   *
   * @param ownPrefix what the account's ARNs begin with: {@code arn:aws:iot:REGION:ACCOUNT:}
   */
  public static List<Warning> of(PolicyDocument document, String ownPrefix) {
    Lint lint = new Lint(document.statements(), ownPrefix);
    document.statements().forEach(lint::look);
    return List.copyOf(lint.found);
  }

  private void look(Statement statement) {
    Set<Vocabulary.Action> asked = EnumSet.noneOf(Vocabulary.Action.class);
    // Only what it says of actions counts here, so its place and policy do not matter.
    Clause clause = Clause.of(0, new NamedPolicy("", "", PolicyDocument.NONE), statement, _ -> 0);
    for (Vocabulary.Action action : Vocabulary.Action.values()) {
      if (clause.speaksOf(action.lowerName())) {
        asked.add(action);
      }
    }
    actions(statement);
    resources(statement, asked);
    variables(statement, asked);
    conditions(statement);
    if (statement.effect() == Effect.ALLOW) {
      width(statement, asked);
    } else {
      denial(statement, asked);
    }
  }

  private void warn(Warning.Kind kind, Statement statement, String text) {
    found.add(new Warning(kind, statement.number(), text));
  }

  private void actions(Statement statement) {
    for (Template action : statement.actions()) {
      Glob glob = Glob.of(action, _ -> 0);
      boolean known =
          action.source().startsWith("iot:") || action.source().startsWith("iotjobsdata:");
      if (known && !names(glob)) {
        warn(
            Warning.Kind.NEVER_APPLIES,
            statement,
            "nothing ever asks for the action " + action.source() + ": is its name right?");
      }
    }
  }

  private static boolean names(Glob glob) {
    for (Vocabulary.Action action : Vocabulary.Action.values()) {
      String name = action.lowerName();
      if (glob.matches(name, Values.NONE, false)
          || glob.matches(name.replace("iotjobsdata:", "iot:"), Values.NONE, false)) {
        return true;
      }
    }
    return false;
  }

  // Resources.

  private void resources(Statement statement, Set<Vocabulary.Action> asked) {
    for (Template resource : statement.resources()) {
      List<Template> parts = Criterion.arnParts(resource);
      if (parts.size() == Reach.RESOURCE + 1) {
        if (!asked.isEmpty()) {
          place(statement, resource, parts);
        }
        if (asked.stream().noneMatch(action -> Reach.fits(resource, action)) && !asked.isEmpty()) {
          warn(
              Warning.Kind.NEVER_APPLIES,
              statement,
              "the resource "
                  + resource.source()
                  + " is of another type than its actions are asked of: "
                  + types(asked));
        }
        mqttWildcards(statement, resource, parts.get(Reach.RESOURCE), asked);
      }
      if (resource.parts().stream().anyMatch(Lint::isUnreadVariable)) {
        warn(
            Warning.Kind.NO_VALUE,
            statement,
            "version 2008-10-17 knows no variables: "
                + resource.source()
                + " is taken as it stands; write \"Version\": \"2012-10-17\"");
      }
    }
    if (!statement.notResource() && !statement.notAction()) {
      asked.stream()
          .filter(action -> isNamed(statement, action))
          .filter(action -> statement.resources().stream().noneMatch(r -> Reach.fits(r, action)))
          .filter(_ -> statement.resources().stream().anyMatch(r -> fitsAny(r, asked)))
          .forEach(
              action ->
                  warn(
                      Warning.Kind.NEVER_APPLIES,
                      statement,
                      action.wireName()
                          + " is asked of "
                          + action.type()
                          + "/…, and none of the resources is"));
    }
  }

  private static boolean isUnreadVariable(Template.Part part) {
    return part instanceof Template.Part.Literal(String text) && text.contains("${");
  }

  private static boolean isNamed(Statement statement, Vocabulary.Action action) {
    return statement.actions().stream().anyMatch(a -> a.source().equals(action.lowerName()));
  }

  private static boolean fitsAny(Template resource, Set<Vocabulary.Action> asked) {
    return asked.stream().anyMatch(action -> Reach.fits(resource, action));
  }

  private static String types(Set<Vocabulary.Action> asked) {
    return String.join(
        ", ", asked.stream().map(action -> action.type() + "/…").distinct().toList());
  }

  private void place(Statement statement, Template resource, List<Template> parts) {
    for (int i = 0; i < Reach.RESOURCE; i++) {
      if (!Reach.begins(parts.get(i), own[i], true)) {
        warn(
            Warning.Kind.NEVER_APPLIES,
            statement,
            "the resource "
                + resource.source()
                + " is not of this account and region, whose ARNs begin with "
                + String.join(":", List.of(own).subList(0, Reach.RESOURCE))
                + ":");
        return;
      }
    }
  }

  private void mqttWildcards(
      Statement statement, Template resource, Template name, Set<Vocabulary.Action> asked) {
    boolean literal =
        name.parts().stream()
            .anyMatch(
                part ->
                    part instanceof Template.Part.Literal(String text)
                        && (text.indexOf('+') >= 0 || text.indexOf('#') >= 0));
    boolean topics =
        !asked.isEmpty()
            && asked.stream()
                .filter(action -> Reach.fits(resource, action))
                .allMatch(Vocabulary.Action::ofTopic);
    if (literal && topics && fitsAny(resource, asked)) {
      warn(
          Warning.Kind.WILDCARD,
          statement,
          "no topic has a + or # as "
              + resource.source()
              + " has: in a policy * stands for any text, and + and # for themselves");
    }
  }

  // Variables and conditions.

  private void variables(Statement statement, Set<Vocabulary.Action> asked) {
    List<String> inText = new ArrayList<>();
    statement.resources().forEach(resource -> inText.addAll(resource.variables()));
    statement
        .conditions()
        .forEach(
            condition -> condition.values().forEach(value -> inText.addAll(value.variables())));
    for (String variable : inText.stream().distinct().toList()) {
      String why = asked.isEmpty() ? null : Vocabulary.missing(variable, asked);
      if (why != null) {
        warn(
            Warning.Kind.NO_VALUE,
            statement,
            "${" + variable + "} " + why + consequence(statement));
      } else if (statement.effect() == Effect.DENY && Vocabulary.optional(variable)) {
        warn(
            Warning.Kind.NO_VALUE,
            statement,
            "it does not deny a caller for whom ${" + variable + "} has no value");
      }
    }
    for (Condition condition : statement.conditions()) {
      String why = asked.isEmpty() ? null : Vocabulary.missing(condition.key(), asked);
      if (why != null) {
        warn(
            Warning.Kind.NO_VALUE,
            statement,
            "the key " + condition.key() + " of " + condition.operatorName() + " " + why);
      }
    }
  }

  private static String consequence(Statement statement) {
    return statement.effect() == Effect.DENY ? ", so that it denies nothing" : "";
  }

  private void conditions(Statement statement) {
    for (Condition condition : statement.conditions()) {
      boolean negated = condition.operator().negated();
      boolean forAll = condition.quantifier() == Condition.Quantifier.FOR_ALL;
      if (condition.values().isEmpty() && !negated && !forAll) {
        warn(
            Warning.Kind.NEVER_APPLIES,
            statement,
            condition.operatorName() + " " + condition.key() + " has no value that could fit");
      }
      if (forAll && statement.effect() == Effect.ALLOW && Vocabulary.optional(condition.key())) {
        warn(
            Warning.Kind.TOO_WIDE,
            statement,
            condition.operatorName()
                + " holds for a caller without "
                + condition.key()
                + " too: add a Null condition if it must have one");
      }
    }
  }

  // Effects.

  private void width(Statement statement, Set<Vocabulary.Action> asked) {
    if (!statement.conditions().isEmpty()) {
      return;
    }
    List<Vocabulary.Action> wide =
        asked.stream()
            .filter(
                action ->
                    statement.notResource()
                        ? action != Vocabulary.Action.RECEIVE
                        : statement.resources().stream().anyMatch(r -> Reach.covers(r, action)))
            .toList();
    if (wide.size() == Vocabulary.Action.values().length) {
      warn(
          Warning.Kind.TOO_WIDE,
          statement,
          "it allows everything: every client id, every topic, every shadow");
      return;
    }
    String what = every(wide, statement.notResource());
    if (what != null) {
      warn(Warning.Kind.TOO_WIDE, statement, what);
    }
  }

  private static @Nullable String every(List<Vocabulary.Action> wide, boolean but) {
    List<String> names = wide.stream().map(Vocabulary.Action::wireName).toList();
    if (names.isEmpty()) {
      return null;
    }
    String text = "it allows " + String.join(", ", names) + " on every resource";
    if (but) {
      return text + " but those it names";
    }
    return wide.contains(Vocabulary.Action.CONNECT)
        ? text
            + ": by another's client id one ends its connection, and by one that is no thing's one"
            + " evades the policies of thing groups; write client/${iot:Connection.Thing.ThingName}"
        : text;
  }

  private void denial(Statement statement, Set<Vocabulary.Action> asked) {
    boolean narrow =
        isNamed(statement, Vocabulary.Action.SUBSCRIBE)
            && !statement.notResource()
            && statement.resources().stream()
                .noneMatch(r -> Reach.covers(r, Vocabulary.Action.SUBSCRIBE));
    boolean receiving =
        asked.contains(Vocabulary.Action.RECEIVE)
            || all.stream()
                .anyMatch(
                    other ->
                        other.effect() == Effect.DENY && isNamed(other, Vocabulary.Action.RECEIVE));
    if (narrow && !receiving) {
      warn(
          Warning.Kind.WILDCARD,
          statement,
          "a wider filter, such as #, is another text and is not denied: to keep messages from a"
              + " client, deny iot:Receive on their topics");
    }
  }
}
