package io.thingstead.cli;

import java.util.HashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@Command(
    name = "audit",
    mixinStandardHelpOptions = true,
    description = {
      "Shows what was changed by the API: when, by whom, from where; the latest first.",
      "",
      "The server keeps the last 100,000 changes of each account, and apart from them the last",
      "10,000 that were refused."
    },
    footer = {
      "",
      "Example:",
      "  ./thingstead audit",
      "  ./thingstead audit --refused --last 20 --output json"
    })
final class AuditCommand implements Runnable {
  private static final String PATH = "/_thingstead/audit";
  private static final int PAGE = 1_000;
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final Surroundings surroundings;

  @Mixin private final Target target = new Target();
  @Mixin private final Output output = new Output();

  @Option(names = "--refused", description = "What was refused, instead of what was changed.")
  private boolean refused;

  @Option(
      names = "--issued",
      description = "Who was given temporary credentials, instead of what was changed.")
  private boolean issued;

  @Option(
      names = "--last",
      paramLabel = "NUMBER",
      description = "How many to show (default: ${DEFAULT-VALUE}).")
  private int last = 50;

  AuditCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public void run() {
    ApiClient server = new ApiClient(target.find(surroundings), surroundings.clock());
    Map<String, String> asked = new HashMap<>();
    asked.put("refused", Boolean.toString(refused));
    asked.put("credentials", Boolean.toString(issued));
    for (int left = last; left > 0; ) {
      asked.put("maxResults", Integer.toString(Math.min(left, PAGE)));
      JsonNode answer = JSON.readTree(server.get(PATH, asked));
      for (JsonNode each : answer.path("entries")) {
        surroundings.out().println(output.json() ? each.toString() : line(each));
        left--;
      }
      String next = text(answer, "nextToken");
      if (next.isEmpty()) {
        return;
      }
      asked.put("nextToken", next);
    }
  }

  private static String line(JsonNode entry) {
    StringBuilder line = new StringBuilder(text(entry, "time"));
    line.append(' ').append(text(entry, "decision")).append(' ').append(text(entry, "operation"));
    entry
        .path("about")
        .forEachEntry(
            (name, value) -> line.append(' ').append(name).append('=').append(value.asString()));
    line.append(" by ").append(text(entry, "principal"));
    if (!text(entry, "from").isEmpty()) {
      line.append(" from ").append(text(entry, "from"));
    }
    if (!text(entry, "why").isEmpty()) {
      line.append(": ").append(text(entry, "why"));
    }
    return line.toString().replaceAll("\\p{Cntrl}", "?");
  }

  private static String text(JsonNode node, String name) {
    return node.path(name).asString("");
  }
}
