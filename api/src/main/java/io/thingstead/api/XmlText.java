package io.thingstead.api;

import io.thingstead.api.Shape.TimestampFormat;
import java.util.List;
import java.util.Map;

/** Writes values that fit a shape as XML. */
final class XmlText {
  private final StringBuilder out = new StringBuilder(512);

  XmlText open(String name) {
    out.append('<').append(name).append('>');
    return this;
  }

  /** The outermost element; without a namespace when it is empty. */
  XmlText open(String name, String namespace) {
    out.append('<').append(name);
    if (!namespace.isEmpty()) {
      out.append(" xmlns=\"");
      escaped(namespace);
      out.append('"');
    }
    out.append('>');
    return this;
  }

  XmlText close(String name) {
    out.append("</").append(name).append('>');
    return this;
  }

  XmlText element(String name, String text) {
    open(name);
    escaped(text);
    return close(name);
  }

  /** The members of a structure that are set. */
  XmlText members(Shape.Structure shape, Struct struct) {
    for (Member member : shape.members()) {
      Object value = struct.get(member.name());
      Object present = value == null ? member.defaultValue() : value;
      if (present != null) {
        value(member.wireName(), member.shape(), present);
      }
    }
    return this;
  }

  /** One value in an element of this name; a flat list or map is any number of them. */
  void value(String name, Shape shape, Object value) {
    switch (shape) {
      case Shape.Structure structure -> {
        open(name);
        members(structure, (Struct) value);
        close(name);
      }
      case Shape.ListOf list when list.form().flat() -> elements(name, list, (List<?>) value);
      case Shape.ListOf list -> {
        open(name);
        elements(list.form().element(), list, (List<?>) value);
        close(name);
      }
      case Shape.MapOf map when map.form().flat() -> entries(name, map, (Map<?, ?>) value);
      case Shape.MapOf map -> {
        open(name);
        entries("entry", map, (Map<?, ?>) value);
        close(name);
      }
      case Shape.Text _, Shape.Blob _, Shape.Numeric _, Shape.Bool _, Shape.Timestamp _ ->
          element(name, Scalars.write(shape, value, TimestampFormat.DATE_TIME, false));
      case Shape.Document _ -> throw new IllegalArgumentException("XML carries no document");
    }
  }

  private void elements(String name, Shape.ListOf shape, List<?> elements) {
    for (Object element : elements) {
      value(name, shape.element().shape(), element);
    }
  }

  private void entries(String name, Shape.MapOf shape, Map<?, ?> entries) {
    entries.forEach(
        (key, value) -> {
          open(name);
          element(shape.form().key(), (String) key);
          value(shape.form().value(), shape.value().shape(), value);
          close(name);
        });
  }

  // XML 1.0 section 2.2: other control characters cannot be written at all, so they go.
  private void escaped(String text) {
    text.codePoints()
        .forEach(
            c -> {
              switch (c) {
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '"' -> out.append("&quot;");
                case '\r' -> out.append("&#xD;");
                case '\n', '\t' -> out.append((char) c);
                case 0xFFFE, 0xFFFF -> {}
                default -> {
                  if (c >= ' ' && (c < 0xD800 || c > 0xDFFF)) {
                    out.appendCodePoint(c);
                  }
                }
              }
            });
  }

  @Override
  public String toString() {
    return out.toString();
  }
}
