package io.thingstead.model.sql;

import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.TextStyle;
import java.time.temporal.ChronoField;
import java.time.temporal.IsoFields;
import java.util.Locale;

/**
 * Formats a time by a pattern of Joda-Time, whose letters mean other things than those of java.time
 * (Joda-Time's DateTimeFormat).
 */
final class JodaPattern {
  private static final DateTimeFormatter ZONE = DateTimeFormatter.ofPattern("z", Locale.ENGLISH);
  private static final DateTimeFormatter ZONE_NAME =
      DateTimeFormatter.ofPattern("zzzz", Locale.ENGLISH);
  private static final DateTimeFormatter OFFSET = DateTimeFormatter.ofPattern("xx");
  private static final DateTimeFormatter OFFSET_COLON = DateTimeFormatter.ofPattern("xxx");

  private final ZonedDateTime time;
  private final StringBuilder out = new StringBuilder();

  private JodaPattern(ZonedDateTime time) {
    this.time = time;
  }

  /** The text; IllegalArgumentException for a letter without meaning or an open quote. */
  static String format(String pattern, ZonedDateTime time) {
    JodaPattern format = new JodaPattern(time);
    int at = 0;
    while (at < pattern.length()) {
      char c = pattern.charAt(at);
      if (c == '\'') {
        at = format.quoted(pattern, at + 1);
      } else if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) {
        int end = at;
        while (end < pattern.length() && pattern.charAt(end) == c) {
          end++;
        }
        format.field(c, end - at);
        at = end;
      } else {
        format.out.append(c);
        at++;
      }
      Limits.checkText(format.out);
    }
    return format.out.toString();
  }

  /** The index behind the closing quote; two quotes are one. */
  private int quoted(String pattern, int from) {
    int at = from;
    if (at < pattern.length() && pattern.charAt(at) == '\'') {
      out.append('\'');
      return at + 1;
    }
    while (at < pattern.length()) {
      char c = pattern.charAt(at++);
      if (c != '\'') {
        out.append(c);
      } else if (at < pattern.length() && pattern.charAt(at) == '\'') {
        out.append(c);
        at++;
      } else {
        return at;
      }
    }
    throw new IllegalArgumentException("the pattern has an open quote");
  }

  private void field(char letter, int count) {
    switch (letter) {
      case 'G' -> out.append(time.getYear() > 0 ? "AD" : "BC");
      case 'C' -> number(time.get(ChronoField.YEAR_OF_ERA) / 100, count);
      case 'Y' -> year(time.get(ChronoField.YEAR_OF_ERA), count);
      case 'y' -> year(time.getYear(), count);
      case 'x' -> year(time.get(IsoFields.WEEK_BASED_YEAR), count);
      case 'w' -> number(time.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR), count);
      case 'e' -> number(time.getDayOfWeek().getValue(), count);
      case 'E' -> out.append(time.getDayOfWeek().getDisplayName(style(count), Locale.ENGLISH));
      case 'D' -> number(time.getDayOfYear(), count);
      case 'M' -> month(count);
      case 'd' -> number(time.getDayOfMonth(), count);
      case 'a' -> out.append(time.getHour() < 12 ? "AM" : "PM");
      case 'K' -> number(time.get(ChronoField.HOUR_OF_AMPM), count);
      case 'h' -> number(time.get(ChronoField.CLOCK_HOUR_OF_AMPM), count);
      case 'H' -> number(time.getHour(), count);
      case 'k' -> number(time.get(ChronoField.CLOCK_HOUR_OF_DAY), count);
      case 'm' -> number(time.getMinute(), count);
      case 's' -> number(time.getSecond(), count);
      case 'S' -> fraction(count);
      case 'z' -> out.append((count < 4 ? ZONE : ZONE_NAME).format(time));
      case 'Z' -> zone(count);
      default -> throw new IllegalArgumentException("the pattern letter " + letter);
    }
  }

  private void number(long value, int width) {
    String digits = Long.toString(Math.abs(value));
    out.append(value < 0 ? "-" : "").repeat('0', Math.max(0, width - digits.length()));
    out.append(digits);
  }

  /** Two letters mean the last two digits. */
  private void year(int year, int count) {
    number(count == 2 ? Math.floorMod(year, 100) : year, count);
  }

  private void month(int count) {
    if (count < 3) {
      number(time.getMonthValue(), count);
    } else {
      out.append(time.getMonth().getDisplayName(style(count), Locale.ENGLISH));
    }
  }

  private static TextStyle style(int count) {
    return count < 4 ? TextStyle.SHORT : TextStyle.FULL;
  }

  private void fraction(int count) {
    String nanos = String.format(Locale.ROOT, "%09d", time.getNano());
    out.append(nanos, 0, Math.min(count, nanos.length()))
        .repeat('0', Math.max(0, count - nanos.length()));
  }

  private void zone(int count) {
    switch (count) {
      case 1 -> out.append(OFFSET.format(time));
      case 2 -> out.append(OFFSET_COLON.format(time));
      default -> out.append(time.getZone().getId());
    }
  }
}
