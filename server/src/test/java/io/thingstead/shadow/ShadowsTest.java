package io.thingstead.shadow;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.thingstead.account.Account;
import io.thingstead.broker.Message;
import io.thingstead.broker.Origin;
import io.thingstead.broker.Qos;
import io.thingstead.engine.Engine;
import io.thingstead.engine.EngineSettings;
import io.thingstead.engine.ShardId;
import io.thingstead.engine.Simulation;
import io.thingstead.model.AccountId;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import io.thingstead.model.Limits;
import io.thingstead.model.Profile;
import io.thingstead.model.topic.Topic;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShadowsTest {
  // 2026-01-01T00:00:00Z, at which a simulation begins.
  private static final String NOW = "'timestamp':1767225600";

  private final Simulation sim = new Simulation(1);
  private final Deque<Waiting> later = new ArrayDeque<>();
  private RecordingBroker broker = new RecordingBroker();
  private Shadows shadows = start(Profile.THINGSTEAD, sim.engine());

  private record Waiting(Duration time, Runnable task) {}

  private Shadows start(Profile profile, Engine engine) {
    Account account = new Account(new AccountId("000000000000"), "us-east-1", profile);
    Shadows started =
        new Shadows(
            account,
            IntStream.range(0, 3)
                .mapToObj(i -> engine.shard(new ShardId(ShardId.SHADOW, i)).account(0))
                .toList(),
            broker,
            Limits.DEFAULT.shadows(),
            (time, task) -> later.add(new Waiting(time, task)));
    started.start();
    started.resume();
    return started;
  }

  private static byte[] bytes(String json) {
    return json.replace('\'', '"').getBytes(UTF_8);
  }

  private static String text(byte[] json) {
    return new String(json, UTF_8).replace('"', '\'');
  }

  private CompletableFuture<?> send(String topic, String json) {
    return send(topic, json, "client", 0);
  }

  private CompletableFuture<?> send(String topic, String json, String client, int hops) {
    Message message =
        Message.of(
            new Topic("$aws/things/" + topic),
            bytes(json),
            Qos.AT_LEAST_ONCE,
            new Origin(client, "principal", null, hops),
            1_767_225_600_000L);
    return Objects.requireNonNull(broker.send(message), "no sink took it").toCompletableFuture();
  }

  private List<String> publishedAfter(String topic, String json) {
    broker.published.clear();
    CompletableFuture<?> done = send(topic, json);
    sim.runUntilIdle();
    assertThat(done).isCompleted();
    return broker.published;
  }

  private static void refused(AwsError error, String message, ThrowingCallable call) {
    assertThatThrownBy(call)
        .hasMessage(message)
        .asInstanceOf(type(ApiException.class))
        .extracting(ApiException::error)
        .isEqualTo(error);
  }

  @Test
  void anUpdateIsToldAsAcceptedThenDeltaThenDocuments() {
    String state = "{'desired':{'on':true}}";
    String metadata = "{'desired':{'on':{" + NOW + "}}}";
    assertThat(publishedAfter("lamp/shadow/update", "{'state':" + state + ",'clientToken':'t'}"))
        .containsExactly(
            "lamp/shadow/update/accepted {'state':%s,'metadata':%s,'version':1,%s,'clientToken':'t'}"
                .formatted(state, metadata, NOW),
            "lamp/shadow/update/delta {'version':1,%s,'state':{'on':true},'metadata':{'on':{%s}},'clientToken':'t'}"
                .formatted(NOW, NOW),
            "lamp/shadow/update/documents {'previous':{'state':{},'metadata':{},'version':0},'current':{'state':%s,'metadata':%s,'version':1},%s,'clientToken':'t'}"
                .formatted(state, metadata, NOW));
  }

  @Test
  void namedAndClassicShadowsAreApart() {
    publishedAfter("lamp/shadow/name/n/update", "{'state':{'reported':{'a':1}}}");
    assertThat(publishedAfter("lamp/shadow/get", "{'clientToken':'t'}"))
        .containsExactly(
            "lamp/shadow/get/rejected {'code':404,'message':'No shadow exists with name: 'lamp'',"
                + "'clientToken':'t'}");
    assertThat(publishedAfter("lamp/shadow/name/n/get", ""))
        .containsExactly(
            "lamp/shadow/name/n/get/accepted {'state':{'reported':{'a':1}},"
                + "'metadata':{'reported':{'a':{%s}}},'version':1,%s}".formatted(NOW, NOW));
  }

  @Test
  void aDeletedShadowIsGoneAndItsVersionGoesOn() {
    publishedAfter("lamp/shadow/update", "{'state':{'reported':{'a':1}}}");
    assertThat(publishedAfter("lamp/shadow/delete", "{'clientToken':'t'}"))
        .containsExactly(
            "lamp/shadow/delete/accepted {'version':1,%s,'clientToken':'t'}".formatted(NOW));
    assertThat(publishedAfter("lamp/shadow/delete", ""))
        .containsExactly(
            "lamp/shadow/delete/rejected {'code':404,'message':'No shadow exists with name:"
                + " 'lamp''}");
    assertThat(publishedAfter("lamp/shadow/update", "{'state':{},'version':0}"))
        .first()
        .isEqualTo(
            "lamp/shadow/update/accepted {'state':{},'metadata':{},'version':2,%s}".formatted(NOW));
    publishedAfter("lamp/shadow/delete", "");
    assertThat(publishedAfter("lamp/shadow/update", "{'state':{}}"))
        .first()
        .asString()
        .contains("'version':3,");
  }

  @Test
  void aBadUpdateIsRejectedAndOnlyRejected() {
    assertThat(publishedAfter("lamp/shadow/update", "{'clientToken':'t'}"))
        .containsExactly(
            "lamp/shadow/update/rejected {'code':400,'message':'Missing required node: state',"
                + "'clientToken':'t'}");
    publishedAfter("lamp/shadow/update", "{'state':{}}");
    assertThat(publishedAfter("lamp/shadow/update", "{'state':{},'version':7}"))
        .containsExactly("lamp/shadow/update/rejected {'code':409,'message':'Version conflict'}");
    assertThat(publishedAfter("la mp/shadow/update", "{'state':{}}"))
        .containsExactly("la mp/shadow/update/rejected {'code':404,'message':'Thing not found'}");
  }

  @Test
  void ofTwoUpdatesWithTheSameVersionOneConflicts() {
    publishedAfter("lamp/shadow/update", "{'state':{}}");
    broker.published.clear();
    var _ = send("lamp/shadow/update", "{'state':{'reported':{'a':1}},'version':1}");
    var _ = send("lamp/shadow/update", "{'state':{'reported':{'b':1}},'version':1}");
    sim.runUntilIdle();
    assertThat(broker.published).filteredOn(p -> p.contains("/rejected")).hasSize(1);
    assertThat(broker.published).filteredOn(p -> p.contains("/accepted")).hasSize(1);
  }

  @Test
  void thePublisherIsAcknowledgedWhenTheChangeIsDurableAndNotBefore() {
    CompletableFuture<?> done = send("lamp/shadow/update", "{'state':{'reported':{'a':1}}}");
    assertThat(done).isNotDone();
    broker.stores = false;
    sim.runUntilIdle();
    assertThat(done).isCompleted();
    assertThat(text(shadows.get("lamp", null))).contains("'a':1");
  }

  @Test
  void answersCarryTheHopsOfTheRequest() {
    List<Integer> hops = new ArrayList<>();
    broker.attach(
        new io.thingstead.model.topic.TopicFilter("$aws/things/+/shadow/update/accepted"),
        message -> {
          hops.add(message.origin().hops());
          return null;
        });
    var _ = send("lamp/shadow/update", "{'state':{}}", "client", 3);
    sim.runUntilIdle();
    assertThat(hops).containsExactly(3);
  }

  @Test
  void apiChangesAreToldAndApiRefusalsAreNot() {
    assertThat(text(shadows.update("lamp", "n", bytes("{'state':{'desired':{'a':1}}}"))))
        .isEqualTo(
            "{'state':{'desired':{'a':1}},'metadata':{'desired':{'a':{%s}}},'version':1,%s}"
                .formatted(NOW, NOW));
    sim.runUntilIdle();
    assertThat(broker.published)
        .extracting(p -> p.substring(0, p.indexOf(' ')))
        .containsExactly(
            "lamp/shadow/name/n/update/accepted",
            "lamp/shadow/name/n/update/delta",
            "lamp/shadow/name/n/update/documents");
    assertThat(text(shadows.get("lamp", "n"))).contains("'delta':{'a':1}");
    broker.published.clear();
    refused(
        AwsError.RESOURCE_NOT_FOUND,
        "No shadow exists with name: 'lamp'",
        () -> shadows.get("lamp", null));
    refused(AwsError.INVALID_REQUEST, "Invalid JSON", () -> shadows.update("lamp", "n", bytes("")));
    refused(
        AwsError.CONFLICT,
        "Version conflict",
        () -> shadows.update("lamp", "n", bytes("{'state':{},'version':7}")));
    refused(
        AwsError.REQUEST_ENTITY_TOO_LARGE,
        "The payload exceeds the maximum size allowed",
        () -> shadows.update("lamp", "n", new byte[128 * 1024 + 1]));
    refused(
        AwsError.UNSUPPORTED_DOCUMENT_ENCODING,
        "Unsupported documented encoding; supported encoding is UTF-8",
        () -> shadows.update("lamp", "n", new byte[] {(byte) 0xff}));
    refused(AwsError.RESOURCE_NOT_FOUND, "Thing not found", () -> shadows.get("la mp", null));
    sim.runUntilIdle();
    assertThat(broker.published).isEmpty();
    assertThat(text(shadows.delete("lamp", "n"))).isEqualTo("{'version':1,%s}".formatted(NOW));
    sim.runUntilIdle();
    assertThat(broker.published)
        .containsExactly("lamp/shadow/name/n/delete/accepted {'version':1,%s}".formatted(NOW));
  }

  @Test
  void namedShadowsAreListedInPagesWithoutTheClassicOne() {
    for (String name : List.of("", "c", "a", "$package", "b")) {
      shadows.update("lamp", name, bytes("{'state':{}}"));
      shadows.update("lamp2", name, bytes("{'state':{}}"));
    }
    assertThat(text(shadows.listNamed("lamp", null, 100)))
        .isEqualTo("{'results':['$package','a','b','c'],%s}".formatted(NOW));
    String first = text(shadows.listNamed("lamp", null, 3));
    assertThat(first).startsWith("{'results':['$package','a','b'],'nextToken':'");
    String token = first.split("'", -1)[11];
    assertThat(text(shadows.listNamed("lamp", token, 3)))
        .isEqualTo("{'results':['c'],%s}".formatted(NOW));
    assertThat(text(shadows.listNamed("other", null, 1)))
        .isEqualTo("{'results':[],%s}".formatted(NOW));
    assertThatThrownBy(() -> shadows.listNamed("lamp", null, 101)).hasMessageContaining("1..100");
    assertThatThrownBy(() -> shadows.listNamed("lamp", "*", 1)).hasMessageContaining("nextToken");
  }

  @Test
  void inTheCloudsProfileTheEleventhOpenRequestOfAConnectionIsThrottled() {
    shadows.close();
    start(Profile.AWS, sim.engine());
    for (int i = 0; i < 11; i++) {
      var _ = send("lamp/shadow/update", "{'state':{},'clientToken':'" + i + "'}");
    }
    var _ = send("lamp/shadow/update", "{'state':{}}", "other", 0);
    assertThat(broker.published)
        .containsExactly(
            "lamp/shadow/update/rejected {'code':429,'message':'Too Many Requests',"
                + "'clientToken':'10'}");
    sim.runUntilIdle();
    assertThat(broker.published).filteredOn(p -> p.contains("/accepted")).hasSize(11);
    assertThat(publishedAfter("lamp/shadow/update", "{'state':{}}")).hasSize(2);
  }

  @Test
  void whenDiskSpaceIsShortUpdatesAreRejectedAndTheShadowStays() {
    EngineSettings settings = new EngineSettings(1, 1024, 1024, 1000, 2000, 100);
    Simulation full = new Simulation(1, settings, _ -> {}, Simulation.UnaryStore.NONE);
    shadows.close();
    shadows = start(Profile.THINGSTEAD, full.engine());
    shadows.update("lamp", null, bytes("{'state':{'reported':{'a':1}}}"));
    full.runUntilIdle();
    full.store().freeBytes(500);
    full.advance(Duration.ofSeconds(1));
    broker.published.clear();
    CompletableFuture<?> done = send("lamp/shadow/update", "{'state':{},'clientToken':'t'}");
    full.runUntilIdle();
    assertThat(done).isCompleted();
    assertThat(broker.published)
        .containsExactly(
            "lamp/shadow/update/rejected {'code':500,'message':'Internal service failure',"
                + "'clientToken':'t'}");
  }

  @Test
  void aChangeThatTheBrokerCannotStoreIsToldAgainAfterAGrowingWhile() {
    broker.fails = true;
    shadows.update("lamp", null, bytes("{'state':{}}"));
    sim.runUntilIdle();
    assertThat(later.element().time()).isEqualTo(Duration.ofSeconds(1));
    later.remove().task().run();
    sim.runUntilIdle();
    assertThat(later.element().time()).isEqualTo(Duration.ofSeconds(2));
    broker.fails = false;
    broker.published.clear();
    later.remove().task().run();
    sim.runUntilIdle();
    assertThat(broker.published).hasSize(2).first().asString().startsWith("lamp/shadow/update/acc");
    assertThat(later).isEmpty();
    broker.published.clear();
    sim.crashAndRestart();
    shadows = start(Profile.THINGSTEAD, sim.engine());
    assertThat(broker.published).as("told and stored, so never again").isEmpty();
  }

  @Test
  void aChangeThatTheBrokerNeverStoresIsLeftForTheNextStart() {
    broker.fails = true;
    shadows.update("lamp", null, bytes("{'state':{}}"));
    sim.runUntilIdle();
    int tries = 1;
    for (; !later.isEmpty() && tries < 100; tries++) {
      later.remove().task().run();
    }
    assertThat(tries).isEqualTo(9);
    broker.fails = false;
    broker.published.clear();
    sim.crashAndRestart();
    shadows = start(Profile.THINGSTEAD, sim.engine());
    assertThat(broker.published).hasSize(2);
  }

  /** Crashes at random moments: what was acknowledged is there, and was told at least once. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
  void whatWasAcknowledgedIsThereAndIsToldOverACrash(long seed) {
    Simulation sim = new Simulation(seed);
    shadows.close();
    shadows = start(Profile.THINGSTEAD, sim.engine());
    List<String> told = new ArrayList<>();
    int acknowledged = 0;
    for (int round = 0; round < 10; round++) {
      broker = new RecordingBroker();
      // What such a broker is given it loses in the crash, unless it was told to store it.
      broker.stores = sim.random().nextBoolean();
      shadows = start(Profile.THINGSTEAD, sim.engine());
      List<CompletableFuture<?>> open = new ArrayList<>();
      int first = round * 10;
      for (int i = 0; i < 10; i++) {
        open.add(send("lamp/shadow/update", "{'state':{'reported':{'k" + (first + i) + "':1}}}"));
        sim.run(sim.random().nextInt(6));
      }
      sim.run(sim.random().nextInt(20));
      List<Integer> kept =
          IntStream.range(0, 10).filter(i -> open.get(i).isDone()).boxed().toList();
      if (broker.stores) {
        told.addAll(broker.published);
      }
      sim.crashAndRestart();
      broker = new RecordingBroker();
      shadows = start(Profile.THINGSTEAD, sim.engine());
      sim.runUntilIdle();
      told.addAll(broker.published);
      String document = kept.isEmpty() ? "" : text(shadows.get("lamp", null));
      for (int i : kept) {
        String key = "'k" + (first + i) + "':1";
        assertThat(document).contains(key);
        for (String suffix : List.of("accepted {'state':{'reported':{" + key, "documents")) {
          assertThat(told).anyMatch(p -> p.contains("/update/" + suffix) && p.contains(key));
        }
      }
      acknowledged += kept.size();
    }
    assertThat(acknowledged).isPositive();
    shadows.get("lamp", null);
    broker.published.clear();
    sim.crashAndRestart();
    shadows = start(Profile.THINGSTEAD, sim.engine());
    assertThat(broker.published).as("told and stored, so never again").isEmpty();
  }
}
