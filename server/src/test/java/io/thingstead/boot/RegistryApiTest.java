package io.thingstead.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.iot.model.DescribeThingResponse;
import software.amazon.awssdk.services.iot.model.DescribeThingTypeResponse;
import software.amazon.awssdk.services.iot.model.PrincipalThingObject;
import software.amazon.awssdk.services.iot.model.PropagatingAttribute;
import software.amazon.awssdk.services.iot.model.ThingAttribute;
import software.amazon.awssdk.services.iot.model.ThingPrincipalType;
import software.amazon.awssdk.services.iot.model.ThingTypeDefinition;

/** Things, thing types and principals through the API: each operation, each member, each error. */
class RegistryApiTest extends ApiTest {
  private static final String INVALID = "InvalidRequestException";
  private static final String MISSING = "ResourceNotFoundException";
  private static final String EXISTS = "ResourceAlreadyExistsException";
  private static final String CONFLICT = "VersionConflictException";

  private String certificate() {
    return iot().createKeysAndCertificate(r -> r.setAsActive(true)).certificateArn();
  }

  @Test
  void aThingIsMadeDescribedChangedAndDeleted() {
    iot().createThingType(r -> r.thingTypeName("life"));
    var made =
        iot()
            .createThing(
                r ->
                    r.thingName("one")
                        .thingTypeName("life")
                        .attributePayload(p -> p.attributes(Map.of("a", "1", "b", "2"))));
    assertThat(made.thingArn()).isEqualTo("arn:aws:iot:us-east-1:000000000000:thing/one");
    DescribeThingResponse is = iot().describeThing(r -> r.thingName("one"));
    assertThat(is.thingId()).isEqualTo(made.thingId()).matches("[0-9a-f-]{36}");
    assertThat(is.defaultClientId()).isEqualTo("one");
    assertThat(is.thingArn()).isEqualTo(made.thingArn());
    assertThat(is.thingTypeName()).isEqualTo("life");
    assertThat(is.attributes()).isEqualTo(Map.of("a", "1", "b", "2"));
    assertThat(is.version()).isEqualTo(1);
    iot()
        .updateThing(
            r ->
                r.thingName("one")
                    .expectedVersion(1L)
                    .attributePayload(p -> p.merge(true).attributes(Map.of("b", "", "c", "3"))));
    iot().updateThing(r -> r.thingName("one").removeThingType(true));
    is = iot().describeThing(r -> r.thingName("one"));
    assertThat(is.attributes()).isEqualTo(Map.of("a", "1", "c", "3"));
    assertThat(is.thingTypeName()).isNull();
    assertThat(is.version()).isEqualTo(3);
    iot()
        .updateThing(
            r ->
                r.thingName("one")
                    .thingTypeName("life")
                    .attributePayload(p -> p.attributes(Map.of("d", "4"))));
    is = iot().describeThing(r -> r.thingName("one"));
    assertThat(is.attributes()).isEqualTo(Map.of("d", "4"));
    assertThat(is.thingTypeName()).isEqualTo("life");
    refused(409, CONFLICT, () -> iot().deleteThing(r -> r.thingName("one").expectedVersion(3L)));
    iot().deleteThing(r -> r.thingName("one").expectedVersion(4L));
    refused(404, MISSING, () -> iot().describeThing(r -> r.thingName("one")));
    iot().deleteThing(r -> r.thingName("one"));
  }

