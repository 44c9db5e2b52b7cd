package io.thingstead.config;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Where a server is to be found, which it leaves in its data directory for the other commands.
 *
 * @param endpoint the HTTPS URL of the control plane, such as {@code https://localhost:8443}
 * @param account the first account
 * @param listeners each as {@code ADDRESS:PORT=ROLE}, with the ports really taken
 */
public record ServerAddresses(
    String endpoint, String account, String region, long pid, List<String> listeners) {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  public ServerAddresses {
    listeners = List.copyOf(listeners);
  }

  /** Writes the file whole or not at all. */
  public void write(Path file) {
    Path temporary = file.resolveSibling(file.getFileName() + ".new");
    try {
      Files.write(temporary, JSON.writeValueAsBytes(this));
      Files.move(
          temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file, e);
    }
  }

  /** Reads the file; null when there is none that can be read. */
  public static @Nullable ServerAddresses read(Path file) {
    try {
      return Files.exists(file)
          ? JSON.readValue(Files.readAllBytes(file), ServerAddresses.class)
          : null;
    } catch (IOException | JacksonException e) {
      return null;
    }
  }
}
