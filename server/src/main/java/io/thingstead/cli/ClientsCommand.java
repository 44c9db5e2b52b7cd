package io.thingstead.cli;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

@Command(
    name = "clients",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    description = "Clients: who is connected, what a client subscribes to, and its disconnection.",
    footer = {
      "",
      "Example:",
      "  ./thingstead clients list --prefix pump- --connected",
      "  ./thingstead clients show pump-7",
      "  ./thingstead clients disconnect pump-7"
    })
final class ClientsCommand implements Runnable {
  private static final String LIST = "/_thingstead/clients";
  private static final JsonMapper JSON = JsonMapper.builder().build();

  @CommandLine.Spec
  private CommandLine.Model.CommandSpec spec = CommandLine.Model.CommandSpec.create();

  @Override
  public void run() {
    throw new CommandLine.ParameterException(spec.commandLine(), "list, show or disconnect?");
  }

  private static ApiClient api(Target target, Surroundings surroundings) {
    return new ApiClient(target.find(surroundings), surroundings.clock(), "iotdevicegateway");
  }

  private static String path(String clientId) {
    return "/connections/"
        + URLEncoder.encode(clientId, StandardCharsets.UTF_8).replace("+", "%20");
  }

  private static String time(JsonNode client, String field) {
    return Instant.ofEpochMilli(client.path(field).asLong())
        .truncatedTo(ChronoUnit.SECONDS)
        .toString();
  }

  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      description = {
        "Lists clients that are connected, have a session, or left within the last half hour.",
        "",
        "Each line: client id, connected or why not, since when, from where, as whom, and for a",
        "session that is kept its subscriptions and the messages that wait."
      },
      footer = {
        "",
        "Example:",
        "  ./thingstead clients list",
        "  ./thingstead clients list --prefix pump- --connected --limit 20",
        "  ./thingstead clients list --after pump-20 --output json"
      })
  static final class ListAll implements Runnable {
    private final Surroundings surroundings;

    @Mixin private final Target target = new Target();
    @Mixin private final Output output = new Output();

    @Option(names = "--prefix", paramLabel = "TEXT", description = "Only client ids that begin so.")
    private @Nullable String prefix;

    @Option(names = "--connected", description = "Only clients that are connected now.")
    private boolean connected;

    @Option(
        names = "--after",
        paramLabel = "ID",
        description = "Only client ids behind this one: the next page.")
    private @Nullable String after;

    @Option(
        names = "--limit",
        paramLabel = "NUMBER",
        description = "At most so many, 1 to 1000. Default: 100.")
    private int limit = 100;

    ListAll(Surroundings surroundings) {
      this.surroundings = surroundings;
    }

    @Override
    public void run() {
      Map<String, String> query = new LinkedHashMap<>();
      query.put("limit", Integer.toString(limit));
      if (prefix != null) {
        query.put("prefix", prefix);
      }
      if (connected) {
        query.put("connected", "true");
      }
      if (after != null) {
        query.put("after", after);
      }
      JsonNode page = JSON.readTree(api(target, surroundings).get(LIST, query));
      if (output.json()) {
        output.print(surroundings, page);
        return;
      }
      page.path("clients").forEach(this::print);
      if (page.has("next")) {
        surroundings
            .err()
            .println("there are more: --after '" + page.path("next").asString("") + "'");
      }
    }

    private void print(JsonNode client) {
      boolean online = client.path("connected").asBoolean();
      StringBuilder line = new StringBuilder(client.path("clientId").asString(""));
      line.append(online ? "  connected" : "  disconnected");
      if (client.has("disconnectReason")) {
        line.append(' ').append(client.path("disconnectReason").asString(""));
      }
      String since = online ? "connectedSince" : "disconnectedSince";
      line.append("  since ").append(time(client, since));
      if (client.has("principal")) {
        line.append("  from ").append(client.path("sourceIp").asString(""));
        line.append("  as ").append(client.path("principal").asString(""));
      }
      if (!client.path("cleanSession").asBoolean()) {
        line.append("  subscriptions ").append(client.path("subscriptions").asInt());
        line.append("  queued ").append(client.path("queued").asLong());
      }
      surroundings.out().println(line);
    }
  }

  @Command(
      name = "show",
      mixinStandardHelpOptions = true,
      description =
          "Shows a client's connection, or how the last one ended, and its subscriptions.",
      footer = {"", "Example:", "  ./thingstead clients show pump-7 --output json"})
  static final class Show implements Runnable {
    private final Surroundings surroundings;

    @Mixin private final Target target = new Target();
    @Mixin private final Output output = new Output();

    @Parameters(paramLabel = "ID", description = "The MQTT client id.")
    private String id = "";

    Show(Surroundings surroundings) {
      this.surroundings = surroundings;
    }

    @Override
    public void run() {
      ApiClient api = api(target, surroundings);
      ObjectNode client =
          (ObjectNode) JSON.readTree(api.get(path(id), Map.of("includeSocketInformation", "true")));
      subscriptions(api, client.putArray("subscriptions"));
      if (output.json()) {
        output.print(surroundings, client);
        return;
      }
      client.forEachEntry(
          (name, value) -> {
            if (name.endsWith("Since")) {
              line(name, time(client, name));
            } else if (value.isArray()) {
              value.forEach(
                  one ->
                      line(
                          "subscription",
                          one.path("topicFilter").asString("")
                              + " (QoS "
                              + one.path("qos").asInt()
                              + ")"));
            } else {
              line(name, value.asString(""));
            }
          });
    }

    private void line(String name, String value) {
      surroundings.out().printf("%-18s %s%n", name, value);
    }

    /** Every page of them; none for a client without a session. */
    private void subscriptions(ApiClient api, ArrayNode all) {
      String token = "";
      while (token != null) {
        Map<String, String> query = new LinkedHashMap<>(Map.of("maxResults", "200"));
        if (!token.isEmpty()) {
          query.put("nextToken", token);
        }
        String body = api.find(path(id) + "/subscriptions", query);
        if (body == null) {
          return;
        }
        JsonNode page = JSON.readTree(body);
        page.path("subscriptions").forEach(all::add);
        token = page.path("nextToken").isString() ? page.path("nextToken").asString() : null;
      }
    }
  }

  @Command(
      name = "disconnect",
      mixinStandardHelpOptions = true,
      description = {
        "Closes a client's connection; an MQTT 5 client hears why (0x98).",
        "",
        "It may come back at once: to keep it out, take away its policy or certificate."
      },
      footer = {
        "",
        "Example:",
        "  ./thingstead clients disconnect pump-7",
        "  ./thingstead clients disconnect pump-7 --forget-session --no-will"
      })
  static final class Disconnect implements Runnable {
    private final Surroundings surroundings;

    @Mixin private final Target target = new Target();
    @Mixin private final Output output = new Output();

    @Parameters(paramLabel = "ID", description = "The MQTT client id.")
    private String id = "";

    @Option(
        names = "--forget-session",
        description = "Also end its session: subscriptions and messages that wait for it.")
    private boolean forget;

    @Option(names = "--no-will", description = "Do not publish its will.")
    private boolean noWill;

    Disconnect(Surroundings surroundings) {
      this.surroundings = surroundings;
    }

    @Override
    public void run() {
      Map<String, String> query = new LinkedHashMap<>();
      query.put("cleanSession", Boolean.toString(forget));
      query.put("preventWillMessage", Boolean.toString(noWill));
      var _ = api(target, surroundings).delete(path(id), query);
      if (output.json()) {
        output.print(surroundings, Map.of("clientId", id, "disconnected", true));
      } else {
        surroundings.out().println("disconnected " + id);
      }
    }
  }
}
