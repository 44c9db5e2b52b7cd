package io.thingstead.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.thingstead.account.Account;
import io.thingstead.engine.AccountShard;
import io.thingstead.engine.ShardId;
import io.thingstead.engine.Simulation;
import io.thingstead.model.AccountId;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import io.thingstead.model.Profile;
import io.thingstead.row.Page;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ThingsTest {
  private static final String CERT_1 = "arn:aws:iot:us-east-1:000000000000:cert/1";
  private static final String CERT_2 = "arn:aws:iot:us-east-1:000000000000:cert/2";

  private final Simulation sim = new Simulation(1);
  private final AccountShard shard =
      sim.engine().shard(new ShardId(ShardId.REGISTRY, 0)).account(0);
  private final Account account =
      new Account(new AccountId("000000000000"), "us-east-1", Profile.THINGSTEAD);
  private final ThingPrincipals principals =
      new ThingPrincipals(shard, (_, arn) -> arn.equals(CERT_1) || arn.equals(CERT_2));
  private final Things things = new Things(account, shard, principals, new Random(1));
  private final ThingTypes types = new ThingTypes(account, shard, new Random(2));
  private final List<String> told = new ArrayList<>();

  ThingsTest() {
    principals.onChange(told::add);
  }

  private static void refused(AwsError error, String message, ThrowingCallable call) {
    assertThatThrownBy(call)
        .hasMessageContaining(message)
        .asInstanceOf(type(ApiException.class))
        .extracting(ApiException::error)
        .isEqualTo(error);
  }

  private static ThingUpdate attributes(Map<String, String> attributes, boolean merge) {
    return new ThingUpdate(null, false, attributes, merge, null);
  }

  private static Map<String, String> many(int count) {
    return IntStream.range(0, count).boxed().collect(Collectors.toMap(i -> "a" + i, i -> "v" + i));
  }

  @Test
  void aThingHasIdArnAndVersionOne() {
    Thing made = things.create("lamp:1", null, Map.of("room", "kitchen"));
    assertThat(made.arn()).isEqualTo("arn:aws:iot:us-east-1:000000000000:thing/lamp:1");
    assertThat(UUID.fromString(made.id()).version()).isEqualTo(4);
    assertThat(made.version()).isEqualTo(1);
    assertThat(things.describe("lamp:1")).isEqualTo(made);
    assertThat(things.find(shard.durable(), "lamp:1")).isEqualTo(made);
    assertThat(things.find(shard.durable(), "other")).isNull();
  }

  @Test
  void makingTheSameThingAgainSucceedsAndAnotherOfItsNameDoesNot() {
    Thing made = things.create("t", null, Map.of("a", "1", "gone", ""));
    assertThat(made.attributes()).isEqualTo(Map.of("a", "1"));
    assertThat(things.create("t", null, Map.of("a", "1"))).isEqualTo(made);
    refused(
        AwsError.RESOURCE_ALREADY_EXISTS,
        "Thing t already exists in account with different attributes",
        () -> things.create("t", null, Map.of("a", "2")));
    types.create("k", TypeProperties.NONE, Map.of());
    refused(
        AwsError.RESOURCE_ALREADY_EXISTS,
        "already exists",
        () -> things.create("t", "k", Map.of("a", "1")));
  }

  @Test
  void namesAndAttributesAreLimited() {
    for (String name : List.of("", "a b", "a/b", "ü", "x".repeat(129))) {
      refused(AwsError.INVALID_REQUEST, "thing name", () -> things.create(name, null, Map.of()));
    }
    Map<String, String> badName = Map.of("a b", "1");
    refused(AwsError.INVALID_REQUEST, "attribute name", () -> things.create("t", null, badName));
    Map<String, String> badValue = Map.of("a", "x y");
    refused(AwsError.INVALID_REQUEST, "attribute 'a'", () -> things.create("t", null, badValue));
    Map<String, String> longValue = Map.of("a", "x".repeat(801));
    refused(AwsError.INVALID_REQUEST, "at most 800", () -> things.create("t", null, longValue));
    refused(AwsError.INVALID_REQUEST, "at most 3", () -> things.create("t", null, many(4)));
    types.create("k", TypeProperties.NONE, Map.of());
    refused(AwsError.INVALID_REQUEST, "at most 50", () -> things.create("t", "k", many(51)));
    assertThat(things.create("t", "k", many(50)).attributes()).hasSize(50);
  }

  @Test
  void anUnknownThingIsNotFound() {
    refused(AwsError.RESOURCE_NOT_FOUND, "Thing t not found", () -> things.describe("t"));
    refused(
        AwsError.RESOURCE_NOT_FOUND,
        "Thing t not found",
        () -> things.update("t", attributes(Map.of(), false)));
    refused(
        AwsError.RESOURCE_NOT_FOUND,
        "Thing t not found",
        () -> principals.ofThing("t", null, 25, null));
  }

  @Test
  void anUpdateReplacesOrMergesAttributesAndCountsTheVersion() {
    things.create("t", null, Map.of("a", "1", "b", "2"));
    Thing merged = things.update("t", attributes(Map.of("b", "", "c", "3"), true));
    assertThat(merged.attributes()).isEqualTo(Map.of("a", "1", "c", "3"));
    assertThat(merged.version()).isEqualTo(2);
    Thing replaced = things.update("t", attributes(Map.of("d", "4", "e", ""), false));
    assertThat(replaced.attributes()).isEqualTo(Map.of("d", "4"));
    Thing untouched = things.update("t", new ThingUpdate(null, false, null, false, 3L));
    assertThat(untouched.attributes()).isEqualTo(Map.of("d", "4"));
    assertThat(things.describe("t")).isEqualTo(untouched).extracting(Thing::version).isEqualTo(4L);
    refused(
        AwsError.VERSION_CONFLICT,
        "version 4, not the expected 3",
        () -> things.update("t", new ThingUpdate(null, false, Map.of(), false, 3L)));
    assertThat(things.describe("t").id()).isEqualTo(merged.id());
  }

  @Test
  void aTypeCanBeChangedAndRemovedWithinTheAttributeLimits() {
    refused(
        AwsError.RESOURCE_NOT_FOUND,
        "Thing type k not found",
        () -> things.create("t", "k", Map.of()));
    types.create("k", TypeProperties.NONE, Map.of());
    types.create("l", TypeProperties.NONE, Map.of());
    things.create("t", "k", many(4));
    assertThat(things.update("t", new ThingUpdate("l", false, null, false, null)).typeName())
        .isEqualTo("l");
    refused(
        AwsError.INVALID_REQUEST,
        "at most 3",
        () -> things.update("t", new ThingUpdate(null, true, null, false, null)));
    refused(
        AwsError.INVALID_REQUEST,
        "cannot be combined",
        () -> things.update("t", new ThingUpdate("k", true, null, false, null)));
    assertThat(things.update("t", new ThingUpdate(null, true, many(3), false, null)).typeName())
        .isNull();
    assertThat(names(new ThingFilter(null, null, false, "l", null))).isEmpty();
  }

  @Test
  void aThingWithAPrincipalCannotBeDeleted() {
    things.create("t", null, Map.of());
    principals.attach("t", CERT_1, PrincipalType.NON_EXCLUSIVE_THING);
    refused(
        AwsError.INVALID_REQUEST,
        "Cannot delete. Thing t is still attached to one or more principals",
        () -> things.delete("t", null));
    principals.detach("t", CERT_1);
    refused(AwsError.VERSION_CONFLICT, "version 1", () -> things.delete("t", 7L));
    things.delete("t", 1L);
    things.delete("t", null);
    refused(AwsError.RESOURCE_NOT_FOUND, "not found", () -> things.describe("t"));
  }

  private List<String> names(ThingFilter filter) {
    List<String> names = new ArrayList<>();
    String token = null;
    do {
      Page<Thing> page = things.list(filter, 7, token);
      assertThat(page.items()).hasSizeLessThanOrEqualTo(7);
      page.items().forEach(thing -> names.add(thing.name()));
      token = page.next();
    } while (token != null);
    return names;
  }

  @Test
  void aListingShowsEachThingOnceInOrderWhateverTheFilter() {
    types.create("even", TypeProperties.NONE, Map.of());
    Map<String, Thing> all = new TreeMap<>();
    for (int i = 0; i < 57; i++) {
      String name = "t%02d".formatted(i * 37 % 57);
      String type = i % 2 == 0 ? "even" : null;
      all.put(name, things.create(name, type, i % 3 == 0 ? Map.of("c", "red" + i % 9) : Map.of()));
    }
    assertThat(names(ThingFilter.ALL)).containsExactlyElementsOf(all.keySet());
    assertThat(names(new ThingFilter(null, null, false, "even", null)))
        .containsExactlyElementsOf(
            all.values().stream().filter(t -> t.typeName() != null).map(Thing::name).toList());
    assertThat(names(new ThingFilter("c", "red3", false, null, null)))
        .containsExactlyElementsOf(
            all.values().stream()
                .filter(t -> "red3".equals(t.attributes().get("c")))
                .map(Thing::name)
                .toList());
    assertThat(names(new ThingFilter("c", "red", true, "even", null)))
        .containsExactlyElementsOf(
            all.values().stream()
                .filter(t -> t.typeName() != null && t.attributes().containsKey("c"))
                .map(Thing::name)
                .toList());
    assertThat(names(new ThingFilter(null, null, false, null, "T1")))
        .containsExactlyElementsOf(all.keySet().stream().filter(t -> t.startsWith("t1")).toList());
    assertThat(names(new ThingFilter("c", "red3", false, "even", "4")))
        .containsExactlyElementsOf(
            all.values().stream()
                .filter(t -> t.typeName() != null && t.name().contains("4"))
                .filter(t -> "red3".equals(t.attributes().get("c")))
                .map(Thing::name)
                .toList());
    assertThat(things.list(ThingFilter.ALL, 57, null).next()).isNull();
    refused(
        AwsError.INVALID_REQUEST,
        "go together",
        () -> new ThingFilter("c", null, false, null, null));
    refused(AwsError.INVALID_REQUEST, "1..250", () -> things.list(ThingFilter.ALL, 251, null));
    refused(AwsError.INVALID_REQUEST, "nextToken", () -> things.list(ThingFilter.ALL, 5, "*"));
  }

  private static String list(Page<Attachment> page) {
    return page.items().stream()
        .map(
            a ->
                a.thingName()
                    + " "
                    + a.principal().substring(CERT_1.indexOf("cert"))
                    + " "
                    + a.type())
        .collect(Collectors.joining(", "));
  }

  @Test
  void principalsAreListedFromBothSides() {
    things.create("a", null, Map.of());
    things.create("b", null, Map.of());
    principals.attach("a", CERT_1, PrincipalType.NON_EXCLUSIVE_THING);
    principals.attach("a", CERT_1, PrincipalType.NON_EXCLUSIVE_THING);
    principals.attach("b", CERT_1, PrincipalType.NON_EXCLUSIVE_THING);
    principals.attach("b", CERT_2, PrincipalType.EXCLUSIVE_THING);
    assertThat(list(principals.ofPrincipal(CERT_1, null, 25, null)))
        .isEqualTo("a cert/1 NON_EXCLUSIVE_THING, b cert/1 NON_EXCLUSIVE_THING");
    assertThat(list(principals.ofThing("b", null, 25, null)))
        .isEqualTo("b cert/1 NON_EXCLUSIVE_THING, b cert/2 EXCLUSIVE_THING");
    assertThat(list(principals.ofThing("b", PrincipalType.EXCLUSIVE_THING, 25, null)))
        .isEqualTo("b cert/2 EXCLUSIVE_THING");
    Page<Attachment> first = principals.ofPrincipal(CERT_1, null, 1, null);
    assertThat(list(first)).startsWith("a ");
    assertThat(list(principals.ofPrincipal(CERT_1, null, 1, first.next()))).startsWith("b ");
    assertThat(told).containsExactly(CERT_1, CERT_1, CERT_2);
  }

  @Test
  void anExclusivePrincipalBelongsToOneThing() {
    things.create("a", null, Map.of());
    things.create("b", null, Map.of());
    principals.attach("a", CERT_1, PrincipalType.EXCLUSIVE_THING);
    for (PrincipalType type : PrincipalType.values()) {
      refused(
          AwsError.INVALID_REQUEST,
          "it is attached to thing a as EXCLUSIVE_THING",
          () -> principals.attach("b", CERT_1, type));
    }
    refused(
        AwsError.INVALID_REQUEST,
        "detach it first",
        () -> principals.attach("a", CERT_1, PrincipalType.NON_EXCLUSIVE_THING));
    principals.attach("a", CERT_2, PrincipalType.NON_EXCLUSIVE_THING);
    refused(
        AwsError.INVALID_REQUEST,
        "it is attached to thing a as NON_EXCLUSIVE_THING",
        () -> principals.attach("b", CERT_2, PrincipalType.EXCLUSIVE_THING));
  }

  @Test
  void unknownPrincipalsAndThingsCannotBeAttachedOrDetached() {
    things.create("a", null, Map.of());
    PrincipalType any = PrincipalType.NON_EXCLUSIVE_THING;
    refused(
        AwsError.RESOURCE_NOT_FOUND,
        "principal x not found",
        () -> principals.attach("a", "x", any));
    refused(
        AwsError.RESOURCE_NOT_FOUND,
        "Thing b not found",
        () -> principals.attach("b", CERT_1, any));
    refused(AwsError.RESOURCE_NOT_FOUND, "is not attached", () -> principals.detach("a", CERT_1));
    refused(
        AwsError.RESOURCE_NOT_FOUND,
        "principal x not found",
        () -> principals.ofPrincipal("x", null, 25, null));
  }

  @Test
  void listenersAreToldOfThePrincipalsWhoseThingChanged() {
    things.create("a", null, Map.of());
    principals.attach("a", CERT_1, PrincipalType.NON_EXCLUSIVE_THING);
    principals.attach("a", CERT_2, PrincipalType.NON_EXCLUSIVE_THING);
    told.clear();
    things.update("a", attributes(Map.of("x", "1"), true));
    assertThat(told).containsExactly(CERT_1, CERT_2);
    told.clear();
    assertThat(shard.<Boolean>call(tx -> principals.any(tx, CERT_1))).isTrue();
    shard.call(
        tx -> {
          principals.detachAll(tx, CERT_1);
          return told;
        });
    assertThat(told).containsExactly(CERT_1);
    assertThat(principals.attachments(CERT_1)).isEmpty();
    assertThat(principals.ofThing("a", null, 25, null).items())
        .containsExactly(new Attachment("a", CERT_2, PrincipalType.NON_EXCLUSIVE_THING));
  }

  @Test
  void aTypeIsDeletedOnlyFiveMinutesAfterItsDeprecationAndWithoutThings() {
    ThingType made =
        types.create("k", new TypeProperties("what it is", List.of("a"), List.of()), Map.of());
    assertThat(made.arn()).isEqualTo("arn:aws:iot:us-east-1:000000000000:thingtype/k");
    assertThat(
            types.create("k", new TypeProperties("what it is", List.of("a"), List.of()), Map.of()))
        .isEqualTo(made);
    refused(
        AwsError.RESOURCE_ALREADY_EXISTS,
        "already",
        () -> types.create("k", new TypeProperties(null, List.of("a"), List.of()), Map.of()));
    things.create("t", "k", Map.of());
    refused(AwsError.INVALID_REQUEST, "must be deprecated", () -> types.delete("k"));
    types.deprecate("k", false);
    refused(AwsError.INVALID_REQUEST, "is deprecated", () -> things.create("u", "k", Map.of()));
    things.update("t", new ThingUpdate("k", false, Map.of("a", "b"), false, null));
    sim.advance(Duration.ofSeconds(299));
    assertThat(types.deprecate("k", false).deprecatedAt())
        .isEqualTo(sim.clock().instant().minusSeconds(299));
    refused(AwsError.INVALID_REQUEST, "less than 5 minutes", () -> types.delete("k"));
    sim.advance(Duration.ofSeconds(1));
    refused(AwsError.INVALID_REQUEST, "still has things", () -> types.delete("k"));
    things.delete("t", null);
    types.delete("k");
    refused(AwsError.RESOURCE_NOT_FOUND, "Thing type k not found", () -> types.describe("k"));
  }

  @Test
  void aDeprecationCanBeUndone() {
    types.create("k", TypeProperties.NONE, Map.of());
    types.create("l", TypeProperties.NONE, Map.of());
    types.deprecate("k", false);
    assertThat(types.deprecate("k", true).deprecatedAt()).isNull();
    assertThat(things.create("t", "k", Map.of()).typeName()).isEqualTo("k");
    assertThat(typeNames(null)).containsExactly("k", "l");
    assertThat(typeNames("l")).containsExactly("l");
  }

  private List<String> typeNames(@Nullable String only) {
    return types.list(only, 25, null).items().stream().map(ThingType::name).toList();
  }
}
