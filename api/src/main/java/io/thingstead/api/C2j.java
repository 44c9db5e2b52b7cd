package io.thingstead.api;

import io.thingstead.api.Member.Location;
import io.thingstead.api.Shape.Fault;
import io.thingstead.api.Shape.NumberKind;
import io.thingstead.api.Shape.Range;
import io.thingstead.api.Shape.Structure;
import io.thingstead.api.Shape.TimestampFormat;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Reads shapes and operations of the C2J form: the {@code *-model.json} of the older AWS SDKs and
 * of botocore.
 */
public final class C2j {
  private static final Structure NOTHING = new Structure("", List.of(), false, null);

  private final Function<String, Shape> shapes;

  /**
   * @param shapes finds the shape that another one names, when it is used
   */
  public C2j(Function<String, Shape> shapes) {
    this.shapes = shapes;
  }

  /** Reads an entry of {@code operations}. */
  public OperationShape operation(String name, JsonNode node) {
    JsonNode http = node.path("http");
    JsonNode input = node.path("input").path("shape");
    JsonNode output = node.path("output").path("shape");
    List<String> errors = new ArrayList<>();
    node.path("errors").forEach(error -> errors.add(error.path("shape").asString()));
    return new OperationShape(
        name,
        http.path("method").asString("POST"),
        UriPattern.parse(http.path("requestUri").asString("/")),
        http.path("responseCode").asInt(200),
        structure(input),
        structure(output),
        !input.isMissingNode(),
        node.path("authtype").asString("").equals("none"),
        List.copyOf(errors));
  }

  private Target structure(JsonNode name) {
    return name.isMissingNode() ? new Target(() -> NOTHING) : target(name.asString());
  }

  private Target target(String name) {
    return new Target(() -> shapes.apply(name));
  }

  /** Reads an entry of {@code shapes}. */
  public Shape shape(String name, JsonNode node) {
    String type = node.path("type").asString();
    return switch (type) {
      case "structure" ->
          node.path("document").asBoolean(false) ? new Shape.Document(name) : structure(name, node);
      case "list" ->
          new Shape.ListOf(
              name, target(node.path("member")), false, false, range(node), listForm(node));
      case "map" ->
          new Shape.MapOf(
              name,
              target(node.path("key")),
              target(node.path("value")),
              false,
              range(node),
              mapForm(node));
      case "string", "character" -> text(name, node);
      case "blob" -> new Shape.Blob(name, range(node), null);
      case "integer" -> number(name, NumberKind.INTEGER, node);
      case "long" -> number(name, NumberKind.LONG, node);
      case "float" -> number(name, NumberKind.FLOAT, node);
      case "double" -> number(name, NumberKind.DOUBLE, node);
      case "boolean" -> new Shape.Bool(name);
      case "timestamp" -> new Shape.Timestamp(name, format(node));
      default -> throw new IllegalArgumentException("shape " + name + " is of type " + type);
    };
  }

  private static Shape.ListForm listForm(JsonNode node) {
    return new Shape.ListForm(
        node.path("flattened").asBoolean(false),
        node.path("member").path("locationName").asString("member"));
  }

  private static Shape.MapForm mapForm(JsonNode node) {
    return new Shape.MapForm(
        node.path("flattened").asBoolean(false),
        node.path("key").path("locationName").asString("key"),
        node.path("value").path("locationName").asString("value"));
  }

  private Structure structure(String name, JsonNode node) {
    Set<String> required = new HashSet<>();
    node.path("required").forEach(member -> required.add(member.asString()));
    String payload = node.path("payload").asString("");
    List<Member> members = new ArrayList<>();
    for (var entry : node.path("members").properties()) {
      String memberName = entry.getKey();
      JsonNode member = entry.getValue();
      Location location = memberName.equals(payload) ? Location.PAYLOAD : location(name, member);
      members.add(
          new Member(
              memberName,
              location,
              member.path("locationName").asString(memberName),
              required.contains(memberName),
              target(member),
              null));
    }
    return new Structure(
        name, List.copyOf(members), node.path("union").asBoolean(false), fault(name, node));
  }

  private Location location(String structure, JsonNode member) {
    String location = member.path("location").asString("");
    return switch (location) {
      case "" -> Location.BODY;
      case "uri" -> Location.LABEL;
      case "header" -> Location.HEADER;
      case "headers" -> Location.PREFIX_HEADERS;
      case "statusCode" -> Location.STATUS_CODE;
      case "querystring" ->
          shapes.apply(member.path("shape").asString()) instanceof Shape.MapOf
              ? Location.QUERY_PARAMS
              : Location.QUERY;
      default -> throw new IllegalArgumentException(structure + " has a member in " + location);
    };
  }

  private static @Nullable Fault fault(String name, JsonNode node) {
    if (!node.path("exception").asBoolean(false)) {
      return null;
    }
    JsonNode error = node.path("error");
    int status = node.path("fault").asBoolean(false) ? 500 : 400;
    return new Fault(error.path("code").asString(name), error.path("httpStatusCode").asInt(status));
  }

  private Target target(JsonNode reference) {
    String name = reference.path("shape").asString();
    if (reference.path("jsonvalue").asBoolean(false)) {
      return new Target(() -> mediaType((Shape.Text) shapes.apply(name)));
    }
    TimestampFormat format = format(reference);
    return format == null ? target(name) : new Target(() -> new Shape.Timestamp(name, format));
  }

  private static Shape.Text mediaType(Shape.Text text) {
    return new Shape.Text(
        text.name(),
        text.length(),
        text.pattern(),
        text.values(),
        text.hiddenValues(),
        "application/json",
        text.sensitive());
  }

  private static Shape.Text text(String name, JsonNode node) {
    List<String> values = new ArrayList<>();
    node.path("enum").forEach(value -> values.add(value.asString()));
    String pattern = node.path("pattern").asString("");
    return new Shape.Text(
        name,
        range(node),
        pattern.isEmpty() ? null : TextPattern.whole(pattern),
        List.copyOf(values),
        List.of(),
        null,
        node.path("sensitive").asBoolean(false));
  }

  private static Shape.Numeric number(String name, NumberKind kind, JsonNode node) {
    return new Shape.Numeric(name, kind, range(node), List.of());
  }

  private static Range range(JsonNode node) {
    JsonNode min = node.path("min");
    JsonNode max = node.path("max");
    return min.isMissingNode() && max.isMissingNode()
        ? Range.ANY
        : new Range(
            min.isMissingNode() ? null : min.decimalValue(),
            max.isMissingNode() ? null : max.decimalValue());
  }

  private static @Nullable TimestampFormat format(JsonNode node) {
    return switch (node.path("timestampFormat").asString("")) {
      case "unixTimestamp" -> TimestampFormat.EPOCH_SECONDS;
      case "iso8601" -> TimestampFormat.DATE_TIME;
      case "rfc822" -> TimestampFormat.HTTP_DATE;
      default -> null;
    };
  }
}
