package io.thingstead.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

@Command(
    name = "domain",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    description = {
      "Host names by which devices call an account, each with rules and a certificate of its own.",
      "",
      "These are domain configurations of the AWS API; here with your own server certificates, too."
    },
    footer = {
      "",
      "Example:",
      "  ./thingstead domain add mqtt.example.org --cert fullchain.pem --key privkey.pem",
      "  ./thingstead domain list"
    })
final class DomainCommand implements Runnable {
  private static final String DOMAINS = "/domainConfigurations";
  private static final String CERTIFICATES = "/_thingstead/server-certificates";
  private static final JsonMapper JSON = JsonMapper.builder().build();

  @CommandLine.Spec
  private CommandLine.Model.CommandSpec spec = CommandLine.Model.CommandSpec.create();

  @Override
  public void run() {
    throw new CommandLine.ParameterException(
        spec.commandLine(), "add, list, certificate or remove?");
  }

  /** A user's certificate in files. */
  static final class Pair {
    @Option(
        names = "--cert",
        required = true,
        paramLabel = "FILE",
        description = "The certificate, PEM: the server's own first, then its issuers.")
    private Path certificate = Path.of("");

    @Option(
        names = "--key",
        required = true,
        paramLabel = "FILE",
        description = "Its private key, PEM, not encrypted. The server keeps it sealed.")
    private Path key = Path.of("");

    /** The body that takes it in, or puts it in the place of the one that the ARN names. */
    String body(String arn) {
      return JSON.writeValueAsString(
          Map.of("certificate", read(certificate), "key", read(key), "certificateArn", arn));
    }

    private static String read(Path file) {
      try {
        return Files.readString(file);
      } catch (IOException e) {
        throw new CommandFailedException("cannot read " + file + ": " + e.getMessage());
      }
    }
  }

  /** The domain configuration of a host name, described. */
  private static JsonNode find(ApiClient api, String host) {
    String wanted = host.toLowerCase(Locale.ROOT);
    for (JsonNode each : all(api)) {
      if (each.path("domainName").asString("").equals(wanted)) {
        return each;
      }
    }
    throw new CommandFailedException(
        "no domain configuration of this account is for " + host + " (./thingstead domain list)");
  }

  /** Those that somebody has made, described. */
  private static List<JsonNode> all(ApiClient api) {
    return JSON.readTree(api.get(DOMAINS, Map.of("pageSize", "250")))
        .path("domainConfigurations")
        .valueStream()
        .map(each -> each.path("domainConfigurationName").asString(""))
        .filter(name -> !name.startsWith("iot:"))
        .map(name -> JSON.readTree(api.get(DOMAINS + "/" + name, Map.of())))
        .toList();
  }

  private static String certificateOf(JsonNode described) {
    return described.path("serverCertificates").path(0).path("serverCertificateArn").asString("");
  }

  private static String path(JsonNode described) {
    return DOMAINS + "/" + described.path("domainConfigurationName").asString("");
  }

  private static void print(Surroundings surroundings, JsonNode described) {
    JsonNode certificate = described.path("serverCertificates").path(0);
    String own = certificate.path("serverCertificateStatus").asString("own CA");
    surroundings
        .out()
        .printf(
            "%s  %s  %s  %s  %s  certificate: %s%n",
            described.path("domainName").asString(""),
            described.path("domainConfigurationStatus").asString(""),
            described.path("authenticationType").asString(""),
            described.path("applicationProtocol").asString(""),
            described.path("tlsConfig").path("securityPolicy").asString(""),
            own + certificate.path("serverCertificateStatusDetail").asString(""));
  }

  @Command(
      name = "add",
      mixinStandardHelpOptions = true,
      description = {
        "Lets devices call the account by a host name, from now on and without a restart.",
        "",
        "Without --cert and --key the server's own CA issues a certificate for it and renews it."
      },
      footer = {
        "",
        "Example:",
        "  ./thingstead domain add mqtt.example.org --cert fullchain.pem --key privkey.pem",
        "  ./thingstead domain add gate.example.org --authentication CUSTOM_AUTH --protocol"
            + " SECURE_MQTT --authorizer door"
      })
  static final class Add implements Runnable {
    private final Surroundings surroundings;

    @Mixin private final Target target = new Target();
    @Mixin private final Output output = new Output();

    @Parameters(paramLabel = "HOST", description = "The name that devices ask for by SNI.")
    private String host = "";

    @CommandLine.ArgGroup(exclusive = false)
    private @Nullable Pair files;

    @Option(
        names = "--authentication",
        paramLabel = "TYPE",
        description = "AWS_X509, AWS_SIGV4, CUSTOM_AUTH, CUSTOM_AUTH_X509 or DEFAULT.")
    private @Nullable String authentication;

    @Option(
        names = "--protocol",
        paramLabel = "NAME",
        description = "SECURE_MQTT, MQTT_WSS, HTTPS or DEFAULT.")
    private @Nullable String protocol;

