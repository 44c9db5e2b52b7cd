package io.thingstead.api;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.smithy.model.node.Node;
import tools.jackson.databind.json.JsonMapper;

/** Values of Smithy's test cases as trees of the neutral table. */
final class SmithyValues {
  private SmithyValues() {}

  /**
   * Reads a value.
   *
   * @param base64 blobs are base64, as in default values, rather than text, as in test cases
   */
  static Object read(Shape shape, Node node, boolean base64) {
    return switch (shape) {
      case Shape.Structure structure -> struct(structure, node, base64);
      case Shape.ListOf list -> {
        List<@Nullable Object> values = new ArrayList<>();
        node.expectArrayNode()
            .forEach(element -> values.add(element(list.element().shape(), element, base64)));
        yield values;
      }
      case Shape.MapOf map -> {
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        node.expectObjectNode()
            .getStringMap()
            .forEach((key, value) -> values.put(key, element(map.value().shape(), value, base64)));
        yield values;
      }
      case Shape.Text _ -> node.expectStringNode().getValue();
      case Shape.Blob _ -> {
        byte[] text = node.expectStringNode().getValue().getBytes(StandardCharsets.UTF_8);
        yield base64 ? Base64.getDecoder().decode(text) : text;
      }
      case Shape.Numeric number ->
          node.isStringNode()
              ? Scalars.special(number, node.expectStringNode().getValue(), "")
              : Scalars.number(
                  number, new BigDecimal(node.expectNumberNode().getValue().toString()), "");
      case Shape.Bool _ -> node.expectBooleanNode().getValue();
      case Shape.Timestamp _ -> instant(node);
      case Shape.Document _ -> JsonMapper.shared().readTree(Node.printJson(node));
    };
  }

  private static Instant instant(Node node) {
    return node.isStringNode()
        ? Instant.parse(node.expectStringNode().getValue())
        : Timestamps.ofSeconds(new BigDecimal(node.expectNumberNode().getValue().toString()));
  }

  private static @Nullable Object element(Shape shape, Node node, boolean base64) {
    return node.isNullNode() ? null : read(shape, node, base64);
  }

  static Struct struct(Shape.Structure shape, Node node, boolean base64) {
    Struct.Builder members = Struct.builder();
    node.expectObjectNode()
        .getStringMap()
        .forEach(
            (name, value) -> {
              Member member = shape.member(name);
              if (member == null) {
                throw new IllegalArgumentException(shape.name() + " has no member " + name);
              }
              boolean absent = value.isNullNode() && !(member.shape() instanceof Shape.Document);
              members.put(name, absent ? null : read(member.shape(), value, base64));
            });
    return members.build();
  }

  /** A form in which equal trees are equal: arrays and documents as text. */
  static @Nullable Object comparable(@Nullable Object value) {
    return switch (value) {
      case null -> null;
      case Struct struct -> comparable(struct.members());
      case Map<?, ?> map -> {
        Map<Object, @Nullable Object> copy = new LinkedHashMap<>();
        map.forEach((key, element) -> copy.put(key, comparable(element)));
        yield copy;
      }
      case List<?> list -> {
        List<@Nullable Object> copy = new ArrayList<>();
        list.forEach(element -> copy.add(comparable(element)));
        yield copy;
      }
      case byte[] bytes -> "bytes " + Base64.getEncoder().encodeToString(bytes);
      case BigDecimal number -> number.stripTrailingZeros();
      default -> value;
    };
  }
}
