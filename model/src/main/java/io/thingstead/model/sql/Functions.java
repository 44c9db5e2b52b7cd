package io.thingstead.model.sql;

import io.thingstead.model.sql.Value.Text;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** The catalogue of functions. */
final class Functions {
  /** Functions that ask another service, which this server does not do yet. */
  private static final Set<String> EXTERNAL =
      Set.of(
          "get_dynamodb",
          "get_registry_data",
          "get_secret",
          "get_thing_shadow",
          "machinelearning_predict");

  private static final Map<String, Function> BY_NAME = byName();

  private Functions() {}

  /** The function a statement names, or the refusal of the statement. */
  static Function find(Token name, SqlVersion version) {
    String key = name.text().toLowerCase(Locale.ROOT);
    Function function = BY_NAME.get(key);
    if (function == null) {
      String why =
          EXTERNAL.contains(key)
              ? "the function " + key + " is not supported by this server yet"
              : "there is no function " + name.shown();
      throw Lexer.error(name.start(), why);
    }
    if (function.since().compareTo(version) > 0) {
      throw Lexer.error(
          name.start(),
          "the function " + key + " needs awsIotSqlVersion " + function.since().text());
    }
    return function;
  }

  /** Refuses a call that the server could only answer with Undefined. */
  static void check(Token name, Function function, List<Expr> arguments) {
    if (function.name().equals("decode")
        && arguments.size() > 1
        && arguments.get(1) instanceof Expr.Literal(Text(String encoding))
        && encoding.equalsIgnoreCase("proto")) {
      throw Lexer.error(name.start(), "decode of 'proto' is not supported by this server yet");
    }
  }

  private static Map<String, Function> byName() {
    Map<String, Function> functions = new HashMap<>();
    for (List<Function> group :
        List.of(
            MessageFunctions.ALL,
            NumberFunctions.ALL,
            TextFunctions.ALL,
            RegexFunctions.ALL,
            ValueFunctions.ALL,
            TimeFunctions.ALL,
            OutsideFunctions.ALL)) {
      for (Function function : group) {
        functions.put(function.name(), function);
      }
    }
    return Map.copyOf(functions);
  }
}
