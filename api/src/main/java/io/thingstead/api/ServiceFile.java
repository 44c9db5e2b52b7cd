package io.thingstead.api;

import io.thingstead.api.Service.Facts;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A service's table as a resource: one line for the service, then one for each operation and each
 * shape, {@code KIND NAME C2J-JSON}. Only the operations are parsed at once; a shape is when it is
 * first used, so a table opens in milliseconds.
 */
public final class ServiceFile {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final Map<String, String> shapeLines = new HashMap<>();
  private final Map<String, Shape> shapes = new ConcurrentHashMap<>();
  private final C2j reader = new C2j(this::shape);

  private ServiceFile() {}

  /** Opens the table that lies beside a class. */
  public static Service load(Class<?> beside, String resource) {
    try (InputStream in = beside.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException("there is no table " + resource + " beside " + beside);
      }
      return parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Reads the text that {@link #write} gave. */
  public static Service parse(String text) {
    return new ServiceFile().read(text);
  }

  private Service read(String text) {
    Map<String, OperationShape> operations = new LinkedHashMap<>();
    Facts facts = null;
    for (String line : text.split("\n", -1)) {
      if (line.isEmpty()) {
        continue;
      }
      int space = line.indexOf(' ');
      int second = line.indexOf(' ', space + 1);
      String name = line.substring(space + 1, second);
      String json = line.substring(second + 1);
      switch (line.substring(0, space)) {
        case "service" -> facts = facts(name, JSON.readTree(json));
        case "operation" -> operations.put(name, reader.operation(name, JSON.readTree(json)));
        case "shape" -> shapeLines.put(name, json);
        default -> throw new IllegalArgumentException("no such line in a table: " + line);
      }
    }
    if (facts == null) {
      throw new IllegalArgumentException("the table does not say which service it is of");
    }
    return new Service(facts, operations, this::find);
  }

  private @Nullable Shape find(String name) {
    return shapeLines.containsKey(name) ? shape(name) : null;
  }

  private Shape shape(String name) {
    Shape known = shapes.get(name);
    if (known != null) {
      return known;
    }
    String json = shapeLines.get(name);
    if (json == null) {
      throw new IllegalArgumentException("the table has no shape " + name);
    }
    // Not computeIfAbsent: reading a shape may ask for another one. Two readers make equal shapes.
    Shape shape = reader.shape(name, JSON.readTree(json));
    Shape raced = shapes.putIfAbsent(name, shape);
    return raced == null ? shape : raced;
  }

  private static Facts facts(String name, JsonNode node) {
    List<String> signingNames = new ArrayList<>();
    node.path("signingNames").forEach(signing -> signingNames.add(signing.asString()));
    return new Facts(
        name,
        List.copyOf(signingNames),
        wire(node),
        node.path("validationError").asString("ValidationException"),
        false,
        node.path("traceIds").asBoolean(false));
  }

  private static Wire wire(JsonNode node) {
    String protocol = node.path("protocol").asString();
    return switch (protocol) {
      case "rest-json" -> new Wire.Rest();
      case "json" ->
          new Wire.Json(node.path("jsonVersion").asString(), node.path("targetPrefix").asString());
      case "query" ->
          new Wire.Query(node.path("apiVersion").asString(), node.path("xmlNamespace").asString());
      default -> throw new IllegalArgumentException("no such protocol: " + protocol);
    };
  }

  /**
   * Writes a C2J model as such a text, without its documentation.
   *
   * @param facts as {@link Facts} has them
   */
  public static String write(String name, ObjectNode facts, JsonNode operations, JsonNode shapes) {
    StringBuilder out = new StringBuilder();
    line(out, "service", name, facts);
    operations.properties().forEach(e -> line(out, "operation", e.getKey(), e.getValue()));
    shapes.properties().forEach(e -> line(out, "shape", e.getKey(), e.getValue()));
    return out.toString();
  }

  private static void line(StringBuilder out, String kind, String name, JsonNode json) {
    out.append(kind).append(' ').append(name).append(' ');
    out.append(JSON.writeValueAsString(json)).append('\n');
  }
}
