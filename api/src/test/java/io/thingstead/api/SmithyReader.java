package io.thingstead.api;

import io.thingstead.api.Member.Location;
import io.thingstead.api.Shape.Fault;
import io.thingstead.api.Shape.NumberKind;
import io.thingstead.api.Shape.Range;
import io.thingstead.api.Shape.Structure;
import io.thingstead.api.Shape.TimestampFormat;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.smithy.aws.traits.protocols.AwsQueryErrorTrait;
import software.amazon.smithy.model.Model;
import software.amazon.smithy.model.knowledge.TopDownIndex;
import software.amazon.smithy.model.shapes.ListShape;
import software.amazon.smithy.model.shapes.MapShape;
import software.amazon.smithy.model.shapes.MemberShape;
import software.amazon.smithy.model.shapes.OperationShape;
import software.amazon.smithy.model.shapes.ServiceShape;
import software.amazon.smithy.model.shapes.ShapeId;
import software.amazon.smithy.model.traits.DefaultTrait;
import software.amazon.smithy.model.traits.EnumDefinition;
import software.amazon.smithy.model.traits.EnumTrait;
import software.amazon.smithy.model.traits.ErrorTrait;
import software.amazon.smithy.model.traits.HttpErrorTrait;
import software.amazon.smithy.model.traits.HttpHeaderTrait;
import software.amazon.smithy.model.traits.HttpLabelTrait;
import software.amazon.smithy.model.traits.HttpPayloadTrait;
import software.amazon.smithy.model.traits.HttpPrefixHeadersTrait;
import software.amazon.smithy.model.traits.HttpQueryParamsTrait;
import software.amazon.smithy.model.traits.HttpQueryTrait;
import software.amazon.smithy.model.traits.HttpResponseCodeTrait;
import software.amazon.smithy.model.traits.HttpTrait;
import software.amazon.smithy.model.traits.JsonNameTrait;
import software.amazon.smithy.model.traits.LengthTrait;
import software.amazon.smithy.model.traits.MediaTypeTrait;
import software.amazon.smithy.model.traits.PatternTrait;
import software.amazon.smithy.model.traits.RangeTrait;
import software.amazon.smithy.model.traits.RequiredTrait;
import software.amazon.smithy.model.traits.SensitiveTrait;
import software.amazon.smithy.model.traits.SparseTrait;
import software.amazon.smithy.model.traits.TimestampFormatTrait;
import software.amazon.smithy.model.traits.Trait;
import software.amazon.smithy.model.traits.UniqueItemsTrait;
import software.amazon.smithy.model.traits.XmlFlattenedTrait;
import software.amazon.smithy.model.traits.XmlNameTrait;

/** Reads a service of a Smithy model into the neutral table. */
final class SmithyReader {
  private final Model model;
  private final Wire wire;
  private final Map<ShapeId, Shape> nested = new HashMap<>();

  /**
   * @param wire the protocol of the services: whether members have places in HTTP and what they are
   *     called depends on it
   */
  SmithyReader(Model model, Wire wire) {
    this.model = model;
    this.wire = wire;
  }

  Service service(ShapeId id) {
    ServiceShape shape = model.expectShape(id, ServiceShape.class);
    Map<String, io.thingstead.api.OperationShape> operations = new LinkedHashMap<>();
    Map<String, Shape> errors = new HashMap<>();
    for (OperationShape operation : TopDownIndex.of(model).getContainedOperations(shape)) {
      operations.put(operation.getId().getName(), operation(operation));
      operation
          .getErrorsSet()
          .forEach(error -> errors.put(error.getName(), top(model.expectShape(error))));
    }
    Service.Facts facts =
        new Service.Facts(id.getName(), List.of(), wire, "ValidationException", true, false);
    return new Service(facts, operations, errors::get);
  }

  private io.thingstead.api.OperationShape operation(OperationShape operation) {
    Optional<HttpTrait> http =
        wire instanceof Wire.Rest ? operation.getTrait(HttpTrait.class) : Optional.empty();
    Optional<ShapeId> output = operation.getOutput();
    Structure input = structure(model.expectShape(operation.getInputShape()), Bound.REQUEST);
    Structure answer =
        output.isPresent()
            ? top(model.expectShape(output.get()))
            : new Structure("", List.of(), false, null);
    return new io.thingstead.api.OperationShape(
        operation.getId().getName(),
        http.map(HttpTrait::getMethod).orElse("POST"),
        UriPattern.parse(http.map(h -> h.getUri().toString()).orElse("/")),
        http.map(HttpTrait::getCode).orElse(200),
        new Target(() -> input),
        new Target(() -> answer),
        operation.getInput().isPresent(),
        false,
        List.of());
  }

  /** Which bindings of members to HTTP count: in a nested structure none do. */
  private enum Bound {
    REQUEST,
    RESPONSE,
    NESTED
  }

  /** An output or error. */
  Structure top(software.amazon.smithy.model.shapes.Shape shape) {
    return structure(shape, Bound.RESPONSE);
  }