  @Test
  void aThingIsRefusedByTheExactError() {
    iot()
        .createThing(
            r -> r.thingName("same").attributePayload(p -> p.attributes(Map.of("a", "1"))));
    assertThat(
            iot()
                .createThing(
                    r -> r.thingName("same").attributePayload(p -> p.attributes(Map.of("a", "1"))))
                .thingId())
        .isEqualTo(iot().describeThing(r -> r.thingName("same")).thingId());
    refused(409, EXISTS, () -> iot().createThing(r -> r.thingName("same")));
    refused(400, INVALID, () -> iot().createThing(r -> r.thingName("not good")));
    refused(404, MISSING, () -> iot().createThing(r -> r.thingName("x").thingTypeName("none")));
    refused(404, MISSING, () -> iot().createThing(r -> r.thingName("x").billingGroupName("none")));
    refused(
        400,
        INVALID,
        () ->
            iot()
                .createThing(
                    r ->
                        r.thingName("x")
                            .attributePayload(
                                p -> p.attributes(Map.of("a", "", "b b", "2", "c", "3")))));
    refused(
        400,
        INVALID,
        () ->
            iot()
                .createThing(
                    r ->
                        r.thingName("x")
                            .attributePayload(
                                p ->
                                    p.attributes(Map.of("a", "1", "b", "2", "c", "3", "d", "4")))));
    refused(404, MISSING, () -> iot().updateThing(r -> r.thingName("none")));
    refused(409, CONFLICT, () -> iot().updateThing(r -> r.thingName("same").expectedVersion(7L)));
    refused(
        400,
        INVALID,
        () -> iot().updateThing(r -> r.thingName("same").thingTypeName("t").removeThingType(true)));
    refused(404, MISSING, () -> iot().updateThing(r -> r.thingName("same").thingTypeName("none")));
  }

  @Test
  void thingsAreListedByTypeAndAttributeInPages() {
    iot().createThingType(r -> r.thingTypeName("listed"));
    for (int i = 0; i < 5; i++) {
      String name = "listed" + i;
      String value = i % 2 == 0 ? "even-" + i : "odd";
      iot()
          .createThing(
              r ->
                  r.thingName(name)
                      .thingTypeName("listed")
                      .attributePayload(p -> p.attributes(Map.of("parity", value))));
    }
    var first = iot().listThings(r -> r.thingTypeName("listed").maxResults(3));
    assertThat(first.things()).extracting(ThingAttribute::thingName).hasSize(3);
    ThingAttribute one = first.things().getFirst();
    assertThat(one.thingName()).isEqualTo("listed0");
    assertThat(one.thingArn()).endsWith(":thing/listed0");
    assertThat(one.thingTypeName()).isEqualTo("listed");
    assertThat(one.attributes()).isEqualTo(Map.of("parity", "even-0"));
    assertThat(one.version()).isEqualTo(1);
    var rest = iot().listThings(r -> r.thingTypeName("listed").nextToken(first.nextToken()));
    assertThat(rest.things())
        .extracting(ThingAttribute::thingName)
        .containsExactly("listed3", "listed4");
    assertThat(rest.nextToken()).isNull();
    assertThat(iot().listThings(r -> r.attributeName("parity").attributeValue("odd")).things())
        .extracting(ThingAttribute::thingName)
        .containsExactly("listed1", "listed3");
    assertThat(
            iot()
                .listThings(
                    r ->
                        r.attributeName("parity")
                            .attributeValue("even")
                            .usePrefixAttributeValue(true)
                            .thingTypeName("listed"))
                .things())
        .extracting(ThingAttribute::thingName)
        .containsExactly("listed0", "listed2", "listed4");
    assertThat(iot().listThings(r -> r.attributeName("parity").attributeValue("even")).things())
        .isEmpty();
    refused(400, INVALID, () -> iot().listThings(r -> r.attributeName("parity")));
    refused(400, INVALID, () -> iot().listThings(r -> r.maxResults(251)));
    refused(400, INVALID, () -> iot().listThings(r -> r.nextToken("bm90IG91cnM")));
  }

