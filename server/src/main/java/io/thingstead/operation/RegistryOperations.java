package io.thingstead.operation;

import io.thingstead.account.Account;
import io.thingstead.api.iot.AttachThingPrincipalResponse;
import io.thingstead.api.iot.AttributePayload;
import io.thingstead.api.iot.CreateThingRequest;
import io.thingstead.api.iot.CreateThingResponse;
import io.thingstead.api.iot.DeleteThingResponse;
import io.thingstead.api.iot.DescribeThingResponse;
import io.thingstead.api.iot.DetachThingPrincipalResponse;
import io.thingstead.api.iot.Iot;
import io.thingstead.api.iot.ListPrincipalThingsResponse;
import io.thingstead.api.iot.ListPrincipalThingsV2Request;
import io.thingstead.api.iot.ListPrincipalThingsV2Response;
import io.thingstead.api.iot.ListThingPrincipalsResponse;
import io.thingstead.api.iot.ListThingPrincipalsV2Request;
import io.thingstead.api.iot.ListThingPrincipalsV2Response;
import io.thingstead.api.iot.ListThingsRequest;
import io.thingstead.api.iot.ListThingsResponse;
import io.thingstead.api.iot.PrincipalThingObject;
import io.thingstead.api.iot.ThingAttribute;
import io.thingstead.api.iot.ThingPrincipalObject;
import io.thingstead.api.iot.ThingPrincipalType;
import io.thingstead.api.iot.UpdateThingRequest;
import io.thingstead.api.iot.UpdateThingResponse;
import io.thingstead.http.Call;
import io.thingstead.http.OperationTable;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import io.thingstead.registry.Attachment;
import io.thingstead.registry.PrincipalType;
import io.thingstead.registry.Thing;
import io.thingstead.registry.ThingFilter;
import io.thingstead.registry.ThingUpdate;
import io.thingstead.registry.Things;
import io.thingstead.row.Page;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Things and what is attached to them. */
final class RegistryOperations {
  private final Function<Account, Features> features;

  RegistryOperations(Function<Account, Features> features) {
    this.features = features;
  }

  private Things things(Call call) {
    return features.apply(call.account()).things();
  }

  void bind(OperationTable table) {
    table.on(Iot.CREATE_THING, this::create);
    table.on(Iot.DESCRIBE_THING, (call, in) -> describe(things(call).describe(in.thingName())));
    table.on(Iot.LIST_THINGS, this::list);
    table.on(Iot.UPDATE_THING, this::update);
    table.on(
        Iot.DELETE_THING,
        (call, in) -> {
          things(call).delete(in.thingName(), in.expectedVersion());
          return new DeleteThingResponse();
        });
    table.on(
        Iot.ATTACH_THING_PRINCIPAL,
        (call, in) -> {
          PrincipalType type = type(in.thingPrincipalType());
          features
              .apply(call.account())
              .principals()
              .attach(
                  in.thingName(),
                  in.principal(),
                  type == null ? PrincipalType.NON_EXCLUSIVE_THING : type);
          return new AttachThingPrincipalResponse();
        });
    table.on(
        Iot.DETACH_THING_PRINCIPAL,
        (call, in) -> {
          features.apply(call.account()).principals().detach(in.thingName(), in.principal());
          return new DetachThingPrincipalResponse();
        });
    table.on(
        Iot.LIST_THING_PRINCIPALS,
        (call, in) -> {
          Page<Attachment> page =
              features
                  .apply(call.account())
                  .principals()
                  .ofThing(in.thingName(), null, in.maxResults(), in.nextToken());
          return new ListThingPrincipalsResponse(
              page.items().stream().map(Attachment::principal).toList(), page.next());
        });
    table.on(Iot.LIST_THING_PRINCIPALS_V2, this::principals);
    table.on(Iot.LIST_PRINCIPAL_THINGS_V2, this::things);
    table.on(
        Iot.LIST_PRINCIPAL_THINGS,
        (call, in) -> {
          Page<Attachment> page =
              features
                  .apply(call.account())
                  .principals()
                  .ofPrincipal(in.principal(), null, in.maxResults(), in.nextToken());
          return new ListPrincipalThingsResponse(
              page.items().stream().map(Attachment::thingName).toList(), page.next());
        });
  }

