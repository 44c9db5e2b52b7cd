package io.thingstead.config;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * What commands have done to a data directory without its server, one line of JSON each, until the
 * server writes it into its audit log at its next start.
 *
 * @param file where
 */
public record Notes(Path file) {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final int LINES_MAX = 1000;

  /**
   * One deed.
   *
   * @param operation such as {@code thingstead:restore}
   * @param about names, never secrets
   * @param user the operating system's name of who did it
   */
  public record Note(String at, String operation, Map<String, String> about, String user) {
    public Note {
      about = Map.copyOf(about);
    }
  }

  /** Adds a deed of this process's user; it is on disk when this returns. */
  public void add(Instant at, String operation, Map<String, String> about) {
    Note note =
        new Note(at.toString(), operation, about, System.getProperty("user.name", "unknown"));
    try (FileChannel out =
        FileChannel.open(
            file,
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.APPEND, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
      byte[] line = JSON.writeValueAsBytes(note);
      out.write(ByteBuffer.allocate(line.length + 1).put(line).put((byte) '\n').flip());
      out.force(true);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot note in " + file + " what was done", e);
    }
  }

  /** The deeds so far, without lines that are none. */
  public List<Note> read() {
    if (!Files.exists(file)) {
      return List.of();
    }
    List<Note> notes = new ArrayList<>();
    try {
      for (String line : Files.readAllLines(file)) {
        try {
          notes.add(JSON.readValue(line, Note.class));
        } catch (JacksonException e) {
          System.getLogger(Notes.class.getName())
              .log(System.Logger.Level.WARNING, "{0} has a line that is no note", file);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file, e);
    }
    return notes.subList(Math.max(0, notes.size() - LINES_MAX), notes.size());
  }

  /** They are written down elsewhere. */
  public void clear() {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete " + file, e);
    }
  }
}
