package io.thingstead.cli;

import io.thingstead.config.DataDirectory;
import io.thingstead.config.ServerAddresses;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLPeerUnverifiedException;

/** Examines a server and the machine it is on. */
final class Checkup {
  private static final int JAVA = 25;
  private static final long FREE_BYTES_LITTLE = 1L << 30;
  private static final Duration EXPIRY_NEAR = Duration.ofDays(14);
  // SigV4 allows 15 minutes.
  private static final Duration SKEW_DOUBTFUL = Duration.ofMinutes(5);

  private final Target.Server server;
  private final InstantSource clock;
  private final List<Finding> findings = new ArrayList<>();

  Checkup(Target.Server server, InstantSource clock) {
    this.server = server;
    this.clock = clock;
  }

  /** How a thing is. */
  enum State {
    GOOD,
    DOUBTFUL,
    BAD
  }

  /** What was looked at, how it is, and what to do. */
  record Finding(String what, State state, String text) {}

  List<Finding> all() {
    java();
    directory();
    disk();
    ca();
    server();
    return List.copyOf(findings);
  }

  private void add(String what, State state, String text) {
    findings.add(new Finding(what, state, text));
  }

  private void java() {
    int version = Runtime.version().feature();
    add(
        "Java",
        version == JAVA ? State.GOOD : State.DOUBTFUL,
        version == JAVA ? "JDK " + version : "JDK " + version + "; it is tested with " + JAVA);
  }

  private void directory() {
    DataDirectory data = server.data();
    if (!Files.isDirectory(data.path())) {
      add("data", State.DOUBTFUL, "there is no " + data.path() + " on this machine");
      return;
    }
    add("data", State.GOOD, data.path().toString());
    permissions(data.path(), "rwx------", "700");
    permissions(data.masterKey(), "rw-------", "600");
    permissions(data.credentials(), "rw-------", "600");
  }

  private void permissions(Path path, String wanted, String octal) {
    try {
      String found = PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
      if (!found.equals(wanted)) {
        add(
            "permissions",
            State.BAD,
            path + " is " + found + ", so others may get in: chmod " + octal + " " + path);
      }
    } catch (IOException e) {
      add("permissions", State.BAD, "cannot look at " + path + ": " + e.getMessage());
    }
  }

  private void disk() {
    try {
      if (Files.isDirectory(server.data().path())) {
        long free = Files.getFileStore(server.data().path()).getUsableSpace();
        boolean enough = free >= FREE_BYTES_LITTLE;
        add(
            "disk",
            enough ? State.GOOD : State.DOUBTFUL,
            (free >> 20)
                + " MiB free"
                + (enough ? "" : "; below the setting free-space-low changes are refused"));
      }
    } catch (IOException e) {
      add("disk", State.DOUBTFUL, "cannot tell the free space: " + e.getMessage());
    }
  }

  private void ca() {
    Path file = server.ca();
    if (file == null) {
      return;
    }
    try {
      expiry("CA", Trust.read(file));
    } catch (IOException | GeneralSecurityException e) {
      add("CA", State.BAD, "cannot read " + file + ": " + e.getMessage());
    }
  }

  private void expiry(String what, X509Certificate certificate) {
    Instant end = certificate.getNotAfter().toInstant();
    Duration left = Duration.between(clock.instant(), end);
    if (left.isNegative()) {
      add(what, State.BAD, "ended " + end + "; is the clock right?");
    } else if (left.compareTo(EXPIRY_NEAR) < 0) {
      add(what, State.DOUBTFUL, "ends " + end + "; the server renews its own a month before");
    } else {
      add(what, State.GOOD, "until " + end);
    }
  }

  private void server() {
    ServerAddresses addresses = ServerAddresses.read(server.data().addresses());
    if (addresses != null) {
      boolean runs = ProcessHandle.of(addresses.pid()).isPresent();
      add(
          "process",
          runs ? State.GOOD : State.DOUBTFUL,
          "server process "
              + addresses.pid()
              + (runs ? " on " + String.join(", ", addresses.listeners()) : " has ended"));
    }
    ApiClient client = new ApiClient(server, clock);
    try {
      HttpResponse<String> health =
          client.exchange(
              HttpRequest.newBuilder(server.endpoint().resolve("/readyz"))
                  .timeout(Duration.ofSeconds(10))
                  .build());
      boolean ready = health.statusCode() == 200;
      add(
          "server",
          ready ? State.GOOD : State.BAD,
          server.endpoint() + (ready ? " is ready" : " is not ready: " + health.body().strip()));
      certificate(health);
      skew(health);
    } catch (CommandFailedException e) {
      add("server", State.BAD, String.valueOf(e.getMessage()));
      return;
    }
    try {
      client.get("/_thingstead/accounts", Map.of());
      add("key", State.GOOD, server.credentials() + " [" + server.profile() + "] is accepted");
    } catch (CommandFailedException e) {
      add("key", State.BAD, String.valueOf(e.getMessage()));
    }
  }

  private void certificate(HttpResponse<String> response) {
    response
        .sslSession()
        .ifPresent(
            session -> {
              try {
                if (session.getPeerCertificates()[0] instanceof X509Certificate certificate) {
                  expiry("certificate", certificate);
                }
              } catch (SSLPeerUnverifiedException e) {
                add("certificate", State.BAD, "the server showed none");
              }
            });
  }

  private void skew(HttpResponse<String> response) {
    response.headers().firstValue("date").ifPresent(this::skew);
  }

  private void skew(String date) {
    try {
      Instant theirs = ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
      Duration apart = Duration.between(theirs, clock.instant()).abs();
      boolean near = apart.compareTo(SKEW_DOUBTFUL) < 0;
      add(
          "clock",
          near ? State.GOOD : State.BAD,
          near
              ? "agrees with the server's"
              : "is " + apart.toMinutes() + " minutes from the server's; set both by NTP");
    } catch (DateTimeParseException e) {
      add("clock", State.DOUBTFUL, "the server's Date cannot be read: " + date);
    }
  }
}