  private ListThingPrincipalsV2Response principals(Call call, ListThingPrincipalsV2Request in) {
    Page<Attachment> page =
        features
            .apply(call.account())
            .principals()
            .ofThing(
                in.thingName(), type(in.thingPrincipalType()), in.maxResults(), in.nextToken());
    return new ListThingPrincipalsV2Response(
        page.items().stream().map(a -> new ThingPrincipalObject(a.principal(), type(a))).toList(),
        page.next());
  }

  private ListPrincipalThingsV2Response things(Call call, ListPrincipalThingsV2Request in) {
    Page<Attachment> page =
        features
            .apply(call.account())
            .principals()
            .ofPrincipal(
                in.principal(), type(in.thingPrincipalType()), in.maxResults(), in.nextToken());
    return new ListPrincipalThingsV2Response(
        page.items().stream().map(a -> new PrincipalThingObject(a.thingName(), type(a))).toList(),
        page.next());
  }

  private static ThingPrincipalType type(Attachment attachment) {
    return switch (attachment.type()) {
      case EXCLUSIVE_THING -> ThingPrincipalType.EXCLUSIVE_THING;
      case NON_EXCLUSIVE_THING -> ThingPrincipalType.NON_EXCLUSIVE_THING;
    };
  }

  private static @Nullable PrincipalType type(@Nullable ThingPrincipalType type) {
    return switch (type) {
      case null -> null;
      case EXCLUSIVE_THING -> PrincipalType.EXCLUSIVE_THING;
      case NON_EXCLUSIVE_THING -> PrincipalType.NON_EXCLUSIVE_THING;
    };
  }

  private CreateThingResponse create(Call call, CreateThingRequest in) {
    if (in.billingGroupName() != null) {
      throw new ApiException(
          AwsError.RESOURCE_NOT_FOUND,
          "there is no billing group " + in.billingGroupName() + ": this server has none yet");
    }
    AttributePayload payload = in.attributePayload();
    Map<String, String> attributes =
        payload == null || payload.attributes() == null ? Map.of() : payload.attributes();
    Thing thing = things(call).create(in.thingName(), in.thingTypeName(), attributes);
    return new CreateThingResponse(thing.name(), thing.arn(), thing.id());
  }

  private static DescribeThingResponse describe(Thing thing) {
    return DescribeThingResponse.builder()
        .defaultClientId(thing.name())
        .thingName(thing.name())
        .thingId(thing.id())
        .thingArn(thing.arn())
        .thingTypeName(thing.typeName())
        .attributes(thing.attributes())
        .version(thing.version())
        .build();
  }

  private ListThingsResponse list(Call call, ListThingsRequest in) {
    ThingFilter filter =
        new ThingFilter(
            in.attributeName(),
            in.attributeValue(),
            Boolean.TRUE.equals(in.usePrefixAttributeValue()),
            in.thingTypeName(),
            null);
    Page<Thing> page = things(call).list(filter, in.maxResults(), in.nextToken());
    return new ListThingsResponse(
        page.items().stream()
            .map(
                thing ->
                    new ThingAttribute(
                        thing.name(),
                        thing.typeName(),
                        thing.arn(),
                        thing.attributes(),
                        thing.version()))
            .toList(),
        page.next());
  }

  private UpdateThingResponse update(Call call, UpdateThingRequest in) {
    AttributePayload payload = in.attributePayload();
    things(call)
        .update(
            in.thingName(),
            new ThingUpdate(
                in.thingTypeName(),
                Boolean.TRUE.equals(in.removeThingType()),
                payload == null ? null : payload.attributes(),
                payload != null && Boolean.TRUE.equals(payload.merge()),
                in.expectedVersion()));
    return new UpdateThingResponse();
  }
}
