package io.thingstead.model.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The values of a policy set's variables for one caller, by number. */
final class Values {
  private static final int SUBSTITUTED_CHARS = 1024;

  /** Those of no variables. */
  static final Values NONE = of(List.of(), _ -> List.of());

  private final List<List<String>> all;
  private final @Nullable String[] singles;

  private Values(List<List<String>> all, @Nullable String[] singles) {
    this.all = all;
    this.singles = singles;
  }

  static Values of(List<String> variables, Function<String, List<String>> facts) {
    List<List<String>> all = new ArrayList<>(variables.size());
    @Nullable String[] singles = new @Nullable String[variables.size()];
    for (int i = 0; i < singles.length; i++) {
      String name = canonical(variables.get(i));
      List<String> values = List.copyOf(facts.apply(name));
      all.add(values);
      singles[i] = values.size() == 1 && isData(name, values.getFirst()) ? values.getFirst() : null;
    }
    return new Values(all, singles);
  }

  /** Names of context keys have no case, but names of a thing's attributes do. */
  static String canonical(String name) {
    int bracket = name.indexOf('[');
    return bracket < 0
        ? name.toLowerCase(Locale.ROOT)
        : name.substring(0, bracket).toLowerCase(Locale.ROOT) + name.substring(bracket);
  }

  /** The guide refuses to put such values of certificates into a text. */
  private static boolean isData(String name, String value) {
    return !name.startsWith("iot:certificate.")
        || value.length() <= SUBSTITUTED_CHARS
            && value.chars().noneMatch(c -> "*$+?#".indexOf(c) >= 0);
  }

  /** Every value; none when the key is missing. */
  List<String> all(int variable) {
    return all.get(variable);
  }

  /** What stands for {@code ${NAME}} in a text, or null when nothing does. */
  @Nullable String single(int variable) {
    return singles[variable];
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Values values && all.equals(values.all);
  }

  @Override
  public int hashCode() {
    return all.hashCode();
  }
}
