package io.thingstead.cli;

import io.thingstead.config.DataDirectory;
import io.thingstead.config.SecretSource;
import io.thingstead.identity.MasterKeyFile;
import io.thingstead.identity.Unlocking;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "key",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    description = {
      "The master key, under which every secret in the store is sealed: how it is kept itself.",
      "",
      "At first it is a plain file, master.key, mode 0600: who has it and the store has every"
          + " secret. It can be sealed by a passphrase, or by a key of a PKCS#11 token (a hardware"
          + " security module), which the server then needs at each start. The key itself stays the"
          + " same, so that nothing else changes, and these commands work while the server runs.",
      "",
      "Lose the passphrase or the token, and everything sealed is lost: the server's CA, every"
          + " access key, functions' variables. Copies of the file from before, such as in backups,"
          + " open as they did: destroy those that are plain."
    },
    footer = {
      "",
      "Exit codes: 0 done; 1 it could not be done, and nothing was changed; 2 not understood; 3 the"
          + " passphrase or PIN is wrong.",
      "",
      "Example:",
      "  ./thingstead key passphrase",
      "  ./thingstead up --master-key-secret file:/run/credentials/passphrase",
      "  ./thingstead key token --new-token /etc/thingstead/hsm.cfg --label thingstead",
      "  ./thingstead key plain"
    })
final class KeyCommand implements Runnable {
  /** What opens the key as it is kept now; by the server's own settings where none is given. */
  static final class Current {
    @Option(
        names = "--data",
        paramLabel = "DIRECTORY",
        description = "The data directory of a server of this machine.")
    private @Nullable Path data;

    @Option(
        names = "--secret",
        paramLabel = "SOURCE",
        description =
            "Where the present passphrase or PIN comes from, if one is needed: prompt, file:PATH,"
                + " fd:NUMBER or env:NAME. Default: THINGSTEAD_MASTER_KEY_SECRET, else prompt.")
    private @Nullable String secret;

    @Option(
        names = "--token",
        paramLabel = "FILE",
        description =
            "The present token: a configuration of the JDK's PKCS#11 provider. Default:"
                + " THINGSTEAD_MASTER_KEY_TOKEN.")
    private @Nullable Path token;

    MasterKeyFile file(Surroundings surroundings) {
      return new MasterKeyFile(directory(surroundings).masterKey());
    }

    private DataDirectory directory(Surroundings surroundings) {
      return new DataDirectory(surroundings.settings().data(data));
    }

    Unlocking unlocking(Surroundings surroundings) {
      String named = surroundings.environment().get("THINGSTEAD_MASTER_KEY_TOKEN");
      Path configuration = token == null && named != null ? Path.of(named) : token;
      String source =
          surroundings.environment().getOrDefault("THINGSTEAD_MASTER_KEY_SECRET", "prompt");
      return new Unlocking(
          () ->
              source(secret == null ? source : secret)
                  .read(
                      surroundings.environment(),
                      surroundings.terminal(),
                      "present passphrase or PIN of the master key"),
          configuration);
    }

    /** Changes the file, while no other command does. */
    void change(Surroundings surroundings, Consumer<MasterKeyFile> how) {
      MasterKeyFile file = file(surroundings);
      if (!Files.exists(file.path())) {
        throw new CommandFailedException(
            "there is no " + file.path() + ": a first start of the server makes it");
      }
      Path lock = file.path().resolveSibling("master.key.lock");
      try (FileChannel channel =
          FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
        if (isLocked(channel)) {
          throw new CommandFailedException("another command is changing " + file.path());
        }
        how.accept(file);
        Map<String, String> about = new LinkedHashMap<>();
        about.put("protection", name(file));
        about.put("keySha256", file.keySha256());
        directory(surroundings)
            .notes()
            .add(surroundings.clock().instant(), "thingstead:key", about);
        Files.delete(lock);
      } catch (IOException e) {
        throw new UncheckedIOException("cannot use " + lock, e);
      }
    }

