package io.thingstead.operation;

import io.thingstead.account.Account;
import io.thingstead.api.iot.AddThingToThingGroupRequest;
import io.thingstead.api.iot.AddThingToThingGroupResponse;
import io.thingstead.api.iot.AttributePayload;
import io.thingstead.api.iot.CreateThingGroupRequest;
import io.thingstead.api.iot.CreateThingGroupResponse;
import io.thingstead.api.iot.DeleteThingGroupResponse;
import io.thingstead.api.iot.DescribeThingGroupResponse;
import io.thingstead.api.iot.GroupNameAndArn;
import io.thingstead.api.iot.Iot;
import io.thingstead.api.iot.ListThingGroupsForThingResponse;
import io.thingstead.api.iot.ListThingGroupsResponse;
import io.thingstead.api.iot.ListThingsInThingGroupResponse;
import io.thingstead.api.iot.RemoveThingFromThingGroupRequest;
import io.thingstead.api.iot.RemoveThingFromThingGroupResponse;
import io.thingstead.api.iot.ThingGroupMetadata;
import io.thingstead.api.iot.ThingGroupProperties;
import io.thingstead.api.iot.UpdateThingGroupRequest;
import io.thingstead.api.iot.UpdateThingGroupResponse;
import io.thingstead.api.iot.UpdateThingGroupsForThingRequest;
import io.thingstead.api.iot.UpdateThingGroupsForThingResponse;
import io.thingstead.http.Call;
import io.thingstead.http.OperationTable;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import io.thingstead.registry.GroupMembers;
import io.thingstead.registry.GroupProperties;
import io.thingstead.registry.GroupUpdate;
import io.thingstead.registry.ThingGroup;
import io.thingstead.registry.ThingGroups;
import io.thingstead.row.Page;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Static thing groups and the things in them. */
final class GroupOperations {
  private final Function<Account, Features> features;

  GroupOperations(Function<Account, Features> features) {
    this.features = features;
  }

  private ThingGroups groups(Call call) {
    return features.apply(call.account()).groups();
  }

  private GroupMembers members(Call call) {
    return features.apply(call.account()).members();
  }

  void bind(OperationTable table) {
    table.on(Iot.CREATE_THING_GROUP, this::create);
    table.on(
        Iot.DESCRIBE_THING_GROUP,
        (call, in) -> described(groups(call).describe(in.thingGroupName())));
    table.on(Iot.UPDATE_THING_GROUP, this::update);
    table.on(
        Iot.DELETE_THING_GROUP,
        (call, in) -> {
          groups(call).delete(in.thingGroupName(), in.expectedVersion());
          return new DeleteThingGroupResponse();
        });
    table.on(
        Iot.LIST_THING_GROUPS,
        (call, in) -> {
          Page<ThingGroup.Named> page =
              groups(call)
                  .list(
                      in.parentGroup(),
                      in.namePrefixFilter(),
                      !Boolean.FALSE.equals(in.recursive()),
                      in.maxResults(),
                      in.nextToken());
          return new ListThingGroupsResponse(named(page.items()), page.next());
        });
    bindMembers(table);
  }

  private void bindMembers(OperationTable table) {
    table.on(Iot.ADD_THING_TO_THING_GROUP, this::add);
    table.on(Iot.REMOVE_THING_FROM_THING_GROUP, this::remove);
    table.on(Iot.UPDATE_THING_GROUPS_FOR_THING, this::updateForThing);
    table.on(
        Iot.LIST_THINGS_IN_THING_GROUP,
        (call, in) -> {
          Page<String> page =
              members(call)
                  .things(
                      in.thingGroupName(),
                      Boolean.TRUE.equals(in.recursive()),
                      in.maxResults(),
                      in.nextToken());
          return new ListThingsInThingGroupResponse(page.items(), page.next());
        });
    table.on(
        Iot.LIST_THING_GROUPS_FOR_THING,
        (call, in) -> {
          Page<ThingGroup.Named> page =
              groups(call).ofThing(in.thingName(), in.maxResults(), in.nextToken());
          return new ListThingGroupsForThingResponse(named(page.items()), page.next());
        });
  }

