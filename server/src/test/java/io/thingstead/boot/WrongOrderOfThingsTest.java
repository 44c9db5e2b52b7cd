package io.thingstead.boot;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import software.amazon.awssdk.services.iot.model.ThingPrincipalType;

/** Things, their types and groups, and what is attached to them, in every wrong order. */
class WrongOrderOfThingsTest extends WrongOrder {
  private static final Map<String, String> FOUR = Map.of("a", "1", "b", "2", "c", "3", "d", "4");
  private String certificate = "";
  private String exclusive = "";

  @BeforeAll
  void furnish() throws Exception {
    certificate = certificate("one");
    exclusive = certificate("two");
    for (String type : List.of("used", "old", "unused")) {
      iot().createThingType(r -> r.thingTypeName(type));
    }
    thing("bound", null, Map.of("a", "1"));
    thing("other", null, Map.of());
    thing("typed", "used", FOUR);
    thing("oldest", "old", Map.of());
    deprecate("old");
    attach("bound", certificate, ThingPrincipalType.NON_EXCLUSIVE_THING);
    attach("bound", exclusive, ThingPrincipalType.EXCLUSIVE_THING);
    group("level1", null);
    for (int level = 2; level <= 7; level++) {
      group("level" + level, "level" + (level - 1));
    }
    join("bound", "level3");
    for (int i = 1; i <= 10; i++) {
      group("ten" + i, null);
      join("typed", "ten" + i);
    }
  }

  private String certificate(String name) throws Exception {
    String request = IdentityApiTest.request(name);
    return iot()
        .createCertificateFromCsr(r -> r.certificateSigningRequest(request))
        .certificateArn();
  }

  private void thing(String name, @Nullable String type, Map<String, String> attributes) {
    iot()
        .createThing(
            r ->
                r.thingName(name)
                    .thingTypeName(type)
                    .attributePayload(p -> p.attributes(attributes)));
  }

  private void attach(String thing, String principal, ThingPrincipalType type) {
    iot()
        .attachThingPrincipal(
            r -> r.thingName(thing).principal(principal).thingPrincipalType(type));
  }

  private void attach(String thing, String principal) {
    iot().attachThingPrincipal(r -> r.thingName(thing).principal(principal));
  }

  private void detach(String thing, String principal) {
    iot().detachThingPrincipal(r -> r.thingName(thing).principal(principal));
  }

  private void deprecate(String type) {
    iot().deprecateThingType(r -> r.thingTypeName(type));
  }

  private void setType(String thing, String type) {
    iot().updateThing(r -> r.thingName(thing).thingTypeName(type));
  }

  private void deleteType(String type) {
    iot().deleteThingType(r -> r.thingTypeName(type));
  }

  private void group(String name, @Nullable String parent) {
    iot().createThingGroup(r -> r.thingGroupName(name).parentGroupName(parent));
  }

  private void deleteGroup(String name) {
    iot().deleteThingGroup(r -> r.thingGroupName(name));
  }

  private void describeGroup(String name, long expectedVersion) {
    iot()
        .updateThingGroup(
            r ->
                r.thingGroupName(name)
                    .expectedVersion(expectedVersion)
                    .thingGroupProperties(p -> p.thingGroupDescription("x")));
  }

  private void join(String thing, String group) {
    iot().addThingToThingGroup(r -> r.thingName(thing).thingGroupName(group));
  }

  private void leave(String thing, String group) {
    iot().removeThingFromThingGroup(r -> r.thingName(thing).thingGroupName(group));
  }

  @Override
  List<Object> state() {
    List<Object> all = new ArrayList<>();
    all.add(iot().listThings(r -> r.maxResults(250)).things());
    all.add(iot().listThingTypes().thingTypes());
    all.add(iot().listThingGroups(r -> r.maxResults(250)).thingGroups());
    for (String thing : List.of("bound", "other", "typed")) {
      all.add(iot().describeThing(r -> r.thingName(thing)));
      all.add(iot().listThingPrincipalsV2(r -> r.thingName(thing)).thingPrincipalObjects());
      all.add(iot().listThingGroupsForThing(r -> r.thingName(thing)).thingGroups());
    }
    for (String group : List.of("level1", "level3", "level7")) {
      all.add(iot().describeThingGroup(r -> r.thingGroupName(group)));
      all.add(iot().listThingsInThingGroup(r -> r.thingGroupName(group)).things());
    }
    for (String principal : List.of(certificate, exclusive)) {
      all.add(iot().listPrincipalThingsV2(r -> r.principal(principal)).principalThingObjects());
    }
    return all;
  }

  @TestFactory
  Stream<DynamicTest> ofAThing() {
    return Stream.of(
        refusal(
            "deleted while it has a certificate",
            400,
            INVALID,
            () -> iot().deleteThing(r -> r.thingName("bound"))),
        refusal(
            "deleted in a version that it has not",
            409,
            VERSION,
            () -> iot().deleteThing(r -> r.thingName("other").expectedVersion(9L))),
        repetition(
            "deleted when it is not there", () -> iot().deleteThing(r -> r.thingName("none"))),
        repetition("made again as it is", () -> thing("bound", null, Map.of("a", "1"))),
        refusal(
            "made again with other attributes",
            409,
            EXISTS,
            () -> thing("bound", null, Map.of("a", "2"))),
        refusal(
            "made again with a type", 409, EXISTS, () -> thing("bound", "used", Map.of("a", "1"))),
        refusal("made of no type", 404, MISSING, () -> thing("new", "none", Map.of())),
        refusal("made of a deprecated type", 400, INVALID, () -> thing("new", "old", Map.of())),
        refusal("of four attributes and no type", 400, INVALID, () -> thing("new", null, FOUR)),
        refusal("given a deprecated type", 400, INVALID, () -> setType("other", "old")),
        refusal("given no such type", 404, MISSING, () -> setType("other", "none")),
        refusal("changed when it is not there", 404, MISSING, () -> setType("none", "used")),
        refusal(
            "changed in a version that it has not",
            409,
            VERSION,
            () -> iot().updateThing(r -> r.thingName("other").expectedVersion(9L))),
        refusal(
            "rid of its type while it has four attributes",
            400,
            INVALID,
            () -> iot().updateThing(r -> r.thingName("typed").removeThingType(true))),
        refusal(
            "given a type and rid of it",
            400,
            INVALID,
            () ->
                iot()
                    .updateThing(
                        r -> r.thingName("typed").thingTypeName("used").removeThingType(true))));
  }

