package io.thingstead.api;

import io.thingstead.api.Shape.TimestampFormat;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Reads values that fit a shape from the parameters of a form. */
final class FormInput {
  private static final Pattern INDEX = Pattern.compile("[1-9]\\d{0,8}");

  private FormInput() {}

  static Struct structure(Shape.Structure shape, Form form, String where) {
    Struct.Builder members = Struct.builder();
    for (Member member : shape.members()) {
      Form given = form.get(member.wireName());
      String place = where.isEmpty() ? member.wireName() : where + "." + member.wireName();
      members.put(
          member.name(),
          given == null ? member.defaultValue() : read(member.shape(), given, place));
    }
    return members.build();
  }

  private static Object read(Shape shape, Form form, String where) {
    return switch (shape) {
      case Shape.Structure structure -> structure(structure, form, where);
      case Shape.ListOf list -> list(list, form, where);
      case Shape.MapOf map -> map(map, form, where);
      case Shape.Text _, Shape.Blob _, Shape.Numeric _, Shape.Bool _, Shape.Timestamp _ ->
          Scalars.read(shape, text(form, where), where, TimestampFormat.DATE_TIME, false);
      case Shape.Document _ -> throw Refusal.wrongKind(where, "absent: a form carries no document");
    };
  }

  private static String text(Form form, String where) {
    String text = form.value();
    if (text == null) {
      throw Refusal.wrongKind(where, "one value");
    }
    return text;
  }

  // An empty list is its name with an empty value.
  private static List<Object> list(Shape.ListOf shape, Form form, String where) {
    List<Object> elements = new ArrayList<>();
    String step = shape.form().element();
    Form inside = shape.form().flat() ? form : form.get(step);
    if (inside != null) {
      Shape element = shape.element().shape();
      indexed(inside, where)
          .forEach((index, given) -> elements.add(read(element, given, where + "." + index)));
    } else if (!form.children().isEmpty()) {
      throw Refusal.wrongKind(where, "a list: " + where + "." + step + ".1");
    }
    return elements;
  }

  private static Map<String, Object> map(Shape.MapOf shape, Form form, String where) {
    Map<String, Object> entries = new LinkedHashMap<>();
    Shape.MapForm names = shape.form();
    Form inside = names.flat() ? form : form.get("entry");
    if (inside != null) {
      indexed(inside, where)
          .forEach(
              (index, entry) -> {
                String place = where + ".entry." + index;
                Form key = entry.get(names.key());
                Form value = entry.get(names.value());
                if (key == null || value == null) {
                  throw Refusal.wrongKind(place, "an entry with a key and a value");
                }
                entries.put(text(key, place), read(shape.value().shape(), value, place));
              });
    }
    return entries;
  }

  private static SortedMap<Integer, Form> indexed(Form form, String where) {
    SortedMap<Integer, Form> byIndex = new TreeMap<>();
    form.children()
        .forEach(
            (index, element) -> {
              if (!INDEX.matcher(index).matches()) {
                throw Refusal.wrongKind(where, "a list, numbered from 1");
              }
              byIndex.put(Integer.valueOf(index), element);
            });
    return byIndex;
  }
}
