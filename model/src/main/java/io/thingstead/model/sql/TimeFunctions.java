package io.thingstead.model.sql;

import io.thingstead.model.sql.Value.Absent;
import io.thingstead.model.sql.Value.Int;
import io.thingstead.model.sql.Value.Text;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.TemporalAccessor;
import java.time.temporal.TemporalQueries;
import java.util.List;
import java.util.Locale;

/** Functions of times; the current time is {@link MessageFunctions}'. */
final class TimeFunctions {
  static final List<Function> ALL =
      List.of(
          Function.of("parse_time", 2, 3, TimeFunctions::parseTime).since2016(),
          Function.of("time_to_epoch", 2, 2, TimeFunctions::timeToEpoch).since2016());

  private TimeFunctions() {}

  /** Despite its name it formats a time. */
  private static Value parseTime(Arguments call) {
    String pattern = call.text(0);
    BigDecimal millis = call.floor(1);
    String zone = call.count() == 3 ? call.text(2) : "UTC";
    if (pattern == null || millis == null || zone == null) {
      return Absent.UNDEFINED;
    }
    try {
      ZonedDateTime time = Instant.ofEpochMilli(millis.longValueExact()).atZone(ZoneId.of(zone));
      return new Text(JodaPattern.format(pattern, time));
    } catch (DateTimeException | ArithmeticException | IllegalArgumentException e) {
      return Absent.UNDEFINED;
    }
  }

  /** Epoch milliseconds of a text; without a time of day the day's start, without a zone UTC. */
  private static Value timeToEpoch(Arguments call) {
    String text = call.text(0);
    String pattern = call.text(1);
    if (text == null || pattern == null) {
      return Absent.UNDEFINED;
    }
    try {
      TemporalAccessor parsed = DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH).parse(text);
      LocalDate date = parsed.query(TemporalQueries.localDate());
      LocalTime time = parsed.query(TemporalQueries.localTime());
      ZoneId zone = parsed.query(TemporalQueries.zone());
      if (date == null) {
        return Absent.UNDEFINED;
      }
      return Int.of(
          date.atTime(time == null ? LocalTime.MIDNIGHT : time)
              .atZone(zone == null ? ZoneOffset.UTC : zone)
              .toInstant()
              .toEpochMilli());
    } catch (DateTimeException | ArithmeticException | IllegalArgumentException e) {
      return Absent.UNDEFINED;
    }
  }
}
