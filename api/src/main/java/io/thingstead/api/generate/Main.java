package io.thingstead.api.generate;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Generates one package for each overlay file. Arguments: directory of the models, of the overlays,
 * of the Java sources to write, of the resources to write. Does nothing when none of its input
 * changed since it last ran, and never touches a file that would stay the same, so that incremental
 * builds compile nothing again.
 */
public final class Main {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private Main() {}

  public static void main(String[] args) throws IOException {
    Path models = Path.of(args[0]);
    Path overlays = Path.of(args[1]);
    Path sources = Path.of(args[2]);
    Path resources = Path.of(args[3]);
    Path stamp = resources.resolveSibling("shapes.stamp");
    String fingerprint = fingerprint(models, overlays);
    if (Files.exists(stamp) && Files.readString(stamp).equals(fingerprint)) {
      return;
    }
    for (Path overlay : files(overlays, ".json")) {
      ObjectNode facts = (ObjectNode) JSON.readTree(Files.readAllBytes(overlay));
      Path model = models.resolve(facts.path("model").asString());
      MergedModel merged = MergedModel.of(facts, JSON.readTree(Files.readAllBytes(model)));
      Files.createDirectories(resources);
      new ServicePackage(merged).write(sources, resources);
    }
    Files.writeString(stamp, fingerprint);
  }

  private static List<Path> files(Path directory, String ending) throws IOException {
    try (Stream<Path> found = Files.walk(directory)) {
      return found.filter(file -> file.toString().endsWith(ending)).sorted().toList();
    }
  }

  private static String fingerprint(Path models, Path overlays) throws IOException {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (Class<?> own :
          List.of(Main.class, MergedModel.class, ServicePackage.class, RecordSource.class)) {
        try (InputStream in = own.getResourceAsStream(own.getSimpleName() + ".class")) {
          digest.update(in == null ? new byte[0] : in.readAllBytes());
        }
      }
      for (Path directory : List.of(models, overlays)) {
        for (Path file : files(directory, ".json")) {
          digest.update(file.toString().getBytes(StandardCharsets.UTF_8));
          digest.update(Files.readAllBytes(file));
        }
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