  private Structure structure(software.amazon.smithy.model.shapes.Shape shape, Bound bound) {
    List<Member> members = new ArrayList<>();
    for (MemberShape member : shape.members()) {
      Target target = new Target(() -> target(member));
      Member body =
          new Member(
              member.getMemberName(),
              Location.BODY,
              wireName(member),
              member.hasTrait(RequiredTrait.class),
              target,
              defaultValue(member, target));
      boolean free = bound == Bound.NESTED || !(wire instanceof Wire.Rest);
      members.add(free ? body : bind(member, body, bound));
    }
    String name = shape.getId().getName().equals("Unit") ? "" : shape.getId().getName();
    return new Structure(name, members, shape.isUnionShape(), fault(shape));
  }

  private String wireName(MemberShape member) {
    Optional<String> name =
        switch (wire) {
          case Wire.Rest _ -> member.getTrait(JsonNameTrait.class).map(JsonNameTrait::getValue);
          case Wire.Json _ -> Optional.empty();
          case Wire.Query _ -> member.getTrait(XmlNameTrait.class).map(XmlNameTrait::getValue);
        };
    return name.orElse(member.getMemberName());
  }

  private static @Nullable Object defaultValue(MemberShape member, Target target) {
    Optional<DefaultTrait> value = member.getTrait(DefaultTrait.class);
    return value.isEmpty() || value.get().toNode().isNullNode()
        ? null
        : SmithyValues.read(target.shape(), value.get().toNode(), true);
  }

  private static Member bind(MemberShape member, Member body, Bound bound) {
    Map<Class<? extends Trait>, Location> places =
        Map.of(
            HttpHeaderTrait.class, Location.HEADER,
            HttpPrefixHeadersTrait.class, Location.PREFIX_HEADERS,
            HttpLabelTrait.class, Location.LABEL,
            HttpQueryTrait.class, Location.QUERY,
            HttpQueryParamsTrait.class, Location.QUERY_PARAMS,
            HttpPayloadTrait.class, Location.PAYLOAD,
            HttpResponseCodeTrait.class, Location.STATUS_CODE);
    for (var place : places.entrySet()) {
      boolean counts =
          switch (place.getValue()) {
            case LABEL, QUERY, QUERY_PARAMS -> bound == Bound.REQUEST;
            case STATUS_CODE -> bound == Bound.RESPONSE;
            case BODY, HEADER, PREFIX_HEADERS, PAYLOAD -> true;
          };
      if (counts && member.hasTrait(place.getKey())) {
        String name =
            switch (member.expectTrait(place.getKey())) {
              case HttpHeaderTrait trait -> trait.getValue();
              case HttpPrefixHeadersTrait trait -> trait.getValue();
              case HttpQueryTrait trait -> trait.getValue();
              default -> member.getMemberName();
            };
        return new Member(
            body.name(),
            place.getValue(),
            name,
            body.required(),
            body.target(),
            body.defaultValue());
      }
    }
    return body;
  }

  private @Nullable Fault fault(software.amazon.smithy.model.shapes.Shape shape) {
    Optional<ErrorTrait> error = shape.getTrait(ErrorTrait.class);
    if (error.isEmpty()) {
      return null;
    }
    Optional<AwsQueryErrorTrait> query =
        wire instanceof Wire.Query ? shape.getTrait(AwsQueryErrorTrait.class) : Optional.empty();
    if (query.isPresent()) {
      return new Fault(query.get().getCode(), query.get().getHttpResponseCode());
    }
    int status =
        shape
            .getTrait(HttpErrorTrait.class)
            .map(HttpErrorTrait::getCode)
            .orElse(error.get().getDefaultHttpStatusCode());
    return new Fault(shape.getId().getName(), status);
  }

  // Constraints and formats of a member replace those of its target.
  private Shape target(MemberShape member) {
    var shape = model.expectShape(member.getTarget());
    boolean own =
        member.hasTrait(LengthTrait.class)
            || member.hasTrait(RangeTrait.class)
            || member.hasTrait(PatternTrait.class)
            || member.hasTrait(TimestampFormatTrait.class)
            || member.hasTrait(MediaTypeTrait.class)
            || flat(member);
    if (own) {
      return shape(shape, member);
    }
    Shape known = nested.get(shape.getId());
    if (known == null) {
      known = shape(shape, member);
      nested.put(shape.getId(), known);
    }
    return known;
  }

