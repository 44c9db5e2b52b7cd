package io.thingstead.model.template;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** What stands for a text in a template (developer guide, "Provisioning templates"). */
sealed interface Expression {
  /** The text, under these parameters. */
  String in(Scope scope);

  record Literal(String text) implements Expression {
    @Override
    public String in(Scope scope) {
      return scope.made(text);
    }
  }

  /** {@code {"Ref": PARAMETER}}. */
  record Ref(String parameter, Position at) implements Expression {
    @Override
    public String in(Scope scope) {
      return scope.made(scope.parameter(parameter, at));
    }
  }

  /** {@code {"Fn::Join": [DELIMITER, LIST]}}. */
  record Join(Expression delimiter, Texts texts) implements Expression {
    @Override
    public String in(Scope scope) {
      return scope.made(String.join(delimiter.in(scope), texts.in(scope)));
    }
  }

  /** {@code {"Fn::Select": [INDEX, LIST]}}, the first is 0. */
  record Select(Expression index, Texts texts, Position at) implements Expression {
    @Override
    public String in(Scope scope) {
      List<String> all = texts.in(scope);
      String text = index.in(scope);
      int chosen;
      try {
        chosen = Integer.parseInt(text);
      } catch (NumberFormatException e) {
        throw new TemplateException(at, "the index '" + text + "' of Fn::Select is no number");
      }
      if (chosen < 0 || chosen >= all.size()) {
        throw new TemplateException(
            at,
            "Fn::Select asks for element %d of a list of %d; the first is 0"
                .formatted(chosen, all.size()));
      }
      return all.get(chosen);
    }
  }

  /** {@code {"Fn::FindInMap": [MAP, KEY, NAME]}}. */
  record FindInMap(Expression map, Expression key, Expression name, Position at)
      implements Expression {
    @Override
    public String in(Scope scope) {
      return scope.made(scope.mapped(map.in(scope), key.in(scope), name.in(scope), at));
    }
  }

  /** {@code {"Fn::Sub": TEXT}} or {@code {"Fn::Sub": [TEXT, VARIABLES]}}. */
  record Sub(List<Expression> parts) implements Expression {
    public Sub {
      parts = List.copyOf(parts);
    }

    @Override
    public String in(Scope scope) {
      StringBuilder text = new StringBuilder();
      parts.forEach(part -> text.append(part.in(scope)));
      return text.toString();
    }
  }

  /** {@code {"Fn::Base64": TEXT}}. */
  record Base64Of(Expression text) implements Expression {
    @Override
    public String in(Scope scope) {
      byte[] bytes = text.in(scope).getBytes(StandardCharsets.UTF_8);
      return scope.made(Base64.getEncoder().encodeToString(bytes));
    }
  }

  /** A JSON value with functions in it, as text. */
  record Document(Part root) implements Expression {
    @Override
    public String in(Scope scope) {
      return scope.made(root.in(scope).toString());
    }
  }

  /** A part of a {@link Document}. */
  sealed interface Part {
    JsonNode in(Scope scope);

    record Words(Expression text) implements Part {
      @Override
      public JsonNode in(Scope scope) {
        return JsonNodeFactory.instance.stringNode(text.in(scope));
      }
    }

    /** A number, a truth value or null. */
    record Fixed(JsonNode node) implements Part {
      @Override
      public JsonNode in(Scope scope) {
        return node;
      }
    }

    record Array(List<Part> items) implements Part {
      @Override
      public JsonNode in(Scope scope) {
        ArrayNode array = JsonNodeFactory.instance.arrayNode();
        items.forEach(item -> array.add(item.in(scope)));
        return array;
      }
    }

    record Members(Map<String, Part> members) implements Part {
      @Override
      public JsonNode in(Scope scope) {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        members.forEach((name, part) -> object.set(name, part.in(scope)));
        return object;
      }
    }
  }

  /** What stands for a list of texts. */
  sealed interface Texts {
    List<String> in(Scope scope);

    record Listed(List<Expression> items) implements Texts {
      public Listed {
        items = List.copyOf(items);
      }

      @Override
      public List<String> in(Scope scope) {
        List<String> all = new ArrayList<>();
        items.forEach(item -> all.add(item.in(scope)));
        return all;
      }
    }

    /** {@code {"Fn::Split": [DELIMITER, TEXT]}}. */
    record Split(Expression delimiter, Expression text, Position at) implements Texts {
      @Override
      public List<String> in(Scope scope) {
        String by = delimiter.in(scope);
        if (by.isEmpty()) {
          throw new TemplateException(at, "the delimiter of Fn::Split is empty");
        }
        return List.of(text.in(scope).split(Pattern.quote(by), -1));
      }
    }
  }
}
