package io.thingstead.cli;

import java.time.Duration;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@Command(
    name = "refusals",
    mixinStandardHelpOptions = true,
    description = {
      "Shows the latest of what the server refused: to whom, what, why, and how to ask further.",
      "",
      "The server remembers 256 of each account."
    },
    footer = {
      "",
      "Example:",
      "  ./thingstead refusals",
      "  ./thingstead refusals --follow --output json"
    })
final class RefusalsCommand implements Runnable {
  private static final String PATH = "/_thingstead/refusals";
  private static final Duration PAUSE = Duration.ofSeconds(1);
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final Surroundings surroundings;

  @Mixin private final Target target = new Target();
  @Mixin private final Output output = new Output();

  @Option(names = "--follow", description = "Goes on with those to come, until interrupted.")
  private boolean follow;

  RefusalsCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public void run() {
    ApiClient server = new ApiClient(target.find(surroundings), surroundings.clock());
    long since = show(server, 0);
    while (follow) {
      try {
        Thread.sleep(PAUSE);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
      since = show(server, since);
    }
  }

  /** What to ask for next. */
  private long show(ApiClient server, long since) {
    JsonNode answer = JSON.readTree(server.get(PATH, Map.of("since", Long.toString(since))));
    for (JsonNode each : answer.path("refusals")) {
      // One line each, so that it can be followed and filtered.
      surroundings.out().println(output.json() ? each.toString() : line(each));
    }
    surroundings.out().flush();
    return answer.path("next").asLong(since);
  }

  private static String line(JsonNode refusal) {
    StringBuilder line = new StringBuilder(text(refusal, "time"));
    line.append(" refused ").append(text(refusal, "action"));
    for (String name : new String[] {"client", "resource", "principal"}) {
      if (!text(refusal, name).isEmpty()) {
        line.append(' ').append(name).append('=').append(text(refusal, name));
      }
    }
    line.append(": ").append(text(refusal, "why"));
    String command = text(refusal, "command");
    String said = command.isEmpty() ? line.toString() : line + " (try: " + command + ")";
    return said.replaceAll("\\p{Cntrl}", "?");
  }

  private static String text(JsonNode refusal, String name) {
    return refusal.path(name).asString("");
  }
}
