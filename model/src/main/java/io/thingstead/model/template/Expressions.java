package io.thingstead.model.template;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads texts and functions.
 *
 * @param declared whether there is a parameter of this name
 */
record Expressions(Predicate<String> declared) {
  private static final Pattern VARIABLE = Pattern.compile("\\$\\{(!?)([^}]*)}");
  private static final JsonMapper JSON = JsonMapper.builder().build();

  /** A string or a function that gives one. */
  Expression text(Located value, String what) {
    return switch (value) {
      case Located.Text(String text, _) -> new Expression.Literal(text);
      case Located.Members members -> function(members, what);
      case Located.Items(_, var at) -> throw noText(at, what);
      case Located.Scalar(_, var at) -> throw noText(at, what);
    };
  }

  private static TemplateException noText(Position at, String what) {
    return new TemplateException(at, what + " is a string or a function that gives one");
  }

  private Expression function(Located.Members call, String what) {
    if (call.values().size() != 1) {
      throw noText(call.at(), what);
    }
    Map.Entry<String, Located> only = call.values().entrySet().iterator().next();
    Located given = only.getValue();
    return switch (only.getKey()) {
      case "Ref" -> ref(given);
      case "Fn::Join" -> {
        List<Located> of = arguments("Fn::Join", given, "[DELIMITER, LIST]", 2);
        yield new Expression.Join(
            text(of.getFirst(), "the delimiter of Fn::Join"),
            texts(of.get(1), "the second argument of Fn::Join"));
      }
      case "Fn::Select" -> {
        List<Located> of = arguments("Fn::Select", given, "[INDEX, LIST]", 2);
        yield new Expression.Select(
            index(of.getFirst()), texts(of.get(1), "the second argument of Fn::Select"), call.at());
      }
      case "Fn::FindInMap" -> {
        List<Located> of = arguments("Fn::FindInMap", given, "[MAP, KEY, NAME]", 3);
        yield new Expression.FindInMap(
            text(of.getFirst(), "the map of Fn::FindInMap"),
            text(of.get(1), "the key of Fn::FindInMap"),
            text(of.get(2), "the name of Fn::FindInMap"),
            call.at());
      }
      case "Fn::Sub" -> sub(given);
      case "Fn::Base64" -> new Expression.Base64Of(text(given, "the argument of Fn::Base64"));
      case "Fn::Split" ->
          throw new TemplateException(
              call.at(), "Fn::Split gives a list; choose an element of it with Fn::Select");
      default ->
          throw new TemplateException(
              call.at(), "there is no function '" + only.getKey() + "' that gives a string");
    };
  }

  private Expression ref(Located given) {
    if (given instanceof Located.Text(String name, var at)) {
      return declaredRef(name, at);
    }
    throw new TemplateException(given.at(), "Ref takes the name of a parameter");
  }

  private Expression declaredRef(String name, Position at) {
    if (!declared.test(name)) {
      throw new TemplateException(at, "the parameter " + name + " is not declared in Parameters");
    }
    return new Expression.Ref(name, at);
  }

  private Expression index(Located given) {
    return given instanceof Located.Scalar(String number, _)
        ? new Expression.Literal(number)
        : text(given, "the index of Fn::Select");
  }

  private static List<Located> arguments(String function, Located given, String form, int count) {
    if (given instanceof Located.Items(var values, _) && values.size() == count) {
      return values;
    }
    throw new TemplateException(given.at(), function + " takes " + form);
  }

  /** A list of texts, or Fn::Split. */
  Expression.Texts texts(Located value, String what) {
    if (value instanceof Located.Items(var values, _)) {
      return new Expression.Texts.Listed(
          values.stream().map(item -> text(item, "an element of " + what)).toList());
    }
    if (value instanceof Located.Members(var values, var at)
        && values.size() == 1
        && values.containsKey("Fn::Split")) {
      List<Located> of =
          arguments("Fn::Split", values.values().iterator().next(), "[DELIMITER, TEXT]", 2);
      return new Expression.Texts.Split(
          text(of.getFirst(), "the delimiter of Fn::Split"),
          text(of.get(1), "the text of Fn::Split"),
          at);
    }
    throw new TemplateException(value.at(), what + " is a list of strings, or Fn::Split");
  }

  private Expression sub(Located given) {
    if (given instanceof Located.Text text) {
      return sub(text, Map.of());
    }
    List<Located> of = arguments("Fn::Sub", given, "TEXT or [TEXT, VARIABLES]", 2);
    if (of.getFirst() instanceof Located.Text text && of.get(1) instanceof Located.Members named) {
      Map<String, Expression> variables = new LinkedHashMap<>();
      named
          .values()
          .forEach((name, value) -> variables.put(name, text(value, "the variable " + name)));
      return sub(text, variables);
    }
    throw new TemplateException(given.at(), "Fn::Sub takes TEXT or [TEXT, VARIABLES]");
  }

  private Expression sub(Located.Text text, Map<String, Expression> variables) {
    List<Expression> parts = new ArrayList<>();
    Matcher found = VARIABLE.matcher(text.value());
    int from = 0;
    while (found.find()) {
      parts.add(new Expression.Literal(text.value().substring(from, found.start())));
      String name = found.group(2);
      Expression variable = variables.get(name);
      if (!found.group(1).isEmpty()) {
        parts.add(new Expression.Literal("${" + name + "}"));
      } else {
        parts.add(variable == null ? declaredRef(name, text.at()) : variable);
      }
      from = found.end();
    }
    parts.add(new Expression.Literal(text.value().substring(from)));
    return new Expression.Sub(parts);
  }

  /** A JSON document, as an object with functions in it or as a text. */
  Expression document(Located value, String what) {
    return value instanceof Located.Members members && !isFunction(members)
        ? new Expression.Document(part(members))
        : text(value, what);
  }

  private static boolean isFunction(Located.Members members) {
    if (members.values().size() != 1) {
      return false;
    }
    String name = members.values().keySet().iterator().next();
    return name.equals("Ref") || name.startsWith("Fn::");
  }

  private Expression.Part part(Located value) {
    return switch (value) {
      case Located.Text(String text, _) -> new Expression.Part.Words(new Expression.Literal(text));
      case Located.Scalar(String text, _) -> new Expression.Part.Fixed(JSON.readTree(text));
      case Located.Items(var items, _) ->
          new Expression.Part.Array(items.stream().map(this::part).toList());
      case Located.Members members when isFunction(members) ->
          new Expression.Part.Words(function(members, "a value of the document"));
      case Located.Members(var members, _) -> {
        Map<String, Expression.Part> parts = new LinkedHashMap<>();
        members.forEach((name, member) -> parts.put(name, part(member)));
        yield new Expression.Part.Members(parts);
      }
    };
  }
}
