package io.thingstead.rules.action;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Reads the head of an HTTP/1.1 answer, and of its body only how long it is (RFC 9112). */
final class HttpReplyReader {
  private static final int HEAD_BYTES_MAX = 16_384;
  private static final int REASON_CHARS_MAX = 200;

  /** Called before each read: sets the time that is left, or throws. */
  @FunctionalInterface
  interface BeforeRead {
    void run() throws IOException;
  }

  private final InputStream in;
  private final BeforeRead beforeRead;

  HttpReplyReader(InputStream in, BeforeRead beforeRead) {
    this.in = in;
    this.beforeRead = beforeRead;
  }

  HttpReply read() throws IOException {
    while (true) {
      String[] lines = head().split("\r\n", -1);
      String[] first = lines[0].split(" ", 3);
      int status = status(first);
      if (status >= 200) {
        String reason = first.length < 3 ? "" : first[2];
        return new HttpReply.Answer(
            status,
            reason.substring(0, Math.min(reason.length(), REASON_CHARS_MAX)),
            status >= 300 && isOversized(lines));
      }
    }
  }

  private static int status(String[] first) throws IOException {
    if (first.length < 2 || !first[0].startsWith("HTTP/1.") || !first[1].matches("[1-5]\\d\\d")) {
      throw new IOException("the answer is not HTTP/1.1");
    }
    return Integer.parseInt(first[1]);
  }

  /** The lines up to the empty one. */
  private String head() throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    int ends = 0;
    while (ends < 4) {
      int c = next();
      if (c < 0) {
        throw new EOFException("the server closed the connection");
      }
      head.write(c);
      if (head.size() > HEAD_BYTES_MAX) {
        throw new IOException("the head of the answer has more than " + HEAD_BYTES_MAX + " bytes");
      }
      ends = c == (ends % 2 == 0 ? '\r' : '\n') ? ends + 1 : c == '\r' ? 1 : 0;
    }
    return head.toString(StandardCharsets.ISO_8859_1);
  }

  /** Reads the body only until its length is known to be within the limit or not. */
  private boolean isOversized(String[] lines) throws IOException {
    long length = -1;
    for (String line : lines) {
      String lower = line.toLowerCase(Locale.ROOT);
      if (lower.startsWith("content-length:")) {
        String value = lower.substring("content-length:".length()).strip();
        if (!value.matches("\\d{1,18}")) {
          throw new IOException("the answer's Content-Length is not a number");
        }
        length = Long.parseLong(value);
      }
    }
    if (length >= 0) {
      return length > HttpCalls.REPLY_BYTES_MAX;
    }
    int read = 0;
    StringBuilder tail = new StringBuilder();
    for (int c = next(); c >= 0; c = next()) {
      if (++read > HttpCalls.REPLY_BYTES_MAX) {
        return true;
      }
      tail.append((char) c);
      if (tail.toString().endsWith("\r\n0\r\n\r\n")) {
        return false; // the last chunk
      }
      if (tail.length() > 7) {
        tail.deleteCharAt(0);
      }
    }
    return false;
  }

  private int next() throws IOException {
    beforeRead.run();
    return in.read();
  }
}
