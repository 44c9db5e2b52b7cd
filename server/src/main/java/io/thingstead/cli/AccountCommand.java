package io.thingstead.cli;

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

@Command(
    name = "account",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    description = "Accounts: each has its own things, certificates, policies, topics and keys.",
    footer = {
      "",
      "Example:",
      "  ./thingstead account create 123456789012",
      "  ./thingstead aws --profile 123456789012 iot list-things"
    })
final class AccountCommand implements Runnable {
  private static final String PATH = "/_thingstead/accounts";
  private static final JsonMapper JSON = JsonMapper.builder().build();

  @CommandLine.Spec
  private CommandLine.Model.CommandSpec spec = CommandLine.Model.CommandSpec.create();

  @Override
  public void run() {
    throw new CommandLine.ParameterException(spec.commandLine(), "create, list or limits?");
  }

  private static void print(Surroundings surroundings, JsonNode account) {
    surroundings
        .out()
        .printf(
            "%s  %s  %s  %s%n",
            account.path("accountId").asString(""),
            account.path("region").asString(""),
            account.path("profile").asString(""),
            account.path("endpoint").asString(""));
  }

  @Command(
      name = "create",
      mixinStandardHelpOptions = true,
      description = {
        "Makes an account, and an administrator's key for it in the data directory's credentials.",
        "",
        "Its devices call the server by a host name that begins with its id: ID.HOST."
      },
      footer = {"", "Example:", "  ./thingstead account create 123456789012 --region eu-central-1"})
  static final class Create implements Runnable {
    private final Surroundings surroundings;

    @Mixin private final Target target = new Target();
    @Mixin private final Output output = new Output();

    @Parameters(paramLabel = "ID", description = "12 digits.")
    private String id = "";

    @Option(names = "--region", paramLabel = "NAME", description = "Default: the first account's.")
    private @Nullable String region;

    @Option(
        names = "--rules",
        paramLabel = "thingstead|aws|mqtt",
        description =
            "Whose rules it follows, the setting 'profile'. Default: the first account's.")
    private @Nullable String rules;

    Create(Surroundings surroundings) {
      this.surroundings = surroundings;
    }

    @Override
    public void run() {
      Map<String, String> wanted = new LinkedHashMap<>();
      wanted.put("accountId", id);
      if (region != null) {
        wanted.put("region", region);
      }
      if (rules != null) {
        wanted.put("profile", rules);
      }
      JsonNode made =
          JSON.readTree(
              new ApiClient(target.find(surroundings), surroundings.clock())
                  .post(PATH, JSON.writeValueAsString(wanted)));
      if (output.json()) {
        output.print(surroundings, made);
      } else {
        print(surroundings, made);
      }
    }
  }

  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      description = "Lists the accounts: id, region, profile, the host name that chooses it.",
      footer = {"", "Example:", "  ./thingstead account list --output json"})
  static final class ListAll implements Runnable {
    private final Surroundings surroundings;

    @Mixin private final Target target = new Target();
    @Mixin private final Output output = new Output();

    ListAll(Surroundings surroundings) {
      this.surroundings = surroundings;
    }

    @Override
    public void run() {
      JsonNode accounts =
          JSON.readTree(
              new ApiClient(target.find(surroundings), surroundings.clock()).get(PATH, Map.of()));
      if (output.json()) {
        output.print(surroundings, accounts);
      } else {
        accounts.path("accounts").forEach(each -> print(surroundings, each));
      }
    }
  }
}
