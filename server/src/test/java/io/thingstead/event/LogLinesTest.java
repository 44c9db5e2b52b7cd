package io.thingstead.event;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;

class LogLinesTest {
  private static String line(boolean json) {
    return new LogLines(json).format(new LogRecord(Level.INFO, "a thing was made"));
  }

  @Test
  void linesOfARequestNameItInTextAndJson() {
    assertThat(CurrentRequest.call("r-1", () -> line(false)))
        .endsWith(" info a thing was made request=r-1\n");
    assertThat(CurrentRequest.call("r-1", () -> line(true))).contains("\"request\":\"r-1\"");
  }

  @Test
  void otherLinesNameNone() {
    assertThat(line(false)).endsWith(" info a thing was made\n");
    assertThat(line(true)).doesNotContain("\"request\"");
  }
}
