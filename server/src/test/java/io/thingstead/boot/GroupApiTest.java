package io.thingstead.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.iot.model.Action;
import software.amazon.awssdk.services.iot.model.DescribeThingGroupResponse;
import software.amazon.awssdk.services.iot.model.GroupNameAndArn;
import software.amazon.awssdk.services.iot.model.Tag;

/** Static thing groups and tags through the API: each operation, each member, each error. */
class GroupApiTest extends ApiTest {
  private static final String INVALID = "InvalidRequestException";
  private static final String MISSING = "ResourceNotFoundException";
  private static final String CONFLICT = "VersionConflictException";
  private static final String PREFIX = "arn:aws:iot:us-east-1:000000000000:";

  private void group(String name, @Nullable String parent) {
    iot().createThingGroup(r -> r.thingGroupName(name).parentGroupName(parent));
  }

  private void thing(String name) {
    iot().createThing(r -> r.thingName(name));
  }

  private void join(String thing, String group) {
    iot().addThingToThingGroup(r -> r.thingName(thing).thingGroupName(group));
  }

  private static Tag tag(String key, String value) {
    return Tag.builder().key(key).value(value).build();
  }

  @Test
  void aGroupIsMadeDescribedUpdatedAndDeleted() {
    group("top", null);
    group("middle", "top");
    var made =
        iot()
            .createThingGroup(
                r ->
                    r.thingGroupName("life")
                        .parentGroupName("middle")
                        .thingGroupProperties(
                            p ->
                                p.thingGroupDescription("what")
                                    .attributePayload(a -> a.attributes(Map.of("a", "1")))));
    assertThat(made.thingGroupName()).isEqualTo("life");
    assertThat(made.thingGroupArn()).isEqualTo(PREFIX + "thinggroup/life");
    DescribeThingGroupResponse is = iot().describeThingGroup(r -> r.thingGroupName("life"));
    assertThat(is.thingGroupId()).isEqualTo(made.thingGroupId()).matches("[0-9a-f-]{36}");
    assertThat(is.thingGroupArn()).isEqualTo(made.thingGroupArn());
    assertThat(is.thingGroupName()).isEqualTo("life");
    assertThat(is.version()).isEqualTo(1);
    assertThat(is.thingGroupProperties().thingGroupDescription()).isEqualTo("what");
    assertThat(is.thingGroupProperties().attributePayload().attributes())
        .isEqualTo(Map.of("a", "1"));
    assertThat(is.thingGroupMetadata().parentGroupName()).isEqualTo("middle");
    assertThat(is.thingGroupMetadata().rootToParentThingGroups())
        .extracting(GroupNameAndArn::groupName)
        .containsExactly("top", "middle");
    assertThat(is.thingGroupMetadata().creationDate()).isNotNull();
    assertThat(is.indexName()).isNull();
    assertThat(
            iot()
                .updateThingGroup(
                    r ->
                        r.thingGroupName("life")
                            .expectedVersion(1L)
                            .thingGroupProperties(
                                p ->
                                    p.attributePayload(
                                        a -> a.merge(true).attributes(Map.of("b", "2")))))
                .version())
        .isEqualTo(2);
    iot()
        .updateThingGroup(
            r ->
                r.thingGroupName("life").thingGroupProperties(p -> p.thingGroupDescription("new")));
    is = iot().describeThingGroup(r -> r.thingGroupName("life"));
    assertThat(is.thingGroupProperties().thingGroupDescription()).isEqualTo("new");
    assertThat(is.thingGroupProperties().attributePayload().attributes())
        .isEqualTo(Map.of("a", "1", "b", "2"));
    assertThat(is.version()).isEqualTo(3);
    refused(
        409,
        CONFLICT,
        () -> iot().deleteThingGroup(r -> r.thingGroupName("life").expectedVersion(1L)));
    refused(400, INVALID, () -> iot().deleteThingGroup(r -> r.thingGroupName("middle")));
    iot().deleteThingGroup(r -> r.thingGroupName("life").expectedVersion(3L));
    iot().deleteThingGroup(r -> r.thingGroupName("life"));
    iot().deleteThingGroup(r -> r.thingGroupName("middle"));
    refused(404, MISSING, () -> iot().describeThingGroup(r -> r.thingGroupName("life")));
  }

