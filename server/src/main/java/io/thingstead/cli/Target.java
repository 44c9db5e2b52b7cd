package io.thingstead.cli;

import io.thingstead.config.DataDirectory;
import io.thingstead.config.ServerAddresses;
import io.thingstead.identity.CredentialsFile;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options that say which server is meant: one of this machine by its data directory, or any. */
final class Target {
  private static final URI USUAL = URI.create("https://localhost:8443");

  @Option(
      names = "--data",
      paramLabel = "DIRECTORY",
      description = "The data directory of a server of this machine.")
  private @Nullable Path data;

  @Option(
      names = "--endpoint",
      paramLabel = "URL",
      description = "A server elsewhere: https://HOST:PORT.")
  private @Nullable URI endpoint;

  @Option(
      names = "--profile",
      paramLabel = "NAME",
      description =
          "Which key: an account id in the data directory's credentials; with --endpoint, a profile"
              + " of your AWS credentials file.")
  private @Nullable String profile;

  @Option(
      names = "--ca",
      paramLabel = "FILE",
      description = "The CA to trust, PEM. Default: ca.pem of the data directory.")
  private @Nullable Path ca;

  @Option(
      names = "--credentials",
      paramLabel = "FILE",
      description = "A credentials file with the key to use. Default: the administrator's.")
  private @Nullable Path credentials;

  /**
   * A server and how to speak to it.
   *
   * @param ca null for the public CAs that Java trusts
   */
  record Server(
      DataDirectory data,
      URI endpoint,
      @Nullable Path ca,
      Path credentials,
      String profile,
      String region) {
    /** The key to sign with. */
    CredentialsFile.Entry key() {
      CredentialsFile.Entry entry =
          Files.isReadable(credentials) ? CredentialsFile.read(credentials, profile) : null;
      if (entry == null) {
        throw new CommandFailedException(
            "there is no key [" + profile + "] in " + credentials + "; name one with --profile");
      }
      return entry;
    }
  }

  /**
   * Finds the server.
   *
   * @throws CommandFailedException when no server was ever started on the data directory
   */
  Server find(Surroundings surroundings) {
    DataDirectory directory = new DataDirectory(surroundings.settings().data(data));
    ServerAddresses addresses = ServerAddresses.read(directory.addresses());
    String region = addresses == null ? "us-east-1" : addresses.region();
    String key = profile == null ? "default" : profile;
    URI elsewhere = endpoint;
    if (elsewhere != null) {
      Path own = directory.credentials();
      boolean useOwn = profile == null && Files.exists(own);
      Path trusted = ca == null && Files.exists(directory.caPem()) ? directory.caPem() : ca;
      return new Server(
          directory,
          elsewhere,
          trusted,
          credentialsOr(useOwn ? own : usersCredentials(surroundings)),
          key,
          region);
    }
    if (!Files.exists(directory.caPem())) {
      throw new CommandFailedException(
          "no server has been started on the data directory "
              + directory.path()
              + "; start one (./thingstead up), or name another: --data DIRECTORY or --endpoint"
              + " URL");
    }
    return new Server(
        directory,
        addresses == null ? USUAL : URI.create(addresses.endpoint()),
        ca == null ? directory.caPem() : ca,
        credentialsOr(directory.credentials()),
        key,
        region);
  }

  private Path credentialsOr(Path usual) {
    return credentials == null ? usual : credentials;
  }

  private static Path usersCredentials(Surroundings surroundings) {
    String named = surroundings.environment().get("AWS_SHARED_CREDENTIALS_FILE");
    return named == null
        ? Path.of(System.getProperty("user.home", "."), ".aws", "credentials")
        : Path.of(named);
  }
}
