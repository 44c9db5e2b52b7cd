package io.thingstead.operation;

import io.thingstead.account.Account;
import io.thingstead.api.iot.CreateThingTypeRequest;
import io.thingstead.api.iot.CreateThingTypeResponse;
import io.thingstead.api.iot.DeleteThingTypeResponse;
import io.thingstead.api.iot.DeprecateThingTypeResponse;
import io.thingstead.api.iot.DescribeThingTypeResponse;
import io.thingstead.api.iot.Iot;
import io.thingstead.api.iot.ListThingTypesResponse;
import io.thingstead.api.iot.ThingTypeDefinition;
import io.thingstead.api.iot.ThingTypeMetadata;
import io.thingstead.api.iot.ThingTypeProperties;
import io.thingstead.http.Call;
import io.thingstead.http.OperationTable;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import io.thingstead.registry.ThingType;
import io.thingstead.registry.ThingTypes;
import io.thingstead.row.Page;
import java.util.List;
import java.util.function.Function;

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
        Iot.DELETE_THING_TYPE,
        (call, in) -> {
          types(call).delete(in.thingTypeName());
          return new DeleteThingTypeResponse();
        });
  }

  private CreateThingTypeResponse create(Call call, CreateThingTypeRequest in) {
    ThingTypeProperties given = in.thingTypeProperties();
    if (given != null && given.mqtt5Configuration() != null) {
      throw new ApiException(
          AwsError.NOT_IMPLEMENTED, "mqtt5Configuration is not implemented by this server");
    }
    List<String> searchable = given == null ? null : given.searchableAttributes();
    ThingType type =
        types(call)
            .create(
                in.thingTypeName(),
                given == null ? null : given.thingTypeDescription(),
                searchable == null ? List.of() : searchable);
    return new CreateThingTypeResponse(type.name(), type.arn(), type.id());
  }

  private static DescribeThingTypeResponse describe(ThingType type) {
    return new DescribeThingTypeResponse(
        type.name(), type.id(), type.arn(), properties(type), metadata(type));
  }

  private static ThingTypeProperties properties(ThingType type) {
    return new ThingTypeProperties(type.description(), type.searchableAttributes(), null);
  }

  private static ThingTypeMetadata metadata(ThingType type) {
    return ThingTypeMetadata.builder()
        .deprecated(type.deprecatedAt() != null)
        .deprecationDate(type.deprecatedAt())
        .creationDate(type.createdAt())
        .build();
  }
}
