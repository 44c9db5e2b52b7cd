package io.thingstead.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Where a passphrase or PIN comes from. Never a command line: every user of the machine can read
 * that of every process.
 */
public sealed interface SecretSource {
  /** Longer ones are refused. */
  int BYTES_MAX = 4096;

  /** Asked for at the terminal. */
  record Prompt() implements SecretSource {}

  /** The first line of a file that no other user can read. */
  record FromFile(Path path) implements SecretSource {}

  /** The first line of what can be read from an open file descriptor. */
  record Descriptor(int number) implements SecretSource {}

  /** An environment variable. */
  record Variable(String name) implements SecretSource {}

  /**
   * Parses {@code prompt}, {@code file:PATH}, {@code fd:NUMBER} or {@code env:NAME}.
   *
   * @throws IllegalArgumentException with a clause for people; does not repeat the text, which may
   *     be a secret that was given by mistake
   */
  static SecretSource parse(String text) {
    if (text.equals("prompt")) {
      return new Prompt();
    }
    if (text.startsWith("file:") && text.length() > 5) {
      return new FromFile(Path.of(text.substring(5)).toAbsolutePath().normalize());
    }
    if (text.matches("fd:\\d{1,4}")) {
      return new Descriptor(Integer.parseInt(text.substring(3)));
    }
    if (text.matches("env:[A-Za-z_][A-Za-z0-9_]*")) {
      return new Variable(text.substring(4));
    }
    throw new IllegalArgumentException(
        "a secret comes from 'prompt', 'file:PATH', 'fd:NUMBER' or 'env:NAME', and is never given"
            + " itself");
  }

  /**
   * The secret, for its reader to overwrite.
   *
   * @param terminal asks a person, without showing what is typed; null when there is nobody
   * @param what is asked for, such as {@code passphrase of the master key}
   * @throws InvalidSettingException saying why there is none
   */
  default char[] read(
      Map<String, String> environment, Function<String, char @Nullable []> terminal, String what) {
    char[] secret =
        switch (this) {
          case Prompt _ -> prompted(terminal, what);
          case FromFile(Path path) -> fromFile(path, what);
          case Descriptor(int number) -> firstLine(Path.of("/dev/fd/" + number), what);
          case Variable(String name) -> {
            String value = environment.get(name);
            if (value == null) {
              throw new InvalidSettingException(
                  "the environment variable " + name + ", for the " + what + ", is not set");
            }
            yield value.toCharArray();
          }
        };
    if (secret.length == 0) {
      throw new InvalidSettingException("the " + what + " is empty");
    }
    return secret;
  }

  private static char[] prompted(Function<String, char @Nullable []> terminal, String what) {
    char[] typed = terminal.apply(what);
    if (typed == null) {
      throw new InvalidSettingException(
          "the "
              + what
              + " is needed, and there is no terminal to ask at: say where it is, with the setting"
              + " master-key-secret (file:PATH, fd:NUMBER or env:NAME)");
    }
    return typed;
  }

  private static char[] fromFile(Path path, String what) {
    try {
      Set<PosixFilePermission> mode = Files.getPosixFilePermissions(path);
      if (mode.contains(PosixFilePermission.OTHERS_READ)
          || mode.contains(PosixFilePermission.OTHERS_WRITE)) {
        throw new InvalidSettingException(
            path + ", with the " + what + ", is open to every user; chmod 600 " + path);
      }
    } catch (IOException e) {
      throw unreadable(path, what);
    }
    return firstLine(path, what);
  }

  private static char[] firstLine(Path path, String what) {
    byte[] bytes;
    try (InputStream in = Files.newInputStream(path)) {
      bytes = in.readNBytes(BYTES_MAX + 1);
    } catch (IOException e) {
      throw unreadable(path, what);
    }
    int end = 0;
    while (end < bytes.length && bytes[end] != '\n') {
      end++;
    }
    if (end > BYTES_MAX) {
      throw new InvalidSettingException(
          "the " + what + " in " + path + " is longer than " + BYTES_MAX + " bytes");
    }
    if (end > 0 && bytes[end - 1] == '\r') {
      end--;
    }
    CharBuffer text = StandardCharsets.UTF_8.decode(ByteBuffer.wrap(bytes, 0, end));
    char[] secret = new char[text.remaining()];
    text.get(secret);
    Arrays.fill(bytes, (byte) 0);
    Arrays.fill(text.array(), '\0');
    return secret;
  }

  private static InvalidSettingException unreadable(Path path, String what) {
    return new InvalidSettingException("cannot read the " + what + " from " + path);
  }
}