    @Option(
        names = "--authorizer",
        paramLabel = "NAME",
        description = "The custom authorizer that is asked here.")
    private @Nullable String authorizer;

    @Option(
        names = "--security-policy",
        paramLabel = "NAME",
        description = "Such as IoTSecurityPolicy_TLS13_1_3_2022_10.")
    private @Nullable String policy;

    Add(Surroundings surroundings) {
      this.surroundings = surroundings;
    }

    @Override
    public void run() {
      ApiClient api = new ApiClient(target.find(surroundings), surroundings.clock());
      ObjectNode wanted = JSON.createObjectNode().put("domainName", host);
      String arn = "";
      if (files != null) {
        arn =
            JSON.readTree(api.post(CERTIFICATES, files.body("")))
                .path("certificateArn")
                .asString("");
        wanted.putArray("serverCertificateArns").add(arn);
      }
      put(wanted, "authenticationType", authentication);
      put(wanted, "applicationProtocol", protocol);
      if (authorizer != null) {
        wanted.putObject("authorizerConfig").put("defaultAuthorizerName", authorizer);
      }
      if (policy != null) {
        wanted.putObject("tlsConfig").put("securityPolicy", policy);
      }
      try {
        api.post(DOMAINS + "/" + host.toLowerCase(Locale.ROOT), JSON.writeValueAsString(wanted));
      } catch (CommandFailedException e) {
        if (!arn.isEmpty()) {
          api.delete(CERTIFICATES, Map.of("certificateArn", arn));
        }
        throw e;
      }
      JsonNode made = find(api, host);
      if (output.json()) {
        output.print(surroundings, made);
      } else {
        print(surroundings, made);
      }
    }

    private static void put(ObjectNode into, String name, @Nullable String value) {
      if (value != null) {
        into.put(name, value);
      }
    }
  }

  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      description = "Lists the host names that the account has configured, and their rules.",
      footer = {"", "Example:", "  ./thingstead domain list --output json"})
  static final class ListAll implements Runnable {
    private final Surroundings surroundings;

    @Mixin private final Target target = new Target();
    @Mixin private final Output output = new Output();

    ListAll(Surroundings surroundings) {
      this.surroundings = surroundings;
    }

    @Override
    public void run() {
      List<JsonNode> found = all(new ApiClient(target.find(surroundings), surroundings.clock()));
      if (output.json()) {
        output.print(surroundings, Map.of("domainConfigurations", found));
      } else {
        found.forEach(each -> print(surroundings, each));
      }
    }
  }

  @Command(
      name = "certificate",
      mixinStandardHelpOptions = true,
      description = {
        "Puts a renewed certificate in the place of the one that a host name has.",
        "",
        "New connections are shown it at once; those that exist stay. If it cannot be used, the"
            + " former one stays. Fit for certbot's renewal hook."
      },
      footer = {
        "",
        "Example:",
        "  ./thingstead domain certificate mqtt.example.org --cert fullchain.pem --key privkey.pem"
      })
  static final class Certificate implements Runnable {
    private final Surroundings surroundings;

    @Mixin private final Target target = new Target();
    @Mixin private final Pair files = new Pair();

    @Parameters(paramLabel = "HOST", description = "The host name.")
    private String host = "";

    Certificate(Surroundings surroundings) {
      this.surroundings = surroundings;
    }

    @Override
    public void run() {
      ApiClient api = new ApiClient(target.find(surroundings), surroundings.clock());
      String arn = certificateOf(find(api, host));
      if (arn.isEmpty()) {
        throw new CommandFailedException(
            "the certificate for "
                + host
                + " is of the server's own CA, which renews it; to use your own, remove the host"
                + " name and add it again with --cert and --key");
      }
      api.post(CERTIFICATES, files.body(arn));
      print(surroundings, find(api, host));
    }
  }

  @Command(
      name = "remove",
      mixinStandardHelpOptions = true,
      description = "Disables a host name and forgets it, with the certificate that it had.",
      footer = {"", "Example:", "  ./thingstead domain remove mqtt.example.org"})
  static final class Remove implements Runnable {
    private final Surroundings surroundings;

    @Mixin private final Target target = new Target();

    @Parameters(paramLabel = "HOST", description = "The host name.")
    private String host = "";

    Remove(Surroundings surroundings) {
      this.surroundings = surroundings;
    }

    @Override
    public void run() {
      ApiClient api = new ApiClient(target.find(surroundings), surroundings.clock());
      JsonNode described = find(api, host);
      api.put(path(described), "{\"domainConfigurationStatus\":\"DISABLED\"}");
      api.delete(path(described));
      String arn = certificateOf(described);
      if (!arn.isEmpty() && all(api).stream().noneMatch(each -> certificateOf(each).equals(arn))) {
        api.delete(CERTIFICATES, Map.of("certificateArn", arn));
      }
    }
  }
}
