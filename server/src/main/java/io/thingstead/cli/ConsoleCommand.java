package io.thingstead.cli;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@Command(
    name = "console",
    mixinStandardHelpOptions = true,
    description = {
      "Prints a link that signs in to the web console, and opens it where there is a browser.",
      "",
      "The link is good once and for five minutes. No secret key leaves this machine. Where there"
          + " is",
      "no screen, as over ssh, it says how to reach the console from the machine before you."
    },
    footer = {
      "",
      "Example:",
      "  ./thingstead console",
      "  ./thingstead console --no-open --endpoint https://iot.example.org:8443"
    })
final class ConsoleCommand implements Runnable {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final Surroundings surroundings;

  @Mixin private final Target target = new Target();
  @Mixin private final Output output = new Output();

  @Option(names = "--no-open", description = "Only print the link.")
  private boolean noOpen;

  ConsoleCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public void run() {
    Target.Server server = target.find(surroundings);
    JsonNode made =
        JSON.readTree(
            new ApiClient(server, surroundings.clock()).post("/_thingstead/console/link", ""));
    URI link = server.endpoint().resolve(made.path("path").asString());
    if (output.json()) {
      output.print(
          surroundings, Map.of("link", link.toString(), "seconds", made.path("seconds").asInt()));
    } else {
      surroundings.out().println(link);
    }
    boolean read = surroundings.colours() && !output.json();
    if (read) {
      surroundings
          .err()
          .println(
              "Good once, for "
                  + Duration.ofSeconds(made.path("seconds").asInt()).toMinutes()
                  + " minutes. If the browser warns of the certificate, go on (Advanced): it does"
                  + " not know this\n"
                  + "server's own authority yet. The page 'Trust this server' says how to change"
                  + " that.");
    }
    String opener = noOpen ? null : opener();
    if (opener != null) {
      open(opener, page(server.data().path(), link));
    } else if (read && !noOpen) {
      surroundings.err().print(elsewhere(link));
    }
  }

  /** What somebody does who sits before another machine. */
  private String elsewhere(URI link) {
    String host = link.getHost();
    boolean here = host.equals("localhost") || host.equals("127.0.0.1") || host.equals("[::1]");
    String ssh = surroundings.environment().get("SSH_CONNECTION");
    if (!here) {
      return "No screen here: follow the link on a machine that reaches " + host + ".\n";
    }
    String user = surroundings.environment().getOrDefault("USER", "you");
    // sshd says where from and where to: "client port server port".
    String[] ends = ssh == null ? new String[0] : ssh.split(" ", -1);
    return """
    No screen here. On the machine before you let port %1$d lead to this one, and follow the link there:
      ssh -N -L %1$d:localhost:%1$d %2$s@%3$s
    """
        .formatted(link.getPort(), user, ends.length == 4 ? ends[2] : "this-machine");
  }

  /** What opens pages here, or null where nobody sits before a screen. */
  private @Nullable String opener() {
    Map<String, String> environment = surroundings.environment();
    if (System.getProperty("os.name", "").startsWith("Mac")) {
      return environment.containsKey("SSH_CONNECTION") ? null : "open";
    }
    boolean screen =
        environment.containsKey("DISPLAY") || environment.containsKey("WAYLAND_DISPLAY");
    return screen ? "xdg-open" : null;
  }

  /** A page of ours that leads to the link: others on this machine can read command lines. */
  private static Path page(Path data, URI link) {
    try {
      Path folder = Files.isWritable(data) ? data : Path.of(System.getProperty("java.io.tmpdir"));
      Path page = folder.resolve("console.html");
      Files.deleteIfExists(page);
      var ownerOnly =
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
      Files.createFile(page, ownerOnly);
      return Files.writeString(
          page,
          """
          <!doctype html><meta charset="utf-8"><title>Thingstead</title>
          <meta http-equiv="refresh" content="0; url=%s"><a href="%1$s">Open the console</a>
          """
              .formatted(link));
    } catch (IOException e) {
      throw new CommandFailedException("cannot write the page that opens the link: " + e);
    }
  }

  private void open(String opener, Path page) {
    try {
      new ProcessBuilder(opener, page.toString())
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .redirectError(ProcessBuilder.Redirect.DISCARD)
          .start();
    } catch (IOException e) {
      surroundings.err().println("(no browser was opened: " + e.getMessage() + ")");
    }
  }
}
