package io.thingstead.api.generate;

import io.thingstead.api.ServiceFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** Writes the package of one service: its records and enums, its class of operations, its table. */
final class ServicePackage {
  private final MergedModel model;
  private final Map<String, String> sources = new LinkedHashMap<>();

  ServicePackage(MergedModel model) {
    this.model = model;
  }

  void write(Path sourceRoot, Path resourceRoot) throws IOException {
    String packageName = "io.thingstead.api." + model.packageName();
    for (String shape : reachable()) {
      RecordSource source = new RecordSource(packageName, model.shapes());
      sources.put(Names.type(shape) + ".java", source.write(shape));
    }
    sources.put(model.className() + ".java", serviceClass(packageName));
    sources.put(
        "package-info.java",
        "/** Shapes of "
            + model.name()
            + ", generated from its published model. */\n"
            + "@org.jspecify.annotations.NullMarked\npackage "
            + packageName
            + ";\n");
    Path directory = sourceRoot.resolve(packageName.replace('.', '/'));
    Files.createDirectories(directory);
    try (Stream<Path> present = Files.list(directory)) {
      for (Path stale : present.toList()) {
        if (!sources.containsKey(stale.getFileName().toString())) {
          Files.delete(stale);
        }
      }
    }
    for (var source : sources.entrySet()) {
      writeIfChanged(directory.resolve(source.getKey()), source.getValue());
    }
    Path resources = resourceRoot.resolve(packageName.replace('.', '/'));
    Files.createDirectories(resources);
    writeIfChanged(
        resources.resolve(model.name() + ".shapes"),
        ServiceFile.write(model.name(), model.facts(), model.operations(), model.shapes()));
  }

  private static void writeIfChanged(Path file, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    if (!Files.exists(file) || !Arrays.equals(Files.readAllBytes(file), bytes)) {
      Files.write(file, bytes);
    }
  }

  /** Structures and enums that a typed operation's input or output leads to. */
  private Set<String> reachable() {
    Set<String> seen = new LinkedHashSet<>();
    for (JsonNode operation : model.typed()) {
      visit(operation.path("input").path("shape").asString(""), seen);
      visit(operation.path("output").path("shape").asString(""), seen);
    }
    Set<String> typed = new LinkedHashSet<>();
    for (String name : seen) {
      JsonNode shape = model.shapes().path(name);
      if (shape.path("type").asString().equals("structure") || shape.has("enum")) {
        typed.add(name);
      }
    }
    return typed;
  }

  private void visit(String name, Set<String> seen) {
    JsonNode shape = model.shapes().path(name);
    if (name.isEmpty() || shape.path("exception").asBoolean(false) || !seen.add(name)) {
      return;
    }
    shape.path("members").forEach(member -> visit(member.path("shape").asString(), seen));
    for (String part : new String[] {"member", "key", "value"}) {
      visit(shape.path(part).path("shape").asString(""), seen);
    }
  }

  private String serviceClass(String packageName) {
    StringBuilder out = new StringBuilder();
    out.append("package ").append(packageName).append(";\n\n");
    if (!model.typed().isEmpty()) {
      out.append("import io.thingstead.api.Empty;\n");
      out.append("import io.thingstead.api.Operation;\n");
    }
    out.append("import io.thingstead.api.Service;\n\n");
    out.append("/** The operations of ").append(model.name()).append(". */\n");
    out.append("public final class ").append(model.className()).append(" {\n");
    for (var entry : model.typed().properties()) {
      String input = type(entry.getValue().path("input"));
      String output = type(entry.getValue().path("output"));
      out.append("  public static final Operation<").append(input).append(", ").append(output);
      out.append("> ").append(Names.constant(entry.getKey())).append(" =\n      new Operation<>(");
      out.append(model.className()).append("::service, \"").append(entry.getKey()).append("\", ");
      out.append(input).append("::from, ").append(output).append("::toStruct);\n");
    }
    out.append("\n  private ").append(model.className()).append("() {}\n\n");
    out.append("  /** The service's table, loaded at the first call. */\n");
    out.append("  public static Service service() {\n    return Table.SERVICE;\n  }\n\n");
    out.append("  private static final class Table {\n    static final Service SERVICE =\n");
    out.append("        io.thingstead.api.ServiceFile.load(").append(model.className());
    out.append(".class, \"").append(model.name()).append(".shapes\");\n  }\n}\n");
    return out.toString();
  }

  private static String type(JsonNode reference) {
    String shape = reference.path("shape").asString("");
    return shape.isEmpty() ? "Empty" : Names.type(shape);
  }
}