  @Test
  void aGroupIsRefusedByTheExactError() {
    group("strict", null);
    group("strict", null);
    refused(
        409,
        "ResourceAlreadyExistsException",
        () ->
            iot()
                .createThingGroup(
                    r ->
                        r.thingGroupName("strict")
                            .thingGroupProperties(p -> p.thingGroupDescription("other"))));
    refused(400, INVALID, () -> group("orphan", "none"));
    refused(400, INVALID, () -> group("not good", null));
    String parent = "strict";
    for (int level = 2; level <= 7; level++) {
      group("level" + level, parent);
      parent = "level" + level;
    }
    refused(400, INVALID, () -> group("level8", "level7"));
    refused(
        404,
        MISSING,
        () ->
            iot()
                .updateThingGroup(
                    r ->
                        r.thingGroupName("none")
                            .thingGroupProperties(p -> p.thingGroupDescription("x"))));
    refused(
        409,
        CONFLICT,
        () ->
            iot()
                .updateThingGroup(
                    r ->
                        r.thingGroupName("strict")
                            .expectedVersion(5L)
                            .thingGroupProperties(p -> p.thingGroupDescription("x"))));
    refused(
        400,
        INVALID,
        () ->
            iot()
                .updateThingGroup(
                    r ->
                        r.thingGroupName("strict")
                            .thingGroupProperties(
                                p -> p.attributePayload(a -> a.attributes(Map.of("b b", "1"))))));
    refused(404, MISSING, () -> iot().listThingGroups(r -> r.parentGroup("none")));
  }

  @Test
  void groupsAreListedByParentAndPrefix() {
    group("list", null);
    group("list-a", "list");
    group("list-b", "list");
    group("list-a-deep", "list-a");
    assertThat(iot().listThingGroups(r -> r.namePrefixFilter("list")).thingGroups())
        .extracting(GroupNameAndArn::groupName)
        .containsExactly("list", "list-a", "list-a-deep", "list-b");
    assertThat(iot().listThingGroups(r -> r.parentGroup("list").recursive(false)).thingGroups())
        .extracting(GroupNameAndArn::groupName)
        .containsExactly("list-a", "list-b");
    var first = iot().listThingGroups(r -> r.parentGroup("list").maxResults(2));
    assertThat(first.thingGroups())
        .extracting(GroupNameAndArn::groupArn)
        .containsExactly(PREFIX + "thinggroup/list-a", PREFIX + "thinggroup/list-a-deep");
    assertThat(
            iot()
                .listThingGroups(r -> r.parentGroup("list").nextToken(first.nextToken()))
                .thingGroups())
        .extracting(GroupNameAndArn::groupName)
        .containsExactly("list-b");
    assertThat(
            iot().listThingGroups(r -> r.recursive(false).namePrefixFilter("list")).thingGroups())
        .extracting(GroupNameAndArn::groupName)
        .containsExactly("list");
    refused(400, INVALID, () -> iot().listThingGroups(r -> r.maxResults(251)));
  }

