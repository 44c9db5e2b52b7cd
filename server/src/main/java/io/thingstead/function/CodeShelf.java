package io.thingstead.function;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Unpacked code, for as long as a process uses it. Any thread may use it; unpacking takes turns.
 */
final class CodeShelf {
  private static final System.Logger LOG = System.getLogger(CodeShelf.class.getName());

  private final Path directory;
  private final Map<Path, Integer> users = new HashMap<>();

  CodeShelf(Path directory) {
    this.directory = directory;
    delete(directory);
    try {
      Files.createDirectories(
          directory,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make " + directory, e);
    }
  }

  /** Where an archive is unpacked; the same place for all who ask with the same name. */
  synchronized Path take(String name, java.util.function.Supplier<CodeArchive> archive) {
    Path place = directory.resolve(name);
    if (!users.containsKey(place)) {
      delete(place);
      archive.get().unpack(place);
    }
    users.merge(place, 1, Integer::sum);
    return place;
  }

  synchronized void giveBack(Path place) {
    if (users.merge(place, -1, Integer::sum) == 0) {
      users.remove(place);
      delete(place);
    }
  }

  /** Deletes it and all below it; others may do so at the same time. */
  static void delete(Path place) {
    try (Stream<Path> files = Files.exists(place) ? Files.walk(place) : Stream.empty()) {
      List<Path> all = files.sorted(Comparator.reverseOrder()).toList();
      for (Path each : all) {
        Files.deleteIfExists(each);
      }
    } catch (IOException | UncheckedIOException e) {
      if (Files.exists(place)) {
        LOG.log(System.Logger.Level.WARNING, "cannot delete " + place, e);
      }
    }
  }
}
