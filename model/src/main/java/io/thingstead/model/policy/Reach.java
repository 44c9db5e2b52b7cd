package io.thingstead.model.policy;

import java.util.List;

/** What the resources of statements could match, whatever their variables are worth. */
final class Reach {
  /** The place of the resource among an ARN's parts. */
  static final int RESOURCE = 5;

  private Reach() {}

  /** Whether a resource may be one that the action is asked of. */
  static boolean fits(Template resource, Vocabulary.Action action) {
    List<Template> parts = Criterion.arnParts(resource);
    return parts.size() <= RESOURCE || begins(parts.get(RESOURCE), action.type() + "/", false);
  }

  /** Whether some text that the template matches begins with the prefix, or is it. */
  static boolean begins(Template template, String prefix, boolean whole) {
    int at = 0;
    for (Template.Part part : template.parts()) {
      switch (part) {
        case Template.Part.Wildcard.RUN -> {
          return true;
        }
        case Template.Part.Variable _ -> {
          return true;
        }
        case Template.Part.Wildcard.ONE -> at++;
        case Template.Part.Literal(String text) -> {
          int common = Math.min(text.length(), Math.max(prefix.length() - at, 0));
          if (!prefix.startsWith(text.substring(0, common), Math.min(at, prefix.length()))) {
            return false;
          }
          at += text.length();
        }
      }
    }
    return whole ? at == prefix.length() : at >= prefix.length();
  }

  /** Whether a resource matches every one that the action is asked of. */
  static boolean covers(Template resource, Vocabulary.Action action) {
    List<Template> parts = Criterion.arnParts(resource);
    List<Template.Part> name =
        parts.size() <= RESOURCE ? resource.parts() : parts.get(RESOURCE).parts();
    Template.Part last = name.isEmpty() ? null : name.getLast();
    boolean all =
        last == Template.Part.Wildcard.RUN
            || action == Vocabulary.Action.CONNECT
                && last instanceof Template.Part.Variable(String variable)
                && Values.canonical(variable).equals("iot:clientid");
    if (!all) {
      return false;
    }
    List<Template.Part> before = name.subList(0, name.size() - 1);
    return before.isEmpty()
        ? last == Template.Part.Wildcard.RUN
        : parts.size() > RESOURCE
            && before.equals(List.of(new Template.Part.Literal(action.type() + "/")));
  }
}
