package io.thingstead.model.sql;

import io.thingstead.model.sql.Value.Absent;
import io.thingstead.model.sql.Value.Bool;
import io.thingstead.model.sql.Value.Text;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** Regular expressions, with a bound on the steps a match may take. */
final class RegexFunctions {
  /** Characters a match may look at, so that backtracking ends. */
  private static final int STEPS_MAX = 2_000_000;

  static final List<Function> ALL =
      List.of(
          Function.of(
              "regexp_matches", 2, 2, call -> match(call, matcher -> Bool.of(matcher.find()))),
          Function.of(
              "regexp_substr",
              2,
              2,
              call ->
                  match(
                      call,
                      matcher -> matcher.find() ? new Text(matcher.group()) : Absent.UNDEFINED)),
          Function.of("regexp_replace", 3, 3, RegexFunctions::replace));

  private RegexFunctions() {}

  private static Value replace(Arguments call) {
    String fresh = call.text(2);
    if (fresh == null) {
      return Absent.UNDEFINED;
    }
    return match(
        call,
        matcher -> {
          StringBuilder out = new StringBuilder();
          while (matcher.find()) {
            matcher.appendReplacement(out, fresh);
            Limits.checkText(out);
          }
          return new Text(Limits.checkText(matcher.appendTail(out)).toString());
        });
  }

  private static Value match(Arguments call, Use use) {
    String text = call.text(0);
    String regex = call.text(1);
    if (text == null || regex == null) {
      return Absent.UNDEFINED;
    }
    try {
      return use.on(Pattern.compile(regex).matcher(new Counted(text, new Steps())));
    } catch (PatternSyntaxException e) {
      return Absent.UNDEFINED;
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      return Absent.UNDEFINED; // the replacement names a group that does not exist
    } catch (StackOverflowError e) {
      throw new EvaluationException("a regular expression nests too deeply on this text");
    }
  }

  @FunctionalInterface
  private interface Use {
    Value on(Matcher matcher);
  }

  private static final class Steps {
    private int left = STEPS_MAX;

    void step() {
      if (--left < 0) {
        throw new EvaluationException("a regular expression takes too long on this text");
      }
    }
  }

  /** A text that counts how often the matcher looks at it. */
  private record Counted(String text, Steps steps) implements CharSequence {
    @Override
    public int length() {
      return text.length();
    }

    @Override
    public char charAt(int index) {
      steps.step();
      return text.charAt(index);
    }

    @Override
    public CharSequence subSequence(int start, int end) {
      return text.subSequence(start, end);
    }

    @Override
    public String toString() {
      return text;
    }
  }
}