  private CreateThingGroupResponse create(Call call, CreateThingGroupRequest in) {
    ThingGroup made =
        groups(call)
            .create(
                in.thingGroupName(),
                in.parentGroupName(),
                properties(in.thingGroupProperties()),
                TagOperations.parse(in.tags()));
    return new CreateThingGroupResponse(made.name(), made.arn(), made.id());
  }

  private static GroupProperties properties(@Nullable ThingGroupProperties given) {
    if (given == null) {
      return GroupProperties.NONE;
    }
    AttributePayload payload = given.attributePayload();
    Map<String, String> attributes = payload == null ? null : payload.attributes();
    return GroupProperties.of(
        given.thingGroupDescription(), attributes == null ? Map.of() : attributes);
  }

  private UpdateThingGroupResponse update(Call call, UpdateThingGroupRequest in) {
    ThingGroupProperties given = in.thingGroupProperties();
    AttributePayload payload = given.attributePayload();
    GroupUpdate update =
        new GroupUpdate(
            given.thingGroupDescription(),
            payload == null ? null : payload.attributes(),
            payload != null && Boolean.TRUE.equals(payload.merge()),
            in.expectedVersion());
    return new UpdateThingGroupResponse(groups(call).update(in.thingGroupName(), update).version());
  }

  private static DescribeThingGroupResponse described(ThingGroup group) {
    List<ThingGroup.Named> above = group.ancestors();
    GroupProperties properties = group.properties();
    return DescribeThingGroupResponse.builder()
        .thingGroupName(group.name())
        .thingGroupArn(group.arn())
        .thingGroupId(group.id())
        .version(group.version())
        .thingGroupProperties(
            new ThingGroupProperties(
                properties.description(),
                properties.attributes().isEmpty()
                    ? null
                    : new AttributePayload(properties.attributes(), null)))
        .thingGroupMetadata(
            ThingGroupMetadata.builder()
                .parentGroupName(above.isEmpty() ? null : above.getLast().name())
                .rootToParentThingGroups(named(above))
                .creationDate(group.createdAt())
                .build())
        .build();
  }

  private static List<GroupNameAndArn> named(List<ThingGroup.Named> groups) {
    return groups.stream().map(group -> new GroupNameAndArn(group.name(), group.arn())).toList();
  }

  private AddThingToThingGroupResponse add(Call call, AddThingToThingGroupRequest in) {
    members(call)
        .add(
            name(call, "thinggroup", in.thingGroupName(), in.thingGroupArn()),
            name(call, "thing", in.thingName(), in.thingArn()));
    return new AddThingToThingGroupResponse();
  }

  private RemoveThingFromThingGroupResponse remove(Call call, RemoveThingFromThingGroupRequest in) {
    members(call)
        .remove(
            name(call, "thinggroup", in.thingGroupName(), in.thingGroupArn()),
            name(call, "thing", in.thingName(), in.thingArn()));
    return new RemoveThingFromThingGroupResponse();
  }

  private UpdateThingGroupsForThingResponse updateForThing(
      Call call, UpdateThingGroupsForThingRequest in) {
    List<String> toAdd = in.thingGroupsToAdd();
    List<String> toRemove = in.thingGroupsToRemove();
    members(call)
        .update(
            name(call, "thing", in.thingName(), null),
            toAdd == null ? List.of() : toAdd,
            toRemove == null ? List.of() : toRemove);
    return new UpdateThingGroupsForThingResponse();
  }

  /** The name that is given itself, or by an ARN, or both if they are the same. */
  private static String name(Call call, String kind, @Nullable String name, @Nullable String arn) {
    String prefix = call.account().arn(kind + "/");
    if (name == null && arn == null) {
      throw new ApiException(
          AwsError.INVALID_REQUEST, "the name or the ARN of the " + kind + " is missing");
    }
    if (arn == null) {
      return String.valueOf(name);
    }
    if (!arn.startsWith(prefix)) {
      throw new ApiException(
          AwsError.INVALID_REQUEST, arn + " is not the ARN of a " + kind + " of this account");
    }
    String named = arn.substring(prefix.length());
    if (name != null && !name.equals(named)) {
      throw new ApiException(
          AwsError.INVALID_REQUEST, "the name " + name + " and the ARN " + arn + " differ");
    }
    return named;
  }
}
