package io.thingstead.function;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests of a function's process, as they come over the wire. */
class RuntimeRequestTest {
  private static @Nullable RuntimeRequest read(String text) throws IOException {
    return RuntimeRequest.read(in(text), 10);
  }

  private static InputStream in(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  @Test
  void oneAfterTheOtherIsRead() throws IOException {
    InputStream in =
        in(
            "POST /a HTTP/1.1\r\nContent-Length: 3\r\n\r\nxyz"
                + "POST /b HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "2\r\nab\r\n1;x=y\r\nc\r\n0\r\nTrailer: t\r\n\r\n"
                + "GET /c HTTP/1.1\n\n");
    RuntimeRequest first = Objects.requireNonNull(RuntimeRequest.read(in, 10));
    assertThat(first.method() + first.path()).isEqualTo("POST/a");
    assertThat(first.body()).asString().isEqualTo("xyz");
    RuntimeRequest second = Objects.requireNonNull(RuntimeRequest.read(in, 10));
    assertThat(second.body()).asString().isEqualTo("abc");
    assertThat(Objects.requireNonNull(RuntimeRequest.read(in, 10)).path()).isEqualTo("/c");
    assertThat(RuntimeRequest.read(in, 10)).isNull();
  }

  @Test
  void aBodyThatIsTooLongIsReadAndNotKept() throws IOException {
    InputStream in =
        in("POST /a HTTP/1.1\r\nContent-Length: 11\r\n\r\n01234567890GET /b HTTP/1.1\r\n\r\n");
    assertThat(Objects.requireNonNull(RuntimeRequest.read(in, 10)).body()).isNull();
    assertThat(Objects.requireNonNull(RuntimeRequest.read(in, 10)).path()).isEqualTo("/b");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "nonsense\r\n\r\n",
        "GET /a HTTP/1.1\r\nno header\r\n\r\n",
        "GET /a HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        "GET /a HTTP/1.1\r\nContent-Length: x\r\n\r\n",
        "POST /a HTTP/1.1\r\nContent-Length: 5\r\n\r\nxy",
        "GET /a HT"
      })
  void whatIsNoRequestIsRefused(String text) {
    assertThatThrownBy(() -> read(text)).isInstanceOf(IOException.class);
  }

  @Test
  void aLineHasItsBounds() {
    assertThatThrownBy(() -> read("GET /" + "a".repeat(20_000) + " HTTP/1.1\r\n\r\n"))
        .hasMessageContaining("too long");
  }
}
