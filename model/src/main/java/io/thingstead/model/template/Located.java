package io.thingstead.model.template;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;

/** A JSON value and where it stands in the text. */
sealed interface Located {
  /** The deepest nesting that is read; no template of any use comes near. */
  int DEPTH_MAX = 32;

  Position at();

  record Text(String value, Position at) implements Located {}

  /** A number, a truth value or null, as it is written. */
  record Scalar(String value, Position at) implements Located {}

  record Items(List<Located> values, Position at) implements Located {
    public Items {
      values = List.copyOf(values);
    }
  }

  /** In the order of the text. */
  record Members(Map<String, Located> values, Position at) implements Located {
    public Members {
      values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }
  }

  /** Reads one JSON object. */
  static Members read(String json) {
    try (JsonParser parser = Reader.JSON.createParser(ObjectReadContext.empty(), json)) {
      parser.nextToken();
      Located read = Reader.value(parser, 0);
      if (parser.nextToken() != null) {
        throw new TemplateException(Reader.at(parser), "something follows the template");
      }
      if (read instanceof Members members) {
        return members;
      }
      throw new TemplateException(read.at(), "a template is a JSON object");
    } catch (JacksonException e) {
      TokenStreamLocation where = e.getLocation();
      String why = String.valueOf(e.getOriginalMessage()).lines().findFirst().orElse("");
      throw where == null
          ? new TemplateException("it is no JSON: " + why)
          : new TemplateException(
              new Position(where.getLineNr(), where.getColumnNr()), "it is no JSON: " + why);
    }
  }

  /** From tokens to values. */
  final class Reader {
    private static final JsonFactory JSON =
        JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

    private Reader() {}

    private static Position at(JsonParser parser) {
      TokenStreamLocation where = parser.currentTokenLocation();
      return new Position(where.getLineNr(), where.getColumnNr());
    }

    private static Located value(JsonParser parser, int depth) {
      JsonToken token = parser.currentToken();
      if (token == null) {
        throw new TemplateException("it is empty: a template is a JSON object");
      }
      Position at = at(parser);
      if (depth > DEPTH_MAX) {
        throw new TemplateException(at, "nested more than " + DEPTH_MAX + " levels deep");
      }
      if (token == JsonToken.START_OBJECT) {
        Map<String, Located> members = new LinkedHashMap<>();
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
          String name = parser.currentName();
          parser.nextToken();
          members.put(name, value(parser, depth + 1));
        }
        return new Members(members, at);
      }
      if (token == JsonToken.START_ARRAY) {
        List<Located> items = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          items.add(value(parser, depth + 1));
        }
        return new Items(items, at);
      }
      return token == JsonToken.VALUE_STRING
          ? new Text(parser.getString(), at)
          : new Scalar(parser.getString(), at);
    }
  }
}
