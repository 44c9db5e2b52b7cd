package io.thingstead.function;

import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import io.thingstead.model.Limits;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.jspecify.annotations.Nullable;

/**
 * A function's code as it was sent: a ZIP archive that nobody has reason to trust. Names that lead
 * out of it, names twice, too many files and too many bytes are refused while it is read, so that
 * an archive costs no more than the limits say. Links become plain files.
 */
final class CodeArchive {
  private static final int CHUNK = 64 * 1024;
  private static final int NAME_BYTES_MAX = 1024;

  private final byte[] zip;
  private final Limits.Functions limits;

  CodeArchive(byte[] zip, Limits.Functions limits) {
    this.zip = zip;
    this.limits = limits;
  }

  /**
   * Reads all of it, and keeps nothing.
   *
   * @throws ApiException INVALID_PARAMETER_VALUE or REQUEST_TOO_LARGE
   */
  void check() {
    if (zip.length > limits.codeBytes()) {
      throw new ApiException(
          AwsError.REQUEST_TOO_LARGE,
          "the archive has " + zip.length + " bytes, more than " + limits.codeBytes());
    }
    try {
      read(null);
    } catch (IOException e) {
      throw invalid(
          "Could not unzip uploaded file. Please check your file, then try to upload again.");
    }
  }

  /** Writes its files below a new directory, all of them for reading and executing alone. */
  void unpack(Path directory) {
    try {
      Files.createDirectories(directory);
      read(directory);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot unpack the code into " + directory, e);
    }
  }

  private void read(@Nullable Path directory) throws IOException {
    Set<Path> seen = new HashSet<>();
    Set<Path> directories = new HashSet<>();
    long left = limits.unpackedBytes();
    try (ZipInputStream in =
        new ZipInputStream(new ByteArrayInputStream(zip), StandardCharsets.UTF_8)) {
      for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        Path name = name(entry.getName());
        if (entry.isDirectory()) {
          continue; // made with the files below it
        }
        for (Path above = name.getParent(); above != null; above = above.getParent()) {
          directories.add(above);
        }
        if (!seen.add(name) || directories.contains(name) || isBelowFile(name, seen)) {
          throw invalid("the archive has the file " + name + " twice");
        }
        if (seen.size() > limits.codeFiles()) {
          throw invalid("the archive has more than " + limits.codeFiles() + " files");
        }
        left = copy(in, directory == null ? null : directory.resolve(name), left);
      }
    } catch (IllegalArgumentException e) {
      throw new IOException(e); // a name that is not UTF-8
    }
    if (seen.isEmpty()) {
      throw new IOException("no files");
    }
  }

  private static boolean isBelowFile(Path name, Set<Path> files) {
    for (Path above = name.getParent(); above != null; above = above.getParent()) {
      if (files.contains(above)) {
        return true;
      }
    }
    return false;
  }

  /** The bytes that are left after this file. */
  private long copy(ZipInputStream in, @Nullable Path file, long left) throws IOException {
    byte[] chunk = new byte[CHUNK];
    long room = left;
    try (OutputStream out = file == null ? OutputStream.nullOutputStream() : create(file)) {
      for (int count = in.read(chunk); count >= 0; count = in.read(chunk)) {
        room -= count;
        if (room < 0) {
          throw invalid("Unzipped size must be smaller than " + limits.unpackedBytes() + " bytes");
        }
        out.write(chunk, 0, count);
      }
    }
    if (file != null) {
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r-xr-xr-x"));
    }
    return room;
  }

  private static OutputStream create(Path file) throws IOException {
    Path parent = file.getParent();
    if (parent != null) {
      Files.createDirectories(parent);
    }
    return Files.newOutputStream(file, java.nio.file.StandardOpenOption.CREATE_NEW);
  }

  private static Path name(String text) {
    boolean plain =
        !text.isEmpty()
            && !text.startsWith("/")
            && text.indexOf('\\') < 0
            && text.indexOf('\0') < 0
            && text.getBytes(StandardCharsets.UTF_8).length <= NAME_BYTES_MAX;
    Path name = plain ? Path.of(text) : null;
    if (name == null || List.of(text.split("/", -1)).contains("..")) {
      throw invalid("the archive has a file name that leads out of it: '" + text + "'");
    }
    return name.normalize();
  }

  private static ApiException invalid(String why) {
    return new ApiException(AwsError.INVALID_PARAMETER_VALUE, why);
  }
}
