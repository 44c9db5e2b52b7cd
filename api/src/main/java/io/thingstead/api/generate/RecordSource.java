package io.thingstead.api.generate;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Writes the Java source of a structure or enum. */
final class RecordSource {
  /** Fewer components than this are easily given in order. */
  private static final int COMPONENTS_FOR_A_BUILDER = 3;

  private final String packageName;
  private final JsonNode shapes;

  RecordSource(String packageName, JsonNode shapes) {
    this.packageName = packageName;
    this.shapes = shapes;
  }

  private record Component(String member, String name, String shape, boolean required) {}

  String write(String shape) {
    JsonNode node = shapes.path(shape);
    String header = "package " + packageName + ";\n\n";
    return header + (node.has("enum") ? enumSource(shape, node) : recordSource(shape, node));
  }

  private String enumSource(String shape, JsonNode node) {
    String type = Names.type(shape);
    List<String> constants = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (JsonNode value : node.path("enum")) {
      String name = Names.enumConstant(value.asString());
      if (!names.add(name)) {
        throw new IllegalStateException(shape + " has two constants " + name);
      }
      constants.add("  " + name + "(\"" + value.asString() + "\")");
    }
    return """
    /** Values of %1$s. */
    public enum %1$s {
    %2$s;

      private final String wire;

      %1$s(String wire) {
        this.wire = wire;
      }

      /** The value on the wire. */
      public String wire() {
        return wire;
      }

      /** The constant of a value on the wire; the protocols let no other value pass. */
      public static %1$s of(String wire) {
        for (%1$s value : values()) {
          if (value.wire.equals(wire)) {
            return value;
          }
        }
        throw new IllegalArgumentException(wire);
      }

      @Override
      public String toString() {
        return wire;
      }
    }
    """
        .formatted(type, String.join(",\n", constants));
  }

  private String recordSource(String shape, JsonNode node) {
    String type = Names.type(shape);
    List<Component> components = components(shape, node);
    StringBuilder out = new StringBuilder();
    out.append("import io.thingstead.api.Struct;\nimport org.jspecify.annotations.Nullable;\n\n");
    out.append("/** ").append(shape).append(". */\npublic record ").append(type).append('(');
    List<String> parameters = new ArrayList<>();
    components.forEach(c -> parameters.add(parameter(c)));
    out.append(String.join(", ", parameters)).append(") {\n");
    compactConstructor(out, type, components);
    from(out, type, components);
    toStruct(out, components);
    if (components.size() >= COMPONENTS_FOR_A_BUILDER) {
      builder(out, type, components);
    }
    return out.append("}\n").toString();
  }

  private List<Component> components(String shape, JsonNode node) {
    Set<String> required = new HashSet<>();
    node.path("required").forEach(member -> required.add(member.asString()));
    List<Component> components = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (var entry : node.path("members").properties()) {
      String member = entry.getKey();
      String name = Names.component(member);
      if (!names.add(name)) {
        throw new IllegalStateException(shape + " has two components " + name);
      }
      String target = entry.getValue().path("shape").asString();
      components.add(new Component(member, name, target, required.contains(member)));
    }
    return components;
  }

  private String parameter(Component component) {
    return nullableType(component, component.required()) + " " + component.name();
  }

  private String nullableType(Component component, boolean nonNull) {
    String type = javaType(component.shape());
    if (nonNull) {
      return type;
    }
    return type.equals("byte[]") ? "byte @Nullable []" : nullable(type);
  }

  // A type annotation stands before the simple name of a qualified type.
  private static String nullable(String type) {
    int generic = type.indexOf('<');
    int dot = type.lastIndexOf('.', generic < 0 ? type.length() : generic);
    return type.substring(0, dot + 1) + "@Nullable " + type.substring(dot + 1);
  }

  private String javaType(String shape) {
    JsonNode node = shapes.path(shape);
    return switch (node.path("type").asString()) {
      case "structure" -> Names.type(shape);
      case "list" -> "java.util.List<" + javaType(inner(node, "member")) + ">";
      case "map" -> "java.util.Map<String, " + javaType(inner(node, "value")) + ">";
      case "string" -> node.has("enum") ? Names.type(shape) : "String";
      case "blob" -> "byte[]";
      case "integer" -> "Integer";
      case "long" -> "Long";
      case "float" -> "Float";
      case "double" -> "Double";
      case "boolean" -> "Boolean";
      case "timestamp" -> "java.time.Instant";
      default -> throw new IllegalStateException(shape + " is of type " + node.path("type"));
    };
  }

  private static String inner(JsonNode node, String part) {
    return node.path(part).path("shape").asString();
  }