  private Shape shape(software.amazon.smithy.model.shapes.Shape shape, MemberShape member) {
    String name = shape.getId().getName();
    return switch (shape.getType()) {
      case STRUCTURE, UNION -> structure(shape, Bound.NESTED);
      case LIST, SET -> {
        ListShape list = (ListShape) shape;
        yield new Shape.ListOf(
            name,
            new Target(() -> target(list.getMember())),
            list.hasTrait(SparseTrait.class),
            list.hasTrait(UniqueItemsTrait.class),
            length(shape, member),
            new Shape.ListForm(flat(member), xmlName(list.getMember(), "member")));
      }
      case MAP -> {
        MapShape map = (MapShape) shape;
        yield new Shape.MapOf(
            name,
            new Target(() -> target(map.getKey())),
            new Target(() -> target(map.getValue())),
            map.hasTrait(SparseTrait.class),
            length(shape, member),
            new Shape.MapForm(
                flat(member), xmlName(map.getKey(), "key"), xmlName(map.getValue(), "value")));
      }
      case STRING, ENUM -> text(name, shape, member);
      case BLOB -> new Shape.Blob(name, length(shape, member), mediaType(shape, member));
      case BOOLEAN -> new Shape.Bool(name);
      case TIMESTAMP -> new Shape.Timestamp(name, format(shape, member));
      case DOCUMENT -> new Shape.Document(name);
      case BYTE -> number(name, NumberKind.BYTE, shape, member);
      case SHORT -> number(name, NumberKind.SHORT, shape, member);
      case INTEGER, INT_ENUM -> number(name, NumberKind.INTEGER, shape, member);
      case LONG -> number(name, NumberKind.LONG, shape, member);
      case FLOAT -> number(name, NumberKind.FLOAT, shape, member);
      case DOUBLE -> number(name, NumberKind.DOUBLE, shape, member);
      case BIG_INTEGER -> number(name, NumberKind.BIG_INTEGER, shape, member);
      case BIG_DECIMAL -> number(name, NumberKind.BIG_DECIMAL, shape, member);
      default -> throw new IllegalArgumentException(shape.getId() + " is a " + shape.getType());
    };
  }

  private static boolean flat(MemberShape member) {
    return member.hasTrait(XmlFlattenedTrait.class);
  }

  private static String xmlName(MemberShape member, String otherwise) {
    return member.getTrait(XmlNameTrait.class).map(XmlNameTrait::getValue).orElse(otherwise);
  }

  private static <T extends Trait> Optional<T> trait(
      software.amazon.smithy.model.shapes.Shape shape, MemberShape member, Class<T> type) {
    Optional<T> own = member.getTrait(type);
    return own.isPresent() ? own : shape.getTrait(type);
  }

  @SuppressWarnings("deprecation") // the old trait is what every enum, old or new, answers to
  private Shape.Text text(
      String name, software.amazon.smithy.model.shapes.Shape shape, MemberShape member) {
    List<String> values = new ArrayList<>();
    List<String> hidden = new ArrayList<>();
    shape
        .getTrait(EnumTrait.class)
        .ifPresent(
            trait -> {
              for (EnumDefinition value : trait.getValues()) {
                (value.hasTag("internal") && isInternal(shape, value) ? hidden : values)
                    .add(value.getValue());
              }
            });
    return new Shape.Text(
        name,
        length(shape, member),
        trait(shape, member, PatternTrait.class)
            .map(pattern -> TextPattern.anywhere(pattern.getValue()))
            .orElse(null),
        values,
        hidden,
        mediaType(shape, member),
        trait(shape, member, SensitiveTrait.class).isPresent());
  }

  // Of an enum shape only @internal members are hidden, not those that have the tag alone.
  private static boolean isInternal(
      software.amazon.smithy.model.shapes.Shape shape, EnumDefinition value) {
    return !shape.isEnumShape()
        || shape.members().stream()
            .filter(m -> value.getName().filter(m.getMemberName()::equals).isPresent())
            .anyMatch(m -> m.hasTrait("smithy.api#internal"));
  }

  private static @Nullable String mediaType(
      software.amazon.smithy.model.shapes.Shape shape, MemberShape member) {
    return trait(shape, member, MediaTypeTrait.class).map(MediaTypeTrait::getValue).orElse(null);
  }

  private static @Nullable TimestampFormat format(
      software.amazon.smithy.model.shapes.Shape shape, MemberShape member) {
    return trait(shape, member, TimestampFormatTrait.class)
        .map(
            trait ->
                switch (trait.getValue()) {
                  case "epoch-seconds" -> TimestampFormat.EPOCH_SECONDS;
                  case "http-date" -> TimestampFormat.HTTP_DATE;
                  default -> TimestampFormat.DATE_TIME;
                })
        .orElse(null);
  }

  private static Range length(software.amazon.smithy.model.shapes.Shape shape, MemberShape member) {
    return trait(shape, member, LengthTrait.class)
        .map(
            trait ->
                new Range(
                    trait.getMin().map(BigDecimal::valueOf).orElse(null),
                    trait.getMax().map(BigDecimal::valueOf).orElse(null)))
        .orElse(Range.ANY);
  }

  private static Shape.Numeric number(
      String name,
      NumberKind kind,
      software.amazon.smithy.model.shapes.Shape shape,
      MemberShape member) {
    Range range =
        trait(shape, member, RangeTrait.class)
            .map(trait -> new Range(trait.getMin().orElse(null), trait.getMax().orElse(null)))
            .orElse(Range.ANY);
    return new Shape.Numeric(name, kind, range, List.of());
  }
}