  @Test
  void aTypeIsMadeDescribedUpdatedAndDeprecated() {
    PropagatingAttribute client =
        PropagatingAttribute.builder()
            .userPropertyKey("client")
            .connectionAttribute("iot:ClientId")
            .build();
    PropagatingAttribute serial =
        PropagatingAttribute.builder().userPropertyKey("sn").thingAttribute("serial").build();
    var made =
        iot()
            .createThingType(
                r ->
                    r.thingTypeName("kind")
                        .thingTypeProperties(
                            p ->
                                p.thingTypeDescription("what it is")
                                    .searchableAttributes("serial")
                                    .mqtt5Configuration(m -> m.propagatingAttributes(client))));
    assertThat(made.thingTypeArn()).endsWith(":thingtype/kind");
    DescribeThingTypeResponse is = iot().describeThingType(r -> r.thingTypeName("kind"));
    assertThat(is.thingTypeId()).isEqualTo(made.thingTypeId());
    assertThat(is.thingTypeArn()).isEqualTo(made.thingTypeArn());
    assertThat(is.thingTypeProperties().thingTypeDescription()).isEqualTo("what it is");
    assertThat(is.thingTypeProperties().searchableAttributes()).containsExactly("serial");
    assertThat(is.thingTypeProperties().mqtt5Configuration().propagatingAttributes())
        .containsExactly(client);
    assertThat(is.thingTypeMetadata().creationDate()).isNotNull();
    assertThat(is.thingTypeMetadata().deprecated()).isFalse();
    assertThat(is.thingTypeMetadata().deprecationDate()).isNull();
    iot()
        .updateThingType(
            r ->
                r.thingTypeName("kind")
                    .thingTypeProperties(
                        p -> p.mqtt5Configuration(m -> m.propagatingAttributes(serial, client))));
    is = iot().describeThingType(r -> r.thingTypeName("kind"));
    assertThat(is.thingTypeProperties().mqtt5Configuration().propagatingAttributes())
        .containsExactly(serial, client);
    assertThat(is.thingTypeProperties().searchableAttributes()).containsExactly("serial");
    iot().deprecateThingType(r -> r.thingTypeName("kind"));
    is = iot().describeThingType(r -> r.thingTypeName("kind"));
    assertThat(is.thingTypeMetadata().deprecated()).isTrue();
    assertThat(is.thingTypeMetadata().deprecationDate()).isNotNull();
    refused(400, INVALID, () -> iot().createThing(r -> r.thingName("x").thingTypeName("kind")));
    refused(400, INVALID, () -> iot().deleteThingType(r -> r.thingTypeName("kind")));
    iot().deprecateThingType(r -> r.thingTypeName("kind").undoDeprecate(true));
    iot().createThing(r -> r.thingName("of-kind").thingTypeName("kind"));
    assertThat(iot().listThingTypes(r -> r.thingTypeName("kind")).thingTypes())
        .extracting(ThingTypeDefinition::thingTypeArn)
        .containsExactly(made.thingTypeArn());
  }

  @Test
  void aTypeIsRefusedByTheExactError() {
    iot().createThingType(r -> r.thingTypeName("strict"));
    iot().createThingType(r -> r.thingTypeName("strict"));
    refused(
        409,
        EXISTS,
        () ->
            iot()
                .createThingType(
                    r ->
                        r.thingTypeName("strict")
                            .thingTypeProperties(p -> p.thingTypeDescription("other"))));
    refused(
        400,
        INVALID,
        () ->
            iot()
                .createThingType(
                    r ->
                        r.thingTypeName("x")
                            .thingTypeProperties(p -> p.searchableAttributes("a", "b", "c", "d"))));
    refused(
        400,
        INVALID,
        () ->
            iot()
                .updateThingType(
                    r ->
                        r.thingTypeName("strict")
                            .thingTypeProperties(p -> p.thingTypeDescription("other"))));
    for (PropagatingAttribute wrong :
        List.of(
            PropagatingAttribute.builder().userPropertyKey("k").build(),
            PropagatingAttribute.builder().thingAttribute("a").build(),
            PropagatingAttribute.builder().userPropertyKey("k").connectionAttribute("a").build(),
            PropagatingAttribute.builder()
                .userPropertyKey("k")
                .thingAttribute("a")
                .connectionAttribute("iot:ClientId")
                .build())) {
      refused(
          400,
          INVALID,
          () ->
              iot()
                  .updateThingType(
                      r ->
                          r.thingTypeName("strict")
                              .thingTypeProperties(
                                  p -> p.mqtt5Configuration(m -> m.propagatingAttributes(wrong)))));
    }
    refused(404, MISSING, () -> iot().updateThingType(r -> r.thingTypeName("none")));
    refused(404, MISSING, () -> iot().describeThingType(r -> r.thingTypeName("none")));
    refused(404, MISSING, () -> iot().deprecateThingType(r -> r.thingTypeName("none")));
    refused(404, MISSING, () -> iot().deleteThingType(r -> r.thingTypeName("none")));
    refused(400, INVALID, () -> iot().deleteThingType(r -> r.thingTypeName("strict")));
    refused(400, INVALID, () -> iot().listThingTypes(r -> r.maxResults(0)));
  }

