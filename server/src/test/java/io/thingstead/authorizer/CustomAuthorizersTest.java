package io.thingstead.authorizer;

import static org.assertj.core.api.Assertions.assertThat;

import io.thingstead.account.Account;
import io.thingstead.engine.ShardId;
import io.thingstead.engine.Simulation;
import io.thingstead.function.FunctionCalls;
import io.thingstead.function.FunctionResult;
import io.thingstead.function.Invoker;
import io.thingstead.model.AccountId;
import io.thingstead.model.Profile;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Whom custom authorizers are not even asked about, and where callers may put what they show. */
class CustomAuthorizersTest {
  private static final Asking NAMES_NOBODY =
      new Asking("", null, new Asking.Mqtt("u?x-amz-customauthorizer-name=nobody", null, "c"));

  private long millis;

  private final CustomAuthorizers authorizers = authorizers();

  private CustomAuthorizers authorizers() {
    Account account = new Account(new AccountId("000000000000"), "us-east-1", Profile.THINGSTEAD);
    Simulation empty = new Simulation(1);
    return new CustomAuthorizers(
        account,
        new AuthorizerStore(
            account, empty.engine().shard(new ShardId(ShardId.REGISTRY, 0)).account(1)),
        new Unreachable(),
        _ -> null,
        () -> Instant.ofEpochMilli(millis),
        new Random(1));
  }

  private static final class Unreachable implements FunctionCalls {
    @Override
    public FunctionResult invoke(
        String function, byte[] payload, Invoker invoker, Duration patience) {
      throw new AssertionError("called " + function);
    }

    @Override
    public void send(String function, byte[] payload, Invoker invoker) {
      throw new AssertionError("called " + function);
    }
  }

  private String refusal(String address) {
    return ((Vouching.Refused)
            authorizers.vouch(NAMES_NOBODY, new InetSocketAddress(address, 1000)))
        .why();
  }

  @Test
  void anAddressThatWasRefusedTooOftenIsNotAskedAbout() {
    for (int i = 0; i < 11; i++) {
      assertThat(refusal("10.0.0.1")).isEqualTo("there is no custom authorizer nobody");
    }
    assertThat(refusal("10.0.0.1")).startsWith("too many callers from 10.0.0.1 were refused");
    assertThat(refusal("10.0.0.2")).isEqualTo("there is no custom authorizer nobody");
    millis += 2000;
    assertThat(refusal("10.0.0.1")).isEqualTo("there is no custom authorizer nobody");
  }

  @Test
  void aHeaderGoesBeforeTheQueryAndThatBeforeTheUserName() {
    Asking.Mqtt mqtt = new Asking.Mqtt("u?tok=of%20mqtt&Tok=second", null, "c");
    assertThat(
            new Asking("", new Asking.Http(Map.of("TOK", "of header"), "?tok=q"), mqtt)
                .parameter("tok"))
        .isEqualTo("of header");
    assertThat(new Asking("", new Asking.Http(Map.of(), "?a&tok=a+b%2Bc"), mqtt).parameter("tok"))
        .isEqualTo("a+b+c");
    assertThat(new Asking("", null, mqtt).parameter("tok")).isEqualTo("of mqtt");
    assertThat(new Asking("", null, mqtt).parameter("other")).isNull();
    assertThat(new Asking("", null, new Asking.Mqtt("u", null, "c")).parameter("tok")).isNull();
  }

  @Test
  void nothingSecretIsShownInTheLog() {
    assertThat(
            new Asking(
                    "h",
                    new Asking.Http(Map.of("tok", "hidden"), "?tok=hidden"),
                    new Asking.Mqtt("u?tok=hidden", new byte[] {1}, "c"))
                .toString())
        .doesNotContain("hidden");
  }
}
