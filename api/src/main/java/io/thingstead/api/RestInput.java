package io.thingstead.api;

import io.thingstead.api.Shape.TimestampFormat;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Reads the members of an input from their places in an HTTP request. */
final class RestInput {
  private final ApiRequest request;
  private final Map<String, String> labels;
  private final Map<String, List<String>> parameters;
  private final Struct.Builder input = Struct.builder();
  private @Nullable JsonNode body;

  private RestInput(Map<String, String> labels, ApiRequest request) {
    this.labels = labels;
    this.request = request;
    this.parameters = request.parameters();
  }

  static Struct read(OperationShape operation, Map<String, String> labels, ApiRequest request) {
    RestInput reading = new RestInput(labels, request);
    for (Member member : operation.input().members()) {
      reading.read(member);
    }
    return reading.input.build();
  }

  private void read(Member member) {
    switch (member.location()) {
      case BODY -> body(member);
      case HEADER -> put(member, header(member));
      case PREFIX_HEADERS -> put(member, prefixHeaders(member));
      case LABEL -> put(member, label(member));
      case QUERY -> put(member, query(member));
      case QUERY_PARAMS -> put(member, queryParams(member));
      case PAYLOAD -> input.put(member.name(), payload(member));
      case STATUS_CODE -> {}
    }
  }

  private void put(Member member, @Nullable Object value) {
    input.put(member.name(), value == null ? member.defaultValue() : value);
  }

  private void body(Member member) {
    JsonNode object = body;
    if (object == null) {
      object = JsonTree.parse(request.body().length == 0 ? new byte[] {'{', '}'} : request.body());
      if (!object.isObject()) {
        throw Refusal.wrongKind("the body", "a JSON object");
      }
      body = object;
    }
    JsonTree.readMember(member, object, "", input);
  }

  private @Nullable Object header(Member member) {
    List<String> fields = request.headers().all(member.wireName());
    if (fields.isEmpty()) {
      return null;
    }
    String where = "header " + member.wireName();
    return member.shape() instanceof Shape.ListOf list
        ? HeaderLists.read(list.element().shape(), fields, where)
        : Scalars.read(
            member.shape(),
            String.join(",", fields).strip(),
            where,
            TimestampFormat.HTTP_DATE,
            true);
  }

  private @Nullable Object prefixHeaders(Member member) {
    String prefix = member.wireName().toLowerCase(Locale.ROOT);
    Map<String, Object> found = new LinkedHashMap<>();
    request
        .headers()
        .asMap()
        .forEach(
            (name, values) -> {
              if (name.toLowerCase(Locale.ROOT).startsWith(prefix)) {
                found.put(name.substring(prefix.length()), String.join(",", values));
              }
            });
    return found.isEmpty() ? null : found;
  }

  private @Nullable Object label(Member member) {
    String raw = labels.get(member.wireName());
    if (raw == null) {
      return null;
    }
    String where = "path part " + member.wireName();
    String text = Percent.decode(raw);
    if (text == null) {
      throw Refusal.wrongKind(where, "percent-encoded UTF-8");
    }
    return Scalars.read(member.shape(), text, where, TimestampFormat.DATE_TIME, false);
  }

  private @Nullable Object query(Member member) {
    List<String> values = parameters.get(member.wireName());
    if (values == null) {
      return null;
    }
    String where = "query parameter " + member.wireName();
    Shape shape = member.shape();
    if (shape instanceof Shape.ListOf list) {
      List<Object> read = new ArrayList<>(values.size());
      Shape element = list.element().shape();
      values.forEach(
          v -> read.add(Scalars.read(element, v, where, TimestampFormat.DATE_TIME, false)));
      return read;
    }
    return Scalars.read(shape, values.getFirst(), where, TimestampFormat.DATE_TIME, false);
  }

  private @Nullable Object queryParams(Member member) {
    boolean lists = ((Shape.MapOf) member.shape()).value().shape() instanceof Shape.ListOf;
    Map<String, Object> found = new LinkedHashMap<>();
    parameters.forEach((name, values) -> found.put(name, lists ? values : values.getFirst()));
    return found.isEmpty() ? null : found;
  }

  private @Nullable Object payload(Member member) {
    byte[] bytes = request.body();
    if (bytes.length == 0) {
      return null;
    }
    return switch (member.shape()) {
      case Shape.Blob _ -> bytes;
      case Shape.Text _ -> RestJson.utf8(bytes, "the body");
      case Shape.Structure _, Shape.ListOf _, Shape.MapOf _, Shape.Document _ -> {
        JsonNode json = JsonTree.parse(bytes);
        boolean absent = json.isNull() && !(member.shape() instanceof Shape.Document);
        yield absent ? null : JsonTree.read(member.shape(), json, "");
      }
      case Shape.Numeric _, Shape.Bool _, Shape.Timestamp _ ->
          Scalars.read(
              member.shape(),
              RestJson.utf8(bytes, "the body"),
              "the body",
              TimestampFormat.DATE_TIME,
              false);
    };
  }
}