  @Test
  void thingsJoinAndLeaveGroups() {
    group("members", null);
    group("members-sub", "members");
    group("elsewhere", null);
    for (String name : List.of("m1", "m2", "m3")) {
      thing(name);
    }
    join("m1", "members");
    join("m1", "members");
    join("m2", "members-sub");
    iot()
        .addThingToThingGroup(
            r -> r.thingArn(PREFIX + "thing/m3").thingGroupArn(PREFIX + "thinggroup/members-sub"));
    assertThat(iot().listThingsInThingGroup(r -> r.thingGroupName("members")).things())
        .containsExactly("m1");
    List<String> all = new ArrayList<>();
    String token = null;
    do {
      String from = token;
      var page =
          iot()
              .listThingsInThingGroup(
                  r -> r.thingGroupName("members").recursive(true).maxResults(1).nextToken(from));
      all.addAll(page.things());
      token = page.nextToken();
    } while (token != null);
    assertThat(all).containsExactly("m1", "m2", "m3");
    refused(400, INVALID, () -> join("m1", "members-sub"));
    iot()
        .updateThingGroupsForThing(
            r ->
                r.thingName("m1")
                    .thingGroupsToAdd("members-sub", "elsewhere")
                    .thingGroupsToRemove("members"));
    assertThat(iot().listThingGroupsForThing(r -> r.thingName("m1")).thingGroups())
        .extracting(GroupNameAndArn::groupName)
        .containsExactly("elsewhere", "members-sub");
    refused(
        400,
        INVALID,
        () ->
            iot()
                .updateThingGroupsForThing(
                    r ->
                        r.thingName("m1")
                            .thingGroupsToAdd("members")
                            .thingGroupsToRemove("elsewhere")));
    assertThat(iot().listThingGroupsForThing(r -> r.thingName("m1")).thingGroups()).hasSize(2);
    iot().removeThingFromThingGroup(r -> r.thingName("m1").thingGroupName("elsewhere"));
    iot().removeThingFromThingGroup(r -> r.thingName("m1").thingGroupName("elsewhere"));
    assertThat(iot().listThingsInThingGroup(r -> r.thingGroupName("elsewhere")).things()).isEmpty();
    iot().deleteThing(r -> r.thingName("m1"));
    iot().deleteThingGroup(r -> r.thingGroupName("members-sub"));
    assertThat(iot().listThingGroupsForThing(r -> r.thingName("m2")).thingGroups()).isEmpty();
    thing("m1");
    assertThat(iot().listThingGroupsForThing(r -> r.thingName("m1")).thingGroups()).isEmpty();
  }

  @Test
  void membershipIsRefusedByTheExactError() {
    group("door", null);
    thing("guest");
    refused(404, MISSING, () -> join("none", "door"));
    refused(404, MISSING, () -> join("guest", "none"));
    refused(400, INVALID, () -> iot().addThingToThingGroup(r -> r.thingName("guest")));
    refused(400, INVALID, () -> iot().addThingToThingGroup(r -> r.thingGroupName("door")));
    refused(
        400,
        INVALID,
        () ->
            iot()
                .addThingToThingGroup(
                    r ->
                        r.thingName("guest")
                            .thingGroupName("door")
                            .thingGroupArn(PREFIX + "thinggroup/other")));
    refused(
        404,
        MISSING,
        () -> iot().removeThingFromThingGroup(r -> r.thingName("none").thingGroupName("door")));
    refused(404, MISSING, () -> iot().listThingsInThingGroup(r -> r.thingGroupName("none")));
    refused(404, MISSING, () -> iot().listThingGroupsForThing(r -> r.thingName("none")));
    refused(400, INVALID, () -> iot().updateThingGroupsForThing(r -> r.thingGroupsToAdd("door")));
    for (int i = 1; i <= 10; i++) {
      group("ten" + i, null);
      join("guest", "ten" + i);
    }
    refused(400, INVALID, () -> join("guest", "door"));
  }

