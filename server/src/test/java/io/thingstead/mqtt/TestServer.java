package io.thingstead.mqtt;

import static java.util.Objects.requireNonNull;

import io.thingstead.authorize.Authorization;
import io.thingstead.authorize.ConnectionContext;
import io.thingstead.authorize.VouchedAuthorization;
import io.thingstead.identity.Principal;
import io.thingstead.model.Limits;
import io.thingstead.model.Profile;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A server for all tests of a class, by a clock that stands still. It has one loop, so that what a
 * client did before it heard an answer has happened when another asks. The clients of a test are
 * closed with it.
 */
final class TestServer
    implements BeforeAllCallback, AfterAllCallback, BeforeEachCallback, AfterEachCallback {
  final AllowAll authorization = new AllowAll();
  private final Profile profile;
  private final Limits limits;
  private final TestClock clock = new TestClock();
  private final List<RawClient> clients = new ArrayList<>();
  private @Nullable Path directory;
  private @Nullable TestNode node;
  private String test = "";
  private int tests;

  TestServer(Profile profile) {
    this(profile, Limits.of(profile));
  }

  /** With other limits for what belongs to the account. */
  TestServer(Profile profile, Limits limits) {
    this.profile = profile;
    this.limits = limits;
  }

  @Override
  public void beforeAll(ExtensionContext context) throws IOException {
    directory = Files.createTempDirectory("mqtt");
    start();
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    test = "t" + ++tests;
  }

  @Override
  public void afterEach(ExtensionContext context) throws IOException {
    for (RawClient client : clients) {
      client.close();
    }
    clients.clear();
  }

  @Override
  public void afterAll(ExtensionContext context) throws IOException {
    node().close();
    Files.walkFileTree(
        requireNonNull(directory),
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path dir, @Nullable IOException failure)
              throws IOException {
            Files.delete(dir);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  private void start() {
    node =
        new TestNode(requireNonNull(directory), 0, 1, profile, limits, this::authorization, clock);
  }

  private Authorization authorization(ConnectionContext context) {
    return context.principal() instanceof Principal.Vouched vouched
        ? new VouchedAuthorization(context, vouched.policies(), clock)
        : authorization;
  }

  /** Stops, and starts with what is on disk. */
  void restart() {
    node().close();
    start();
  }

  TestNode node() {
    return requireNonNull(node);
  }

  /** A name of this test's own, for client ids and topics. */
  String name(String suffix) {
    return test + suffix;
  }

  Dial five(String suffix) {
    return Dial.five(name(suffix));
  }

  Dial three(String suffix) {
    return Dial.three(name(suffix));
  }

  /** A socket that has said nothing yet. */
  RawClient open(Version version) throws IOException {
    RawClient client = new RawClient(node().port(), version);
    clients.add(client);
    return client;
  }

  RawClient join(Dial dial) throws IOException {
    return open(dial.version()).connect(dial.packet());
  }

  /** A CONNECT that is refused: its answer. */
  ConnAck refused(Dial dial) throws IOException {
    RawClient client = open(dial.version());
    client.send(dial.packet());
    ConnAck ack = (ConnAck) client.read();
    client.closed();
    return ack;
  }

  /** Lets time go by, and what is due in it be done. */
  void pass(int seconds) {
    // First what has happened by the time that was. A loop that has just closed a socket learns in
    // its next task that the connection is gone, so it is waited for twice.
    node().tick();
    node().tick();
    clock.advance(Duration.ofSeconds(seconds));
    node().tick();
  }

  /** Lets time go by that no timer notices. */
  void passMillis(int millis) {
    clock.advance(Duration.ofMillis(millis));
  }
}
