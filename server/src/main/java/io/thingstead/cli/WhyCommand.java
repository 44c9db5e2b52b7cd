package io.thingstead.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "why",
    mixinStandardHelpOptions = true,
    description =
        "Explains what the policies say: which statement allows or denies, or that none does.",
    footer = {
      "",
      "Example:",
      "  ./thingstead why pump-7 publish sensors/pump-7/t",
      "  ./thingstead why pump-7 connect",
      "  ./thingstead why --certificate 7f3a… pump-7 subscribe 'alerts/#'"
    })
final class WhyCommand implements Runnable {
  private final Surroundings surroundings;

  @Mixin private final Target target = new Target();
  @Mixin private final Output output = new Output();

  @Option(
      names = "--certificate",
      paramLabel = "ID",
      description =
          "The certificate it connects with. Default: those of the thing of that name, else who was"
              + " refused last under it.")
  private @Nullable String certificate;

  @Option(
      names = "--persistent",
      description = "It connects with a session that outlives the connection.")
  private boolean persistent;

  @Option(
      names = "--will",
      paramLabel = "TOPIC",
      description = "It connects with a will on this topic.")
  private @Nullable String will;

  @Option(
      names = "--key",
      paramLabel = "ID",
      description = "The access key of a user that it signs with, instead of a certificate.")
  private @Nullable String key;

  @Parameters(index = "0", paramLabel = "CLIENT", description = "The MQTT client id.")
  private String client = "";

  @Parameters(
      index = "1",
      paramLabel = "ACTION",
      description = "connect, publish, subscribe, receive, retain, or a full name: iot:…")
  private String action = "";

  @Parameters(
      index = "2",
      arity = "0..1",
      paramLabel = "TOPIC",
      description = "The topic or filter; an ARN for a full name; none for connect.")
  private String topic = "";

  WhyCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public void run() {
    Map<String, String> query = new LinkedHashMap<>();
    query.put("client", client);
    query.put("action", action);
    query.put("topic", topic);
    String principal = key == null ? certificate : key;
    if (principal != null) {
      query.put("certificate", principal);
    }
    if (persistent) {
      query.put("persistent", "true");
    }
    if (will != null) {
      query.put("will", will);
    }
    if (output.json()) {
      query.put("output", "json");
    }
    String explanation =
        new ApiClient(target.find(surroundings), surroundings.clock())
            .get("/_thingstead/why", query);
    surroundings.out().println(explanation.strip());
  }
}
