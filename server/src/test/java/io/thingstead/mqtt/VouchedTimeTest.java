package io.thingstead.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.thingstead.authorizer.Asking;
import io.thingstead.authorizer.Vouchers;
import io.thingstead.authorizer.Vouching;
import io.thingstead.broker.DisconnectReason;
import io.thingstead.broker.Qos;
import io.thingstead.identity.Principal;
import io.thingstead.model.Profile;
import io.thingstead.model.policy.NamedPolicy;
import io.thingstead.model.policy.PolicyDocument;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The time that a custom authorizer gives a connection, by the test's clock. */
@Timeout(60)
class VouchedTimeTest {
  private static final String ALL =
      """
      {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iot:*","Resource":"*"}]}\
      """;
  private static final String CONNECT =
      """
      {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iot:Connect","Resource":"*"}]}\
      """;

  @RegisterExtension static final TestServer server = new TestServer(Profile.THINGSTEAD);

  /** Says what the test wants it to. */
  private static final class Scripted implements Vouchers {
    private final List<Asking> asked = new ArrayList<>();
    private Vouching answer = yes("p", ALL, 300, 3600);

    @Override
    public boolean offers(Asking asking) {
      return true;
    }

    @Override
    public synchronized Vouching vouch(Asking asking, InetSocketAddress remote) {
      asked.add(asking);
      return answer;
    }

    synchronized int times() {
      return asked.size();
    }

    synchronized void says(Vouching next) {
      answer = next;
    }
  }

  private static Vouching yes(String principal, String document, int refresh, int disconnect) {
    NamedPolicy policy = new NamedPolicy("authorizer a", "1", PolicyDocument.parse(document));
    return new Vouching.Vouched(
        new Principal.Vouched(principal, "a", List.of(policy)), refresh, disconnect);
  }

  private final Scripted authorizer = new Scripted();

  @BeforeEach
  void ask() {
    server.node().principal = null;
    server.node().vouchers = authorizer;
  }

  @AfterEach
  void trustAgain() {
    server.node().principal = new Principal.Anonymous("anonymous");
  }

  private @Nullable DisconnectReason left(String suffix) {
    return server
        .node()
        .presence()
        .known()
        .describe(server.name(suffix))
        .join()
        .orElseThrow()
        .disconnectReason();
  }

  /** Lets the answer to a question come that was asked on another thread. */
  private void awaitTimes(int times) {
    while (authorizer.times() < times) {
      Thread.onSpinWait();
    }
  }

  @Test
  void theFunctionSeesAllThatTheClientShows() throws IOException {
    server.join(server.five("c"));
    Asking asked = authorizer.asked.getFirst();
    assertThat(Objects.requireNonNull(asked.mqtt()).clientId()).isEqualTo(server.name("c"));
    assertThat(asked.http()).isNull();
  }

  @Test
  void theConnectionEndsWhenItsTimeIsOver() throws IOException {
    authorizer.says(yes("p", ALL, 86_400, 600));
    RawClient client = server.join(server.five("c").keepAlive(1200));
    server.pass(599);
    client.send(PingReq.INSTANCE);
    assertThat(client.read()).isInstanceOf(PingResp.class);
    server.pass(2);
    assertThat(((Disconnect) client.read()).reason()).isEqualTo(ReasonCode.MAXIMUM_CONNECT_TIME);
    client.closed();
    assertThat(left("c")).isEqualTo(DisconnectReason.CUSTOMAUTH_TTL_EXPIRATION);
  }

  @Test
  void theAuthorizerIsAskedAgainAndItsNewPoliciesHold() throws IOException {
    RawClient client = server.join(server.five("c").keepAlive(1200));
    client.publish("t", "x", Qos.AT_LEAST_ONCE, false, 1);
    assertThat(((PubAck) client.read()).reason().failed()).isFalse();
    authorizer.says(yes("p", CONNECT, 300, 3600));

    server.pass(301);
    awaitTimes(2);

    ReasonCode said = ReasonCode.SUCCESS;
    // The answer comes from another thread; until it is there the old policies hold.
    for (int id = 2; !said.failed(); id++) {
      client.publish("t", "x", Qos.AT_LEAST_ONCE, false, id);
      said = ((PubAck) client.read()).reason();
    }
    assertThat(said).isEqualTo(ReasonCode.NOT_AUTHORIZED);
    server.pass(301);
    awaitTimes(3);
  }

  @Test
  void whoIsNotVouchedForAgainIsDisconnected() throws IOException {
    RawClient client = server.join(server.five("c").keepAlive(1200));
    authorizer.says(new Vouching.Refused("it was thrown out"));
    server.pass(301);
    assertThat(((Disconnect) client.read()).reason()).isEqualTo(ReasonCode.NOT_AUTHORIZED);
    client.closed();
    assertThat(left("c")).isEqualTo(DisconnectReason.AUTH_ERROR);
  }

  @Test
  void whoIsAnotherTheNextTimeIsDisconnected() throws IOException {
    RawClient client = server.join(server.five("c").keepAlive(1200));
    authorizer.says(yes("q", ALL, 300, 3600));
    server.pass(301);
    assertThat(((Disconnect) client.read()).reason()).isEqualTo(ReasonCode.NOT_AUTHORIZED);
    client.closed();
  }

  @Test
  void whoIsRefusedIsToldSoInEachVersion() throws IOException {
    authorizer.says(new Vouching.Refused("it is a stranger"));
    assertThat(server.refused(server.five("c")).reason()).isEqualTo(ReasonCode.NOT_AUTHORIZED);
    assertThat(server.refused(server.three("c")).reason()).isEqualTo(ReasonCode.NOT_AUTHORIZED);
    assertThat(server.node().refusals()).anyMatch(line -> line.contains("it is a stranger"));
  }
}
