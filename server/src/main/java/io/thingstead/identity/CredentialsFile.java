package io.thingstead.identity;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Access keys in the shared-credentials format of the AWS CLI and SDKs (AWS SDKs and Tools
 * reference guide, "Shared config and credentials files").
 */
public final class CredentialsFile {
  private CredentialsFile() {}

  /**
   * Writes a file of mode 0600: the first key as {@code [default]}, each also under its account id.
   */
  public static void write(Path file, List<Credential> credentials) {
    StringBuilder text =
        new StringBuilder(
            "# Keys of the administrators of this Thingstead server; whoever has them has it"
                + " all.\n");
    for (int i = 0; i < credentials.size(); i++) {
      if (i == 0) {
        section(text, "default", credentials.get(i));
      }
      section(text, credentials.get(i).account().digits(), credentials.get(i));
    }
    PrivateFile.write(file, text.toString().getBytes(StandardCharsets.US_ASCII));
  }

  private static void section(StringBuilder text, String name, Credential credential) {
    text.append("\n[")
        .append(name)
        .append("]\naws_access_key_id = ")
        .append(credential.accessKeyId())
        .append("\naws_secret_access_key = ")
        .append(credential.secretAccessKey())
        .append('\n');
  }

  /**
   * Reads one section.
   *
   * @return null when the file has no such section, or the section no key
   * @throws UncheckedIOException when the file cannot be read
   */
  public static @Nullable Entry read(Path file, String profile) {
    Map<String, String> values = new HashMap<>();
    String section = "";
    try {
      for (String line : Files.readAllLines(file)) {
        String text = line.strip();
        int equals = text.indexOf('=');
        if (text.startsWith("[") && text.endsWith("]")) {
          section = text.substring(1, text.length() - 1).strip();
        } else if (equals > 0 && !text.startsWith("#") && section.equals(profile)) {
          values.put(
              text.substring(0, equals).strip().toLowerCase(Locale.ROOT),
              text.substring(equals + 1).strip());
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the credentials file " + file, e);
    }
    String id = values.get("aws_access_key_id");
    String secret = values.get("aws_secret_access_key");
    return id == null || secret == null
        ? null
        : new Entry(id, secret, values.get("aws_session_token"));
  }

  /** One section of a file. */
  public record Entry(String accessKeyId, String secretAccessKey, @Nullable String sessionToken) {
    @Override
    public String toString() {
      return "Entry[" + accessKeyId + "]";
    }
  }
}
