package io.thingstead.cli;

import io.thingstead.config.DataDirectory;
import io.thingstead.engine.rocks.StoreDirectory;
import io.thingstead.identity.MasterKeyFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * A backup: a directory of mode 0700 that holds copies of a data directory's files and, written
 * last, {@code manifest.json} with the length and SHA-256 of each. Without a manifest it is none.
 *
 * @param directory where it is
 */
record Backup(Path directory) {
  /** The version of the manifest and of the names of the files beside it. */
  static final int FORMAT = 1;

  static final String MASTER_KEY = "master.key";

  private static final String MANIFEST = "manifest.json";
  private static final String TABLES = "store/tables/";
  private static final String STORE_FORMAT = "store/format";
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9_.-]*");

  /** The database's lock and its own log, which are no data. */
  private static final Pattern NO_DATA = Pattern.compile("LOCK|LOG(\\.old.*)?");

  private static final FileAttribute<?> DIRECTORY_MODE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
  private static final FileAttribute<?> FILE_MODE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
  private static final int CHUNK = 1 << 20;
  private static final JsonMapper JSON = JsonMapper.builder().build();

  /** A copied file; {@code path} is relative to the backup, with slashes. */
  record Copied(String path, long bytes, String sha256) {}

  /**
   * What a backup has.
   *
   * @param backupFormat {@link #FORMAT}
   * @param dataFormat of the store in it
   * @param program the version that wrote it
   * @param masterKeySha256 says which key opens the secrets, without giving it away; that of the
   *     key itself, however it is kept
   */
  record Manifest(
      int backupFormat,
      int dataFormat,
      String program,
      String createdAt,
      String masterKeySha256,
      List<Copied> files) {
    Manifest {
      files = List.copyOf(files);
    }

    long bytes() {
      return files.stream().mapToLong(Copied::bytes).sum();
    }

    boolean hasMasterKey() {
      return files.stream().anyMatch(file -> file.path().equals(MASTER_KEY));
    }
  }

  /**
   * Copies a data directory whose tables do not change meanwhile, and reads the copy again.
   *
   * @param tables those of a stopped server, or a snapshot of a running one's
   * @throws CommandFailedException when there is something in the directory already, or the copy
   *     differs
   */
  Manifest write(DataDirectory data, Path tables, boolean withMasterKey, Instant now) {
    requireEmpty(directory, "a backup goes to a directory of its own; choose another");
    try {
      Files.createDirectories(directory, DIRECTORY_MODE);
      List<Copied> files = new ArrayList<>();
      for (Path table : tables(tables)) {
        files.add(take(table, TABLES + table.getFileName()));
      }
      files.add(take(data.store().resolve("format"), STORE_FORMAT));
      if (withMasterKey) {
        files.add(take(data.masterKey(), MASTER_KEY));
      }
      if (Files.exists(data.configuration())) {
        files.add(take(data.configuration(), data.configuration().getFileName().toString()));
      }
      Manifest manifest =
          new Manifest(
              FORMAT,
              StoreDirectory.FORMAT,
              VersionCommand.version(),
              now.toString(),
              new MasterKeyFile(data.masterKey()).keySha256(),
              files);
      verify(manifest);
      try (FileChannel out = create(directory.resolve(MANIFEST))) {
        out.write(
            ByteBuffer.wrap(JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(manifest)));
        out.force(true);
      }
      sync(directory);
      return manifest;
    } catch (IOException e) {
      throw new UncheckedIOException("the backup in " + directory + " is not complete", e);
    }
  }

  private static List<Path> tables(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .filter(file -> !NO_DATA.matcher(file.getFileName().toString()).matches())
          .sorted()
          .toList();
    }
  }

  private Copied take(Path from, String name) throws IOException {
    return copy(from, directory, name);
  }

  /**
   * Reads the manifest.
   *
   * @throws CommandFailedException when there is none, or a newer program wrote it
   */
  Manifest manifest() {
    Path file = directory.resolve(MANIFEST);
    if (!Files.exists(file)) {
      throw new CommandFailedException(
          directory
              + " is no backup: it has no "
              + MANIFEST
              + " (a backup that was interrupted has none either)");
    }
    Manifest manifest;
    try {
      manifest = JSON.readValue(Files.readAllBytes(file), Manifest.class);
    } catch (IOException | JacksonException e) {
      throw new CommandFailedException(file + " cannot be read: " + e.getMessage());
    }
    requireFormat("backup", manifest.backupFormat(), FORMAT);
    requireFormat("data", manifest.dataFormat(), StoreDirectory.FORMAT);
    for (Copied each : manifest.files()) {
      for (String part : each.path().split("/", -1)) {
        if (!NAME.matcher(part).matches()) {
          throw new CommandFailedException(file + " names a file that no backup has: " + part);
        }
      }
    }
    return manifest;
  }

  private void requireFormat(String what, int found, int known) {
    if (found != known) {
      throw new CommandFailedException(
          directory
              + " has "
              + what
              + " format "
              + found
              + "; this program reads format "
              + known
              + (found > known ? ": use the newer program that wrote it" : ""));
    }
  }

  /**
   * Compares every file with the manifest.
   *
   * @throws CommandFailedException naming the first one that is missing or differs
   */
  void verify(Manifest manifest) {
    for (Copied each : manifest.files()) {
      Path file = directory.resolve(each.path());
      try {
        if (!Files.exists(file)) {
          throw damaged(each, "is missing");
        }
        if (Files.size(file) != each.bytes()) {
          throw damaged(each, "has " + Files.size(file) + " bytes, not " + each.bytes());
        }
        if (!sha256(file).equals(each.sha256())) {
          throw damaged(each, "has other contents than were written");
        }
      } catch (IOException e) {
        throw new UncheckedIOException("cannot read " + file, e);
      }
    }
  }

  private CommandFailedException damaged(Copied file, String how) {
    return new CommandFailedException(
        "the backup in " + directory + " is damaged: " + file.path() + " " + how);
  }

  /**
   * Makes a data directory of a verified backup. The store's format file comes last, so that no
   * server starts on half of one.
   *
   * @param masterKey instead of the one inside; null if there is one
   * @throws CommandFailedException when the directory is not empty, or the key is another
   */
  void restore(Manifest manifest, DataDirectory data, @Nullable Path masterKey) {
    requireEmpty(
        data.path(), "a backup is only restored to a new data directory; name one with --data");
    Path key = masterKey;
    if (key == null) {
      if (!manifest.hasMasterKey()) {
        throw new CommandFailedException(
            "this backup was made without the master key; give it with --master-key FILE");
      }
      key = directory.resolve(MASTER_KEY);
    }
    try {
      if (!new MasterKeyFile(key).keySha256().equals(manifest.masterKeySha256())) {
        throw new CommandFailedException(
            key + " is not the master key under which this backup's secrets are sealed");
      }
      try (DataDirectory.Lock _ = data.lock()) {
        for (Copied each : manifest.files()) {
          if (!Set.of(MASTER_KEY, STORE_FORMAT).contains(each.path())) {
            copy(directory.resolve(each.path()), data.path(), each.path());
          }
        }
        copy(key, data.path(), MASTER_KEY);
        copy(directory.resolve(STORE_FORMAT), data.path(), STORE_FORMAT);
        sync(data.path());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(
          "not restored; empty " + data.path() + " before you try again", e);
    }
  }

  private static void requireEmpty(Path directory, String advice) {
    if (!Files.exists(directory)) {
      return;
    }
    try (Stream<Path> files = Files.list(directory)) {
      if (files.findAny().isPresent()) {
        throw new CommandFailedException(directory + " is not empty; " + advice);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot look into " + directory, e);
    }
  }

  /** Copies a file to below {@code root}, mode 0600, synced. */
  private static Copied copy(Path from, Path root, String name) throws IOException {
    Path to = root.resolve(name);
    Path parent = Objects.requireNonNull(to.getParent());
    Files.createDirectories(parent, DIRECTORY_MODE);
    MessageDigest digest = digest();
    long bytes = 0;
    try (FileChannel in = FileChannel.open(from);
        FileChannel out = create(to)) {
      ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
      while (in.read(chunk) >= 0) {
        digest.update(chunk.flip().duplicate());
        bytes += chunk.remaining();
        while (chunk.hasRemaining()) {
          out.write(chunk);
        }
        chunk.clear();
      }
      out.force(true);
    }
    sync(parent);
    return new Copied(name, bytes, HexFormat.of().formatHex(digest.digest()));
  }

  private static FileChannel create(Path file) throws IOException {
    return FileChannel.open(
        file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), FILE_MODE);
  }

  private static void sync(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory)) {
      channel.force(true);
    }
  }

  private static String sha256(Path file) throws IOException {
    MessageDigest digest = digest();
    try (InputStream in = Files.newInputStream(file);
        var out = new DigestOutputStream(OutputStream.nullOutputStream(), digest)) {
      in.transferTo(out);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static MessageDigest digest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this JDK has no SHA-256", e);
    }
  }
}