  @TestFactory
  Stream<DynamicTest> ofAPrincipal() {
    String unknown = certificate.substring(0, certificate.length() - 8) + "00000000";
    return Stream.of(
        repetition("attached twice", () -> attach("bound", certificate)),
        // The spec is silent, the model of the operation has this error, and it is more telling.
        refusal("detached twice", 404, MISSING, () -> detach("other", certificate)),
        refusal("attached to no thing", 404, MISSING, () -> attach("none", certificate)),
        refusal("detached from no thing", 404, MISSING, () -> detach("none", certificate)),
        refusal("an unknown one attached", 404, MISSING, () -> attach("other", unknown)),
        refusal("another thing's own attached", 400, INVALID, () -> attach("other", exclusive)),
        refusal(
            "another thing's made a thing's own",
            400,
            INVALID,
            () -> attach("other", certificate, ThingPrincipalType.EXCLUSIVE_THING)));
  }

  @TestFactory
  Stream<DynamicTest> ofAType() {
    return Stream.of(
        repetition(
            "made again as it is", () -> iot().createThingType(r -> r.thingTypeName("unused"))),
        refusal(
            "made again with another description",
            409,
            EXISTS,
            () ->
                iot()
                    .createThingType(
                        r ->
                            r.thingTypeName("unused")
                                .thingTypeProperties(p -> p.thingTypeDescription("new")))),
        refusal(
            "given another description",
            400,
            INVALID,
            () ->
                iot()
                    .updateThingType(
                        r ->
                            r.thingTypeName("unused")
                                .thingTypeProperties(p -> p.thingTypeDescription("new")))),
        refusal("deleted undeprecated", 400, INVALID, () -> deleteType("unused")),
        refusal("deleted undeprecated and in use", 400, INVALID, () -> deleteType("used")),
        refusal("deleted in use, and too soon", 400, INVALID, () -> deleteType("old")),
        refusal("deleted when it is not there", 404, MISSING, () -> deleteType("none")),
        refusal("deprecated when it is not there", 404, MISSING, () -> deprecate("none")));
  }

  /** The five minutes between deprecation and deletion; {@code ThingsTest} lets them go by. */
  @TestFactory
  Stream<DynamicTest> ofATypeThatIsUsedNoMore() {
    iot().createThingType(r -> r.thingTypeName("fresh"));
    deprecate("fresh");
    return Stream.of(
        refusal("deleted too soon", 400, INVALID, () -> deleteType("fresh")),
        refusal("given to a new thing", 400, INVALID, () -> thing("new", "fresh", Map.of())));
  }

  @TestFactory
  Stream<DynamicTest> ofAGroup() {
    return Stream.of(
        repetition("made again as it is", () -> group("level2", "level1")),
        refusal("made again with another parent", 409, EXISTS, () -> group("level2", "ten1")),
        // The model of CreateThingGroup knows no ResourceNotFoundException.
        refusal("made below no group", 400, INVALID, () -> group("new", "none")),
        refusal("made in an eighth level", 400, INVALID, () -> group("level8", "level7")),
        refusal("deleted with groups in it", 400, INVALID, () -> deleteGroup("level1")),
        repetition("deleted when it is not there", () -> deleteGroup("none")),
        refusal(
            "deleted in a version that it has not",
            409,
            VERSION,
            () -> iot().deleteThingGroup(r -> r.thingGroupName("level7").expectedVersion(9L))),
        refusal(
            "changed in a version that it has not", 409, VERSION, () -> describeGroup("level7", 9)),
        refusal("changed when it is not there", 404, MISSING, () -> describeGroup("none", 1)));
  }

  @TestFactory
  Stream<DynamicTest> ofAMember() {
    return Stream.of(
        repetition("that joins twice", () -> join("bound", "level3")),
        repetition("that leaves twice", () -> leave("other", "level3")),
        refusal("that is no thing", 404, MISSING, () -> join("none", "level3")),
        refusal("of no group", 404, MISSING, () -> join("bound", "none")),
        refusal("that leaves and is no thing", 404, MISSING, () -> leave("none", "level3")),
        refusal("that leaves no group", 404, MISSING, () -> leave("bound", "none")),
        refusal("twice in a hierarchy", 400, INVALID, () -> join("bound", "level5")),
        refusal("in an eleventh group", 400, INVALID, () -> join("typed", "level3")),
        refusal(
            "that changes to two of a hierarchy",
            400,
            INVALID,
            () ->
                iot()
                    .updateThingGroupsForThing(
                        r -> r.thingName("bound").thingGroupsToAdd("ten1", "level5"))));
  }
}
