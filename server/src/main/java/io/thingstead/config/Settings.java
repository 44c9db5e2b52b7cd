package io.thingstead.config;

import io.thingstead.model.AccountId;
import io.thingstead.model.Cidr;
import io.thingstead.model.Profile;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a server, parsed and checked; {@link Setting} tells what each means.
 *
 * @param hosts at least one, without repetition
 * @param plainMqtt null for none
 * @param plainHttp null for none
 * @param allowOrigins of web pages, in lower case
 * @param readyFile null for none
 * @param serverCertificate null when the own CA issues it
 */
public record Settings(
    Path data,
    List<String> hosts,
    AccountId account,
    String region,
    Profile profile,
    List<Listen> listen,
    @Nullable PlainMqtt plainMqtt,
    @Nullable Address plainHttp,
    boolean dev,
    boolean allowReset,
    List<String> allowTargets,
    MasterKey masterKey,
    Functions functions,
    List<String> allowOrigins,
    @Nullable Path readyFile,
    @Nullable CertificateFiles serverCertificate,
    List<Path> revocationLists,
    Limits limits,
    Log log) {
  public Settings {
    hosts = List.copyOf(hosts);
    listen = List.copyOf(listen);
    allowTargets = List.copyOf(allowTargets);
    revocationLists = List.copyOf(revocationLists);
    allowOrigins = List.copyOf(allowOrigins);
  }

  /**
   * What opens the master key, if it is sealed.
   *
   * @param secret where its passphrase comes from, or the token's PIN
   * @param token configuration of the token that seals it; null for none
   */
  public record MasterKey(SecretSource secret, @Nullable Path token) {}

  /**
   * How functions run.
   *
   * @param allowUnsandboxed without a sandbox
   * @param openNetwork with the machine's network
   */
  public record Functions(boolean allowUnsandboxed, boolean openNetwork) {}

  /** A user's own server certificate in PEM files. */
  public record CertificateFiles(Path certificate, Path key) {}

  /**
   * What the server may use of its machine.
   *
   * @param freeBytesLow below so many free bytes on disk changes are refused
   * @param freeBytesHigh from so many on they are taken again
   * @param eventLoops threads for connections, at least 1
   * @param shardLoops threads for stored state, at least 1
   * @param failuresPerAddress callers that may fail in a minute to prove who they are; 0 for any
   *     number
   * @param uncountedAddresses from where any number may
   */
  public record Limits(
      long freeBytesLow,
      long freeBytesHigh,
      int eventLoops,
      int shardLoops,
      Duration handshakeTimeout,
      int httpHeaderBytes,
      int connectionsPerAddress,
      int failuresPerAddress,
      List<Cidr> uncountedAddresses,
      Duration drainTimeout) {
    public Limits {
      uncountedAddresses = List.copyOf(uncountedAddresses);
    }
  }

  /** How the log is written. */
  public record Log(System.Logger.Level level, Format format, int refusalsPerSecond) {
    /** The form of a line. */
    public enum Format {
      TEXT,
      JSON
    }
  }
}
