package io.thingstead.api;

import io.thingstead.api.Shape.TimestampFormat;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoField;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads and writes instants in the three formats of the protocols. */
final class Timestamps {
  private static final Pattern DATE_TIME =
      Pattern.compile("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d{1,9})?Z");
  private static final Pattern EPOCH = Pattern.compile("-?\\d{1,18}(\\.\\d{1,9})?");
  private static final DateTimeFormatter HTTP_READ =
      DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss[.SSS][.SS][.S] 'GMT'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);
  private static final DateTimeFormatter HTTP_WRITE =
      DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private Timestamps() {}

  /** Reads the text of a timestamp, or null when it is not in this format. */
  static @Nullable Instant read(TimestampFormat format, String text) {
    try {
      return switch (format) {
        case EPOCH_SECONDS ->
            EPOCH.matcher(text).matches() ? ofSeconds(new BigDecimal(text)) : null;
        case DATE_TIME -> DATE_TIME.matcher(text).matches() ? Instant.parse(text) : null;
        case HTTP_DATE -> Instant.from(HTTP_READ.parse(text));
      };
    } catch (DateTimeException | ArithmeticException _) {
      return null;
    }
  }

  /** The instant so many seconds after 1970. */
  static Instant ofSeconds(BigDecimal seconds) {
    BigDecimal whole = seconds.setScale(0, RoundingMode.FLOOR);
    int nanos = seconds.subtract(whole).movePointRight(9).intValue();
    return Instant.ofEpochSecond(whole.longValueExact(), nanos);
  }

  /** Seconds after 1970, to the millisecond. */
  static BigDecimal toSeconds(Instant instant) {
    BigDecimal millis = BigDecimal.valueOf(instant.get(ChronoField.MILLI_OF_SECOND), 3);
    BigDecimal exact = BigDecimal.valueOf(instant.getEpochSecond()).add(millis);
    return exact.signum() == 0
        ? BigDecimal.ZERO
        : new BigDecimal(exact.stripTrailingZeros().toPlainString());
  }

  static String write(TimestampFormat format, Instant instant) {
    return switch (format) {
      case EPOCH_SECONDS -> toSeconds(instant).toPlainString();
      case DATE_TIME -> instant.toString();
      case HTTP_DATE -> HTTP_WRITE.format(instant) + fraction(instant) + " GMT";
    };
  }

  private static String fraction(Instant instant) {
    int millis = instant.get(ChronoField.MILLI_OF_SECOND);
    return millis == 0 ? "" : String.format(Locale.ROOT, ".%03d", millis);
  }
}
