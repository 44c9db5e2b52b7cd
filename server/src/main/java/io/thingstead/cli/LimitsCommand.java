package io.thingstead.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

@Command(
    name = "limits",
    mixinStandardHelpOptions = true,
    description = {
      "Shows what an account may have and do, or changes it.",
      "",
      "Connections made from now on are held to a changed limit; limits of stored things hold from"
          + " the server's next start on."
    },
    footer = {
      "",
      "Example:",
      "  ./thingstead account limits",
      "  ./thingstead account limits 123456789012 --set messages.publishesPerSecond=100",
      "  ./thingstead account limits --set connect.connections=unlimited --reset retained.perSecond"
    })
final class LimitsCommand implements Runnable {
  private static final String PATH = "/_thingstead/limits";
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final Surroundings surroundings;

  @Mixin private final Target target = new Target();
  @Mixin private final Output output = new Output();

  @Parameters(
      paramLabel = "ID",
      arity = "0..1",
      description = "The account. Default: that of the key.")
  private @Nullable String id;

  @Option(
      names = "--set",
      paramLabel = "NAME=VALUE",
      description = "Sets a limit: a number, in the unit that the name says, or 'unlimited'.")
  private Map<String, String> set = new LinkedHashMap<>();

  @Option(
      names = "--reset",
      paramLabel = "NAME",
      description = "Takes back what was set: the profile's default holds again.")
  private List<String> reset = new ArrayList<>();

  LimitsCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public void run() {
    ApiClient server = new ApiClient(target.find(surroundings), surroundings.clock());
    String answer =
        set.isEmpty() && reset.isEmpty()
            ? server.get(PATH, id == null ? Map.of() : Map.of("account", id))
            : server.post(PATH, JSON.writeValueAsString(change()));
    JsonNode limits = JSON.readTree(answer);
    if (output.json()) {
      output.print(surroundings, limits);
      return;
    }
    surroundings
        .out()
        .printf(
            "account %s, profile %s%n",
            limits.path("accountId").asString(""), limits.path("profile").asString(""));
    limits
        .path("quotas")
        .properties()
        .forEach(
            each ->
                surroundings
                    .out()
                    .printf(
                        "  %-46s %s%s%n",
                        each.getKey(),
                        each.getValue().path("value").asString(""),
                        each.getValue().path("set").asBoolean(false)
                            ? " (set; default " + each.getValue().path("default").asString("") + ")"
                            : ""));
  }

  private ObjectNode change() {
    ObjectNode change = JSON.createObjectNode();
    if (id != null) {
      change.put("accountId", id);
    }
    ObjectNode quotas = change.putObject("quotas");
    set.forEach(
        (name, value) -> {
          if (value.equals("unlimited")) {
            quotas.put(name, value);
          } else {
            quotas.put(name, number(name, value));
          }
        });
    reset.forEach(quotas::putNull);
    return change;
  }

  private static long number(String name, String value) {
    try {
      return Long.parseLong(value);
    } catch (NumberFormatException e) {
      throw new CommandFailedException(
          name + " is a whole number or 'unlimited', not '" + value + "'");
    }
  }
}
