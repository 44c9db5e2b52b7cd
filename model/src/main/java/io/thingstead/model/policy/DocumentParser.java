package io.thingstead.model.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;

/** Reads one document, telling line and column of what it does not like. */
final class DocumentParser {
  private static final JsonFactory JSON =
      JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  private final JsonParser json;
  private final boolean variables;
  private final List<Statement> statements = new ArrayList<>();

  private DocumentParser(JsonParser json, boolean variables) {
    this.json = json;
    this.variables = variables;
  }

  static List<Statement> parse(String text) {
    // The version decides how the rest is read and may stand behind it.
    boolean variables = read(text, false, DocumentParser::version);
    return read(text, variables, DocumentParser::document);
  }

  private static <T> T read(String text, boolean variables, Function<DocumentParser, T> reader) {
    try (JsonParser json = JSON.createParser(ObjectReadContext.empty(), text)) {
      return reader.apply(new DocumentParser(json, variables));
    } catch (JacksonException e) {
      throw syntax(e);
    }
  }

  /** Whether the document's version knows variables. */
  private boolean version() {
    next(JsonToken.START_OBJECT, "a policy document is a JSON object");
    while (json.nextToken() == JsonToken.PROPERTY_NAME) {
      boolean found = json.currentName().equals("Version");
      json.nextToken();
      if (found) {
        return switch (text("Version")) {
          case "2012-10-17" -> true;
          case "2008-10-17" -> false;
          default -> throw fault("Version is 2012-10-17 or 2008-10-17");
        };
      }
      json.skipChildren();
    }
    throw fault("the document has no Version; write \"Version\": \"2012-10-17\"");
  }

  private static MalformedPolicyException syntax(JacksonException e) {
    return at(e.getLocation(), "invalid JSON: " + firstLine(e));
  }

  private static String firstLine(JacksonException e) {
    return String.valueOf(e.getOriginalMessage()).lines().findFirst().orElse("");
  }

  private static MalformedPolicyException at(@Nullable TokenStreamLocation where, String message) {
    return where == null
        ? new MalformedPolicyException(message)
        : new MalformedPolicyException(where.getLineNr(), where.getColumnNr(), message);
  }

  private MalformedPolicyException fault(String message) {
    return at(json.currentTokenLocation(), message);
  }

  private List<Statement> document() {
    next(JsonToken.START_OBJECT, "a policy document is a JSON object");
    TokenStreamLocation start = json.currentTokenLocation();
    boolean found = false;
    while (json.nextToken() == JsonToken.PROPERTY_NAME) {
      String name = json.currentName();
      json.nextToken();
      switch (name) {
        case "Version", "Id" -> text(name);
        case "Statement" -> {
          found = true;
          listOrOne(name, this::statement);
        }
        default -> throw fault("a document has no element '" + name + "'");
      }
    }
    if (json.nextToken() != null) {
      throw fault("something follows the document");
    }
    if (!found) {
      throw at(start, "the document has no Statement");
    }
    return statements;
  }

  private void statement() {
    String sid = null;
    Effect effect = null;
    List<Template> actions = null;
    List<Template> resources = null;
    boolean notAction = false;
    boolean notResource = false;
    List<Condition> conditions = new ArrayList<>();
    TokenStreamLocation start = json.currentTokenLocation();
    expect(JsonToken.START_OBJECT, "a statement is a JSON object");
    while (json.nextToken() == JsonToken.PROPERTY_NAME) {
      String name = json.currentName();
      json.nextToken();
      switch (name) {
        case "Sid" -> sid = text(name);
        case "Effect" -> effect = effect();
        case "Action", "NotAction" -> {
          refuseSecond(actions, "Action or NotAction");
          notAction = name.startsWith("Not");
          actions = texts(name, this::action);
        }
        case "Resource", "NotResource" -> {
          refuseSecond(resources, "Resource or NotResource");
          notResource = name.startsWith("Not");
          resources = texts(name, this::resource);
        }
        case "Condition" -> conditions(conditions);
        case "Principal", "NotPrincipal" ->
            throw fault(name + " is not allowed: a policy speaks of whom it is attached to");
        default -> throw fault("a statement has no element '" + name + "'");
      }
    }
    if (effect == null || actions == null || resources == null) {
      String missing = effect == null ? "Effect" : actions == null ? "Action" : "Resource";
      throw at(start, "statement " + (statements.size() + 1) + " has no " + missing);
    }
    statements.add(
        new Statement(
            statements.size() + 1,
            sid,
            effect,
            notAction,
            actions,
            notResource,
            resources,
            conditions));
  }