  @Test
  void principalsAreAttachedListedAndDetachedFromBothSides() {
    String first = certificate();
    String second = certificate();
    for (String thing : List.of("p1", "p2", "p3")) {
      iot().createThing(r -> r.thingName(thing));
      iot().attachThingPrincipal(r -> r.thingName(thing).principal(first));
    }
    iot().attachThingPrincipal(r -> r.thingName("p1").principal(second));
    iot().attachThingPrincipal(r -> r.thingName("p1").principal(second));
    assertThat(iot().listThingPrincipals(r -> r.thingName("p1")).principals())
        .containsExactlyInAnyOrder(first, second);
    var page = iot().listPrincipalThings(r -> r.principal(first).maxResults(2));
    assertThat(page.things()).containsExactly("p1", "p2");
    assertThat(iot().listPrincipalThings(r -> r.principal(first).nextToken(page.nextToken())))
        .satisfies(rest -> assertThat(rest.things()).containsExactly("p3"))
        .satisfies(rest -> assertThat(rest.nextToken()).isNull());
    refused(400, INVALID, () -> iot().deleteThing(r -> r.thingName("p2")));
    iot().detachThingPrincipal(r -> r.thingName("p2").principal(first));
    assertThat(iot().listThingPrincipals(r -> r.thingName("p2")).principals()).isEmpty();
    iot().deleteThing(r -> r.thingName("p2"));
    refused(
        404, MISSING, () -> iot().detachThingPrincipal(r -> r.thingName("p2").principal(first)));
    refused(
        404, MISSING, () -> iot().attachThingPrincipal(r -> r.thingName("none").principal(first)));
    refused(
        404,
        MISSING,
        () ->
            iot()
                .attachThingPrincipal(
                    r -> r.thingName("p1").principal(first.substring(0, first.length() - 1))));
    refused(404, MISSING, () -> iot().listThingPrincipals(r -> r.thingName("none")));
    refused(404, MISSING, () -> iot().listPrincipalThings(r -> r.principal(first + "0")));
  }

  @Test
  void exclusivePrincipalBelongsToOneThing() {
    String sole = certificate();
    String shared = certificate();
    iot().createThing(r -> r.thingName("e1"));
    iot().createThing(r -> r.thingName("e2"));
    iot()
        .attachThingPrincipal(
            r ->
                r.thingName("e1")
                    .principal(sole)
                    .thingPrincipalType(ThingPrincipalType.EXCLUSIVE_THING));
    iot().attachThingPrincipal(r -> r.thingName("e1").principal(shared));
    assertThat(
            iot()
                .listThingPrincipalsV2(
                    r -> r.thingName("e1").thingPrincipalType(ThingPrincipalType.EXCLUSIVE_THING))
                .thingPrincipalObjects())
        .singleElement()
        .satisfies(found -> assertThat(found.principal()).isEqualTo(sole))
        .satisfies(
            found ->
                assertThat(found.thingPrincipalType())
                    .isEqualTo(ThingPrincipalType.EXCLUSIVE_THING));
    assertThat(iot().listThingPrincipalsV2(r -> r.thingName("e1")).thingPrincipalObjects())
        .hasSize(2);
    PrincipalThingObject things =
        iot().listPrincipalThingsV2(r -> r.principal(sole)).principalThingObjects().getFirst();
    assertThat(things.thingName()).isEqualTo("e1");
    assertThat(things.thingPrincipalType()).isEqualTo(ThingPrincipalType.EXCLUSIVE_THING);
    assertThat(
            iot()
                .listPrincipalThingsV2(
                    r ->
                        r.principal(sole)
                            .thingPrincipalType(ThingPrincipalType.NON_EXCLUSIVE_THING))
                .principalThingObjects())
        .isEmpty();
    refused(400, INVALID, () -> iot().attachThingPrincipal(r -> r.thingName("e2").principal(sole)));
    refused(
        400,
        INVALID,
        () ->
            iot()
                .attachThingPrincipal(
                    r ->
                        r.thingName("e2")
                            .principal(shared)
                            .thingPrincipalType(ThingPrincipalType.EXCLUSIVE_THING)));
    refused(404, MISSING, () -> iot().listThingPrincipalsV2(r -> r.thingName("none")));
    refused(404, MISSING, () -> iot().listPrincipalThingsV2(r -> r.principal(sole + "0")));
  }
}
