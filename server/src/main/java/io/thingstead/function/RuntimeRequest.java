package io.thingstead.function;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP/1.1 request of a function's process (RFC 9112): small, from one machine, and bounded.
 *
 * @param headers by lower-case name
 * @param body null when it was larger than allowed; it was read to its end
 */
record RuntimeRequest(
    String method, String path, Map<String, String> headers, byte @Nullable [] body) {
  private static final int LINE_BYTES_MAX = 16 * 1024;
  private static final int HEADERS_MAX = 100;

  /**
   * Reads the next one.
   *
   * @param bodyBytesMax what is longer is read, but not kept
   * @return null at the end of the stream
   */
  static @Nullable RuntimeRequest read(InputStream in, int bodyBytesMax) throws IOException {
    String first = line(in);
    if (first == null) {
      return null;
    }
    String[] words = first.split(" ", -1);
    if (words.length != 3) {
      throw new IOException("not an HTTP request");
    }
    Map<String, String> headers = new HashMap<>();
    for (String each = line(in); each != null && !each.isEmpty(); each = line(in)) {
      int colon = each.indexOf(':');
      if (colon < 1 || headers.size() == HEADERS_MAX) {
        throw new IOException("not a header of HTTP");
      }
      headers.put(
          each.substring(0, colon).toLowerCase(Locale.ROOT), each.substring(colon + 1).strip());
    }
    Body body = new Body(bodyBytesMax);
    if (headers.getOrDefault("transfer-encoding", "").equalsIgnoreCase("chunked")) {
      for (long size = chunk(in); size > 0; size = chunk(in)) {
        body.take(in, size);
        if (line(in) == null) {
          throw new IOException("a chunk without an end");
        }
      }
      String trailer = line(in);
      while (trailer != null && !trailer.isEmpty()) {
        trailer = line(in);
      }
    } else {
      body.take(in, number(headers.getOrDefault("content-length", "0"), 10));
    }
    return new RuntimeRequest(words[0], words[1], headers, body.bytes());
  }

  private static final class Body {
    private final int most;
    private final ByteArrayOutputStream kept = new ByteArrayOutputStream(0);
    private boolean tooLong;

    Body(int most) {
      this.most = most;
    }

    void take(InputStream in, long bytes) throws IOException {
      if (tooLong || kept.size() + bytes > most) {
        tooLong = true;
        in.skipNBytes(bytes);
        return;
      }
      byte[] some = in.readNBytes((int) bytes);
      if (some.length < bytes) {
        throw new IOException("the body is shorter than announced");
      }
      kept.writeBytes(some);
    }

    byte @Nullable [] bytes() {
      return tooLong ? null : kept.toByteArray();
    }
  }

  private static long chunk(InputStream in) throws IOException {
    String size = line(in);
    return size == null ? 0 : number(size.split(";", 2)[0].strip(), 16);
  }

  private static long number(String text, int radix) throws IOException {
    try {
      long number = Long.parseLong(text, radix);
      if (number >= 0) {
        return number;
      }
    } catch (NumberFormatException e) {
      throw new IOException("no number: " + text, e);
    }
    throw new IOException("no number: " + text);
  }

  private static @Nullable String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0) {
        if (line.isEmpty()) {
          return null;
        }
        throw new IOException("the request ends in its middle");
      }
      if (line.length() == LINE_BYTES_MAX) {
        throw new IOException("a line is too long");
      }
      line.append((char) next);
    }
    if (!line.isEmpty() && line.charAt(line.length() - 1) == '\r') {
      line.setLength(line.length() - 1);
    }
    return line.toString();
  }

  /** The bytes of an answer. */
  static byte[] answer(int status, Map<String, String> headers, byte[] body) {
    StringBuilder head = new StringBuilder("HTTP/1.1 " + status + " \r\n");
    headers.forEach((name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
    head.append("Content-Length: ").append(body.length).append("\r\n\r\n");
    ByteArrayOutputStream whole = new ByteArrayOutputStream(head.length() + body.length);
    whole.writeBytes(head.toString().getBytes(StandardCharsets.ISO_8859_1));
    whole.writeBytes(body);
    return whole.toByteArray();
  }
}