  private void refuseSecond(@Nullable Object first, String what) {
    if (first != null) {
      throw fault("a statement has " + what + ", not both");
    }
  }

  private Effect effect() {
    return switch (text("Effect")) {
      case "Allow" -> Effect.ALLOW;
      case "Deny" -> Effect.DENY;
      default -> throw fault("Effect is Allow or Deny");
    };
  }

  private Template action(String text) {
    if (!text.equals("*") && text.indexOf(':') < 0) {
      throw fault("the action '" + text + "' does not begin with a service, such as iot:");
    }
    return template(text.toLowerCase(Locale.ROOT), false, true);
  }

  private Template resource(String text) {
    boolean variable = variables && text.startsWith("${");
    if (!text.startsWith("arn:") && !text.startsWith("*") && !variable) {
      throw fault("the resource '" + text + "' is neither an ARN nor *");
    }
    return template(text, variables, true);
  }

  private List<Template> texts(String what, Function<String, Template> read) {
    List<Template> texts = new ArrayList<>();
    listOrOne(what, () -> texts.add(read.apply(text(what))));
    if (texts.isEmpty()) {
      throw fault(what + " names nothing");
    }
    return texts;
  }

  private Template template(String text, boolean variables, boolean wildcards) {
    try {
      return Template.parse(text, variables, wildcards);
    } catch (MalformedPolicyException e) {
      throw fault(e.text());
    }
  }

  private void conditions(List<Condition> conditions) {
    expect(JsonToken.START_OBJECT, "Condition is a JSON object");
    members(operator -> block(operator, conditions));
  }

  private void block(String operatorName, List<Condition> conditions) {
    Condition.Head head = head(operatorName);
    expect(JsonToken.START_OBJECT, operatorName + " is a JSON object of keys and values");
    members(
        key -> {
          List<Template> values = new ArrayList<>();
          listOrOne(key, () -> values.add(value(head, key)));
          conditions.add(
              new Condition(head.operator(), head.quantifier(), head.ifExists(), key, values));
        });
  }

  private Condition.Head head(String operatorName) {
    try {
      return Condition.Head.parse(operatorName);
    } catch (MalformedPolicyException e) {
      throw fault(e.text());
    }
  }

  private Template value(Condition.Head head, String key) {
    if (!json.currentToken().isScalarValue() || json.currentToken() == JsonToken.VALUE_NULL) {
      throw fault("a value of " + key + " is a string, a number or a truth value");
    }
    Operator operator = head.operator();
    String text = json.getString();
    Template template = template(text, variables, operator.wildcards());
    if (template.variables().isEmpty()) {
      String fault = Comparison.fault(operator, text);
      if (fault != null) {
        throw fault("the value '" + text + "' of " + operator.wireName() + " " + fault);
      }
    } else if (operator == Operator.NULL) {
      throw fault("Null takes true or false, no variable");
    }
    return template;
  }

  private void members(Consumer<String> each) {
    while (json.nextToken() == JsonToken.PROPERTY_NAME) {
      String name = json.currentName();
      json.nextToken();
      each.accept(name);
    }
  }

  private void listOrOne(String what, Runnable element) {
    if (json.currentToken() != JsonToken.START_ARRAY) {
      element.run();
      return;
    }
    while (json.nextToken() != JsonToken.END_ARRAY) {
      if (json.currentToken() == null) {
        throw fault(what + " does not end");
      }
      element.run();
    }
  }

  private String text(String what) {
    expect(JsonToken.VALUE_STRING, what + " is a string");
    return json.getString();
  }

  private void next(JsonToken token, String otherwise) {
    json.nextToken();
    expect(token, otherwise);
  }

  private void expect(JsonToken token, String otherwise) {
    if (json.currentToken() != token) {
      throw fault(otherwise);
    }
  }
}