  private boolean isCollection(String shape) {
    String type = shapes.path(shape).path("type").asString();
    return type.equals("list") || type.equals("map");
  }

  private void compactConstructor(StringBuilder out, String type, List<Component> components) {
    out.append("  public ").append(type).append(" {\n");
    for (Component c : components) {
      String name = c.name();
      if (c.required()) {
        out.append("    java.util.Objects.requireNonNull(").append(name);
        out.append(", \"").append(name).append("\");\n");
      }
      if (isCollection(c.shape())) {
        out.append("    ").append(name).append(" = ");
        out.append(c.required() ? "" : name + " == null ? null : ");
        out.append("Struct.copy(").append(name).append(");\n");
      }
    }
    out.append("  }\n\n");
  }

  private void from(StringBuilder out, String type, List<Component> components) {
    out.append("  /** From a tree that a protocol has read and checked. */\n");
    out.append("  public static ").append(type).append(" from(Struct struct) {\n");
    out.append("    return new ").append(type).append('(');
    List<String> arguments = new ArrayList<>();
    for (Component c : components) {
      String value = "struct." + (c.required() ? "require" : "get") + "(\"" + c.member() + "\")";
      arguments.add("\n        " + fromTree(c.shape(), value, !c.required(), "e"));
    }
    out.append(String.join(",", arguments)).append(");\n  }\n\n");
  }

  private String fromTree(String shape, String value, boolean maybeNull, String lambda) {
    JsonNode node = shapes.path(shape);
    String type = node.path("type").asString();
    return switch (type) {
      case "list", "map" -> {
        String element = inner(node, type.equals("list") ? "member" : "value");
        String each = fromTree(element, lambda, false, lambda + "e");
        yield "Struct.read" + Names.type(type) + "(" + value + ", " + lambda + " -> " + each + ")";
      }
      case "structure", "string" -> {
        boolean isString = type.equals("string");
        if (isString && !node.has("enum")) {
          yield "(String) " + value;
        }
        String tree = isString ? "String" : "Struct";
        String call = Names.type(shape) + (isString ? ".of(" : ".from(");
        yield maybeNull
            ? value + " instanceof " + tree + " v ? " + call + "v) : null"
            : call + "(" + tree + ") " + value + ")";
      }
      default -> "(" + javaType(shape) + ") " + value;
    };
  }

  private void toStruct(StringBuilder out, List<Component> components) {
    out.append("  /** To the tree that a protocol writes. */\n");
    out.append("  public Struct toStruct() {\n    return Struct.builder()");
    for (Component c : components) {
      out.append("\n        .put(\"").append(c.member()).append("\", ");
      out.append(toTree(c.shape(), c.name(), !c.required(), "e_")).append(')');
    }
    out.append("\n        .build();\n  }\n");
  }

  private String toTree(String shape, String value, boolean maybeNull, String lambda) {
    String suffix = treeCall(shape);
    if (suffix != null) {
      return (maybeNull ? value + " == null ? null : " : "") + value + suffix;
    }
    JsonNode node = shapes.path(shape);
    String type = node.path("type").asString();
    if (!isCollection(shape)) {
      return value;
    }
    String element = inner(node, type.equals("list") ? "member" : "value");
    String each = toTree(element, lambda, false, lambda + "e");
    return each.equals(lambda)
        ? value
        : "Struct.write" + Names.type(type) + "(" + value + ", " + lambda + " -> " + each + ")";
  }

  private @Nullable String treeCall(String shape) {
    JsonNode node = shapes.path(shape);
    return switch (node.path("type").asString()) {
      case "structure" -> ".toStruct()";
      case "string" -> node.has("enum") ? ".wire()" : null;
      default -> null;
    };
  }

  private void builder(StringBuilder out, String type, List<Component> components) {
    out.append("\n  public static Builder builder() {\n    return new Builder();\n  }\n\n");
    out.append("  /** Collects the components; those that are required must be set. */\n");
    out.append("  @org.jspecify.annotations.NullUnmarked\n");
    out.append("  public static final class Builder {\n");
    for (Component c : components) {
      out.append("    private ").append(javaType(c.shape())).append(' ').append(c.name());
      out.append(";\n");
    }
    for (Component c : components) {
      out.append("\n    public Builder ").append(c.name()).append('(');
      out.append(nullableType(c, false)).append(" value) {\n      ");
      out.append(c.name()).append(" = value;\n      return this;\n    }\n");
    }
    List<String> names = components.stream().map(Component::name).toList();
    out.append("\n    public ").append(type).append(" build() {\n      return new ");
    out.append(type).append('(').append(String.join(", ", names)).append(");\n    }\n  }\n");
  }
}