    private static String name(MasterKeyFile file) {
      return file.protection().name().toLowerCase(Locale.ROOT);
    }

    private static boolean isLocked(FileChannel channel) throws IOException {
      try {
        return channel.tryLock() == null;
      } catch (OverlappingFileLockException e) {
        return true; // by this very process
      }
    }
  }

  private static SecretSource source(String text) {
    try {
      return SecretSource.parse(text);
    } catch (IllegalArgumentException e) {
      throw new CommandFailedException(String.valueOf(e.getMessage()));
    }
  }

  @CommandLine.Spec
  private CommandLine.Model.CommandSpec spec = CommandLine.Model.CommandSpec.create();

  /** The command with those below it. */
  static CommandLine commandLine(Surroundings surroundings) {
    return new CommandLine(new KeyCommand())
        .addSubcommand(new Show(surroundings))
        .addSubcommand(new Check(surroundings))
        .addSubcommand(new Passphrase(surroundings))
        .addSubcommand(new ByToken(surroundings))
        .addSubcommand(new Plain(surroundings));
  }

  @Override
  public void run() {
    throw new CommandLine.ParameterException(
        spec.commandLine(), "show, check, passphrase, token or plain?");
  }

  @Command(
      name = "show",
      mixinStandardHelpOptions = true,
      description = {
        "Says how the master key is kept, and which key it is; needs no secret.",
        "",
        "The number is the SHA-256 of the key, as in the manifests of backups."
      },
      footer = {"", "Example:", "  ./thingstead key show"})
  static final class Show implements Runnable {
    private final Surroundings surroundings;

    @Mixin private final Current current = new Current();
    @Mixin private final Output output = new Output();

    Show(Surroundings surroundings) {
      this.surroundings = surroundings;
    }

    @Override
    public void run() {
      MasterKeyFile file = current.file(surroundings);
      String label = file.tokenKey();
      if (output.json()) {
        Map<String, String> told = new LinkedHashMap<>();
        told.put("file", file.path().toString());
        told.put("protection", Current.name(file));
        told.put("keySha256", file.keySha256());
        if (label != null) {
          told.put("tokenKey", label);
        }
        output.print(surroundings, told);
      } else {
        surroundings
            .out()
            .println(
                file.path()
                    + ": "
                    + file.protection().text()
                    + (label == null ? "" : " (" + label + ")")
                    + "; key "
                    + file.keySha256());
      }
    }
  }

  @Command(
      name = "check",
      mixinStandardHelpOptions = true,
      description = "Opens the master key as the server does at its start, and changes nothing.",
      footer = {"", "Example:", "  ./thingstead key check --secret file:/root/passphrase"})
  static final class Check implements Runnable {
    private final Surroundings surroundings;

    @Mixin private final Current current = new Current();

    Check(Surroundings surroundings) {
      this.surroundings = surroundings;
    }

    @Override
    public void run() {
      MasterKeyFile file = current.file(surroundings);
      if (!Files.exists(file.path())) {
        throw new CommandFailedException("there is no " + file.path());
      }
      file.open(current.unlocking(surroundings), new SecureRandom());
      surroundings.out().println(file.path() + " opens; it is " + file.protection().text());
    }
  }

  @Command(
      name = "passphrase",
      mixinStandardHelpOptions = true,
      description = {
        "Seals the master key by a passphrase, or by another one than before.",
        "",
        "It is stretched by Argon2id, 64 MiB and three passes, so that guessing is dear. The server"
            + " asks for it at each start, at its terminal or where --master-key-secret says."
      },
      footer = {
        "",
        "Example:",
        "  ./thingstead key passphrase",
        "  ./thingstead key passphrase --new-secret file:/run/credentials/passphrase"
      })
  static final class Passphrase implements Runnable {
    private final Surroundings surroundings;

    @Mixin private final Current current = new Current();