  @Test
  void policiesAndRulesHaveTagsUntilTheyAreDeleted() {
    iot()
        .createPolicy(
            r ->
                r.policyName("tagged")
                    .policyDocument(RunningNode.ANY_POLICY)
                    .tags(tag("team", "red")));
    Action republish =
        Action.builder()
            .republish(r -> r.topic("b").roleArn("arn:aws:iam::000000000000:role/r"))
            .build();
    iot()
        .createTopicRule(
            r ->
                r.ruleName("tagged")
                    .tags("team=blue&site=a%20b")
                    .topicRulePayload(p -> p.sql("SELECT * FROM 'a'").actions(republish)));
    String policy = PREFIX + "policy/tagged";
    String rule = PREFIX + "rule/tagged";
    assertThat(iot().listTagsForResource(r -> r.resourceArn(policy)).tags())
        .containsExactly(tag("team", "red"));
    assertThat(iot().listTagsForResource(r -> r.resourceArn(rule)).tags())
        .containsExactly(tag("site", "a b"), tag("team", "blue"));
    iot().untagResource(r -> r.resourceArn(rule).tagKeys("site"));
    assertThat(iot().listTagsForResource(r -> r.resourceArn(rule)).tags()).hasSize(1);
    iot().deletePolicy(r -> r.policyName("tagged"));
    iot().deleteTopicRule(r -> r.ruleName("tagged"));
    refused(404, MISSING, () -> iot().listTagsForResource(r -> r.resourceArn(policy)));
    refused(404, MISSING, () -> iot().listTagsForResource(r -> r.resourceArn(rule)));
    iot().createPolicy(r -> r.policyName("tagged").policyDocument(RunningNode.ANY_POLICY));
    assertThat(iot().listTagsForResource(r -> r.resourceArn(policy)).tags()).isEmpty();
    refused(
        501,
        "NotImplementedException",
        () -> iot().listTagsForResource(r -> r.resourceArn(PREFIX + "billinggroup/x")));
  }

  @Test
  void resourcesAreTaggedAndUntagged() {
    iot()
        .createThingType(
            r -> r.thingTypeName("tagged").tags(tag("team", "red"), tag("site", "a b")));
    iot().createThingGroup(r -> r.thingGroupName("tagged").tags(tag("team", "blue")));
    String type = PREFIX + "thingtype/tagged";
    assertThat(iot().listTagsForResource(r -> r.resourceArn(type)).tags())
        .containsExactly(tag("site", "a b"), tag("team", "red"));
    iot().tagResource(r -> r.resourceArn(type).tags(tag("team", "green"), tag("new", "")));
    iot().untagResource(r -> r.resourceArn(type).tagKeys("site", "absent"));
    assertThat(iot().listTagsForResource(r -> r.resourceArn(type)).tags())
        .containsExactly(tag("new", ""), tag("team", "green"));
    String group = PREFIX + "thinggroup/tagged";
    assertThat(iot().listTagsForResource(r -> r.resourceArn(group)).tags())
        .containsExactly(tag("team", "blue"));
    iot().deleteThingGroup(r -> r.thingGroupName("tagged"));
    refused(404, MISSING, () -> iot().listTagsForResource(r -> r.resourceArn(group)));
    group("tagged", null);
    assertThat(iot().listTagsForResource(r -> r.resourceArn(group)).tags()).isEmpty();
    refused(
        404, MISSING, () -> iot().tagResource(r -> r.resourceArn(group + "x").tags(tag("a", "b"))));
    refused(
        400,
        INVALID,
        () -> iot().tagResource(r -> r.resourceArn(PREFIX + "thing/t").tags(tag("a", "b"))));
    refused(
        400, INVALID, () -> iot().tagResource(r -> r.resourceArn(group).tags(tag("aws:x", "b"))));
    refused(
        400,
        INVALID,
        () -> iot().tagResource(r -> r.resourceArn(group).tags(tag("a", "b"), tag("a", "c"))));
    List<Tag> many = IntStream.range(0, 51).mapToObj(i -> tag("k" + i, "v")).toList();
    refused(
        410,
        "LimitExceededException",
        () -> iot().tagResource(r -> r.resourceArn(group).tags(many)));
    refused(404, MISSING, () -> iot().untagResource(r -> r.resourceArn(group + "x").tagKeys("a")));
  }
}
