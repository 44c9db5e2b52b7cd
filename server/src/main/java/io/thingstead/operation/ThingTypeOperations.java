package io.thingstead.operation;

import io.thingstead.account.Account;
import io.thingstead.api.iot.CreateThingTypeRequest;
import io.thingstead.api.iot.CreateThingTypeResponse;
import io.thingstead.api.iot.DeleteThingTypeResponse;
import io.thingstead.api.iot.DeprecateThingTypeResponse;
import io.thingstead.api.iot.DescribeThingTypeResponse;
import io.thingstead.api.iot.Iot;
import io.thingstead.api.iot.ListThingTypesResponse;
import io.thingstead.api.iot.Mqtt5Configuration;
import io.thingstead.api.iot.PropagatingAttribute;
import io.thingstead.api.iot.ThingTypeDefinition;
import io.thingstead.api.iot.ThingTypeMetadata;
import io.thingstead.api.iot.ThingTypeProperties;
import io.thingstead.api.iot.UpdateThingTypeResponse;
import io.thingstead.http.Call;
import io.thingstead.http.OperationTable;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import io.thingstead.registry.ThingType;
import io.thingstead.registry.ThingTypes;
import io.thingstead.registry.TypeProperties;
import io.thingstead.registry.TypeProperties.Propagation;
import io.thingstead.row.Page;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Thing types. */
final class ThingTypeOperations {
  private final Function<Account, Features> features;

  ThingTypeOperations(Function<Account, Features> features) {
    this.features = features;
  }

  private ThingTypes types(Call call) {
    return features.apply(call.account()).thingTypes();
  }

  void bind(OperationTable table) {
    table.on(Iot.CREATE_THING_TYPE, this::create);
    table.on(
        Iot.DESCRIBE_THING_TYPE, (call, in) -> describe(types(call).describe(in.thingTypeName())));
    table.on(
        Iot.LIST_THING_TYPES,
        (call, in) -> {
          Page<ThingType> page =
              types(call).list(in.thingTypeName(), in.maxResults(), in.nextToken());
          return new ListThingTypesResponse(
              page.items().stream()
                  .map(
                      type ->
                          new ThingTypeDefinition(
                              type.name(), type.arn(), properties(type), metadata(type)))
                  .toList(),
              page.next());
        });
    table.on(
        Iot.DEPRECATE_THING_TYPE,
        (call, in) -> {
          types(call).deprecate(in.thingTypeName(), Boolean.TRUE.equals(in.undoDeprecate()));
          return new DeprecateThingTypeResponse();
        });
    table.on(
        Iot.UPDATE_THING_TYPE,
        (call, in) -> {
          types(call).update(in.thingTypeName(), parse(in.thingTypeProperties()));
          return new UpdateThingTypeResponse();
        });
    table.on(
        Iot.DELETE_THING_TYPE,
        (call, in) -> {
          types(call).delete(in.thingTypeName());
          return new DeleteThingTypeResponse();
        });
  }

  private CreateThingTypeResponse create(Call call, CreateThingTypeRequest in) {
    ThingType type =
        types(call)
            .create(
                in.thingTypeName(),
                parse(in.thingTypeProperties()),
                TagOperations.parse(in.tags()));
    return new CreateThingTypeResponse(type.name(), type.arn(), type.id());
  }

  private static TypeProperties parse(@Nullable ThingTypeProperties given) {
    if (given == null) {
      return TypeProperties.NONE;
    }
    List<String> searchable = given.searchableAttributes();
    Mqtt5Configuration mqtt5 = given.mqtt5Configuration();
    List<PropagatingAttribute> propagating = mqtt5 == null ? null : mqtt5.propagatingAttributes();
    return new TypeProperties(
        given.thingTypeDescription(),
        searchable == null ? List.of() : searchable,
        propagating == null
            ? List.of()
            : propagating.stream().map(ThingTypeOperations::parse).toList());
  }

  private static Propagation parse(PropagatingAttribute given) {
    String key = given.userPropertyKey();
    if (key == null || key.isEmpty()) {
      throw new ApiException(
          AwsError.INVALID_REQUEST, "propagatingAttributes: userPropertyKey is missing");
    }
    return new Propagation(key, given.thingAttribute(), given.connectionAttribute());
  }

  private static DescribeThingTypeResponse describe(ThingType type) {
    return new DescribeThingTypeResponse(
        type.name(), type.id(), type.arn(), properties(type), metadata(type));
  }

  private static ThingTypeProperties properties(ThingType type) {
    TypeProperties properties = type.properties();
    List<PropagatingAttribute> propagating =
        properties.propagations().stream()
            .map(
                p ->
                    new PropagatingAttribute(
                        p.userPropertyKey(), p.thingAttribute(), p.connectionAttribute()))
            .toList();
    return new ThingTypeProperties(
        properties.description(),
        properties.searchableAttributes(),
        propagating.isEmpty() ? null : new Mqtt5Configuration(propagating));
  }

  private static ThingTypeMetadata metadata(ThingType type) {
    return ThingTypeMetadata.builder()
        .deprecated(type.deprecatedAt() != null)
        .deprecationDate(type.deprecatedAt())
        .creationDate(type.createdAt())
        .build();
  }
}