    @Option(
        names = "--new-secret",
        paramLabel = "SOURCE",
        description = "Where the new passphrase comes from. Default: prompt, twice.")
    private String secret = "prompt";

    Passphrase(Surroundings surroundings) {
      this.surroundings = surroundings;
    }

    @Override
    public void run() {
      SecretSource from = source(secret);
      current.change(
          surroundings,
          file -> {
            char[] passphrase = read(from, "new passphrase of the master key");
            try {
              MasterKeyFile.requireGood(passphrase);
              if (from instanceof SecretSource.Prompt) {
                requireSame(passphrase);
              }
              file.seal(current.unlocking(surroundings), passphrase, new SecureRandom());
            } catch (IllegalArgumentException e) {
              throw new CommandFailedException(String.valueOf(e.getMessage()));
            }
            surroundings.out().println(file.path() + " is now " + file.protection().text());
          });
    }

    private char[] read(SecretSource from, String what) {
      return from.read(surroundings.environment(), surroundings.terminal(), what);
    }

    private void requireSame(char[] passphrase) {
      char[] again = read(new SecretSource.Prompt(), "new passphrase once more");
      boolean same = Arrays.equals(passphrase, again);
      Arrays.fill(again, '\0');
      if (!same) {
        throw new CommandFailedException("the two are not the same; nothing was changed");
      }
    }
  }

  @Command(
      name = "token",
      mixinStandardHelpOptions = true,
      description = {
        "Seals the master key by an AES key of a PKCS#11 token, such as a hardware security"
            + " module.",
        "",
        "The token's key is made if there is none of the label; it never leaves the token. The file"
            + " that is named is a configuration of the JDK's PKCS#11 provider, such as",
        "  name = hsm",
        "  library = /usr/lib/softhsm/libsofthsm2.so",
        "  slotListIndex = 0",
        "The server needs it at each start: --master-key-token FILE, and the PIN by"
            + " --master-key-secret. The token must seal by AES-GCM."
      },
      footer = {
        "",
        "Example:",
        "  ./thingstead key token --new-token /etc/thingstead/hsm.cfg --new-secret file:/root/pin"
      })
  static final class ByToken implements Runnable {
    private final Surroundings surroundings;

    @Mixin private final Current current = new Current();

    @Option(
        names = "--new-token",
        required = true,
        paramLabel = "FILE",
        description = "The token: a configuration of the JDK's PKCS#11 provider.")
    private Path token = Path.of("");

    @Option(
        names = "--new-secret",
        paramLabel = "SOURCE",
        description = "Where its PIN comes from. Default: prompt.")
    private String secret = "prompt";

    @Option(
        names = "--label",
        paramLabel = "NAME",
        description = "The token's key. Default: thingstead.")
    private String label = "thingstead";

    ByToken(Surroundings surroundings) {
      this.surroundings = surroundings;
    }

    @Override
    public void run() {
      SecretSource pin = source(secret);
      current.change(
          surroundings,
          file -> {
            Unlocking to =
                new Unlocking(
                    () ->
                        pin.read(
                            surroundings.environment(),
                            surroundings.terminal(),
                            "PIN of the new token"),
                    token.toAbsolutePath());
            file.seal(current.unlocking(surroundings), to, label, new SecureRandom());
            surroundings
                .out()
                .println(file.path() + " is now " + file.protection().text() + " (" + label + ")");
          });
    }
  }

  @Command(
      name = "plain",
      mixinStandardHelpOptions = true,
      description = "Keeps the master key in a plain file again, for its owner alone.",
      footer = {"", "Example:", "  ./thingstead key plain"})
  static final class Plain implements Runnable {
    private final Surroundings surroundings;

    @Mixin private final Current current = new Current();

    Plain(Surroundings surroundings) {
      this.surroundings = surroundings;
    }

    @Override
    public void run() {
      current.change(
          surroundings,
          file -> {
            file.unseal(current.unlocking(surroundings));
            surroundings.out().println(file.path() + " is now " + file.protection().text());
          });
    }
  }
}
