package io.thingstead.api;

import io.thingstead.api.Shape.Range;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Checks values against the constraints of their shapes and collects everything they break. */
final class Constraints {
  /** More than this is not told; input may be long. */
  private static final int VIOLATIONS_MAX = 32;

  private final List<Violation> violations = new ArrayList<>();

  private Constraints() {}

  /** The input, when it keeps all constraints; else the service's validation error. */
  static Struct checked(Service service, OperationShape operation, Struct input) {
    List<Violation> violations = check(operation.input(), input);
    if (!violations.isEmpty()) {
      throw Violation.refusal(service.facts(), operation, violations);
    }
    return input;
  }

  private static List<Violation> check(Shape.Structure shape, Struct value) {
    Constraints check = new Constraints();
    check.structure(shape, value, Path.ROOT);
    return check.violations;
  }

  /** Where a value lies: the names (String) and list indexes (Integer) that lead to it. */
  record Path(@Nullable Path parent, Object step) {
    static final Path ROOT = new Path(null, "");

    Path then(Object next) {
      return new Path(this, next);
    }

    List<Object> steps() {
      List<Object> steps = new ArrayList<>();
      for (Path at = this; at.parent != null; at = at.parent) {
        steps.addFirst(at.step);
      }
      return steps;
    }
  }

  private void report(Path path, @Nullable String value, @Nullable Integer length, String rule) {
    if (violations.size() < VIOLATIONS_MAX) {
      violations.add(new Violation(path.steps(), value, length, rule));
    }
  }

  private void structure(Shape.Structure shape, Struct struct, Path path) {
    for (Member member : shape.members()) {
      Object value = struct.get(member.name());
      Path place = path.then(member.name());
      if (value != null) {
        value(member.shape(), value, place);
      } else if (member.required()) {
        violations.add(new Violation(place.steps(), null, null, "Member must not be null"));
      }
    }
  }

  private void value(Shape shape, Object value, Path path) {
    switch (shape) {
      case Shape.Structure structure -> structure(structure, (Struct) value, path);
      case Shape.ListOf list -> list(list, (List<?>) value, path);
      case Shape.MapOf map -> map(map, (Map<?, ?>) value, path);
      case Shape.Text text -> text(text, (String) value, path);
      case Shape.Blob blob -> length(blob.length(), ((byte[]) value).length, "", path);
      case Shape.Numeric number -> number(number, (Number) value, path);
      case Shape.Bool _, Shape.Timestamp _, Shape.Document _ -> {}
    }
  }

  private void list(Shape.ListOf shape, List<?> list, Path path) {
    length(shape.size(), list.size(), "", path);
    int index = 0;
    for (Object element : list) {
      if (element != null) {
        value(shape.element().shape(), element, path.then(index));
      }
      index++;
    }
    if (shape.unique() && hasTwins(list)) {
      report(path, "", null, "Member must have unique values");
    }
  }

  private static boolean hasTwins(List<?> list) {
    Set<Object> seen = new HashSet<>();
    return list.stream().anyMatch(element -> !seen.add(comparable(element)));
  }

  // Arrays are equal only to themselves.
  private static Object comparable(@Nullable Object value) {
    return switch (value) {
      case null -> "null";
      case byte[] bytes -> List.of("bytes", Arrays.toString(bytes));
      case List<?> list -> list.stream().map(Constraints::comparable).toList();
      default -> value;
    };
  }

  private void map(Shape.MapOf shape, Map<?, ?> map, Path path) {
    length(shape.size(), map.size(), "", path);
    map.forEach(
        (key, element) -> {
          value(shape.key().shape(), key, path);
          if (element != null) {
            value(shape.value().shape(), element, path.then(key));
          }
        });
  }

  private void text(Shape.Text shape, String text, Path path) {
    String told = shape.sensitive() ? "" : text;
    boolean fits = length(shape.length(), text.codePointCount(0, text.length()), told, path);
    TextPattern pattern = shape.pattern();
    // A text that is too long need not be matched as well: that would be the costly part.
    if (fits && pattern != null && !pattern.accepts(text)) {
      report(path, told, null, "Member must satisfy regular expression pattern: " + pattern.text());
    }
    if (!shape.values().isEmpty()
        && !shape.values().contains(text)
        && !shape.hiddenValues().contains(text)) {
      report(path, told, null, "Member must satisfy enum value set: " + shape.values());
    }
  }

  private boolean length(Range range, int length, String told, Path path) {
    boolean fits = range.holds(BigDecimal.valueOf(length));
    if (!fits) {
      report(path, told, length, "Member must have length " + bounds(range));
    }
    return fits;
  }

  private void number(Shape.Numeric shape, Number number, Path path) {
    if (number instanceof Double d && !Double.isFinite(d)
        || number instanceof Float f && !Float.isFinite(f)) {
      return;
    }
    if (!shape.range().holds(new BigDecimal(number.toString()))) {
      report(path, number.toString(), null, "Member must be " + bounds(shape.range()));
    }
    if (!shape.values().isEmpty() && !shape.values().contains(number.intValue())) {
      report(
          path, number.toString(), null, "Member must satisfy enum value set: " + shape.values());
    }
  }

  private static String bounds(Range range) {
    if (range.min() == null) {
      return "less than or equal to " + range.max();
    }
    return range.max() == null
        ? "greater than or equal to " + range.min()
        : "between " + range.min() + " and " + range.max() + ", inclusive";
  }
}
