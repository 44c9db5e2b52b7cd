package io.thingstead.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.thingstead.model.ApiException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import software.amazon.smithy.model.Model;
import software.amazon.smithy.model.shapes.ShapeId;
import software.amazon.smithy.protocoltests.traits.AppliesTo;
import software.amazon.smithy.protocoltests.traits.HttpMalformedRequestTestCase;
import software.amazon.smithy.protocoltests.traits.HttpMalformedRequestTestsTrait;
import software.amazon.smithy.protocoltests.traits.HttpMessageTestCase;
import software.amazon.smithy.protocoltests.traits.HttpRequestTestCase;
import software.amazon.smithy.protocoltests.traits.HttpRequestTestsTrait;
import software.amazon.smithy.protocoltests.traits.HttpResponseTestCase;
import software.amazon.smithy.protocoltests.traits.HttpResponseTestsTrait;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * AWS's own test cases of one protocol, as far as they are for servers, and how each is checked.
 * Those that protocol-exclusions.txt names are left out.
 */
final class ProtocolCases {
  /** The artifact with smithy.framework is not published with the others. */
  private static final String VALIDATION_MODEL =
      """
      $version: "2.0"
      namespace smithy.framework
      @error("client")
      structure ValidationException {
        @required
        message: String
        fieldList: ValidationExceptionFieldList
      }
      list ValidationExceptionFieldList { member: ValidationExceptionField }
      structure ValidationExceptionField {
        @required
        path: String
        @required
        message: String
      }
      """;

  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final Model MODEL =
      Model.assembler()
          .discoverModels()
          .addUnparsedModel("validation.smithy", VALIDATION_MODEL)
          .putProperty("assembler.allowUnknownTraits", true)
          .assemble()
          .getResult()
          .orElseThrow();
  private static final Map<String, String> EXCLUDED = exclusions();

  private final String protocol;
  private final SmithyReader reader;
  private final List<Service> services;
  private final String namespace;

  /**
   * @param protocol the name of its trait
   * @param services the services of the test suite that speak it, all in one namespace or below
   */
  ProtocolCases(String protocol, Wire wire, String... services) {
    this.protocol = protocol;
    this.reader = new SmithyReader(MODEL, wire);
    this.services = Stream.of(services).map(id -> reader.service(ShapeId.from(id))).toList();
    this.namespace = services[0].substring(0, services[0].indexOf('#'));
  }

  private static Map<String, String> exclusions() {
    try (InputStream in = ProtocolCases.class.getResourceAsStream("/protocol-exclusions.txt")) {
      Map<String, String> reasons = new TreeMap<>();
      if (in == null) {
        throw new IllegalStateException("protocol-exclusions.txt is missing");
      }
      new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.isBlank() && !line.startsWith("#"))
          .forEach(
              line ->
                  reasons.put(
                      line.substring(0, line.indexOf(' ')),
                      line.substring(line.indexOf(' ')).strip()));
      return reasons;
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private boolean wanted(HttpMessageTestCase test) {
    return test.getProtocol().getName().equals(protocol)
        && test.getAppliesTo().filter(side -> side == AppliesTo.CLIENT).isEmpty()
        && !EXCLUDED.containsKey(test.getId());
  }

  private Stream<software.amazon.smithy.model.shapes.OperationShape> operations() {
    Set<String> names = new HashSet<>();
    services.forEach(s -> s.operations().forEach(o -> names.add(o.name())));
    return MODEL.getOperationShapes().stream()
        .filter(o -> o.getId().getNamespace().startsWith(namespace))
        .filter(o -> names.contains(o.getId().getName()))
        .filter(o -> !o.hasTag("client-only"));
  }

  private Service serviceOf(String operation) {
    return services.stream()
        .filter(s -> s.operations().stream().anyMatch(o -> o.name().equals(operation)))
        .findFirst()
        .orElseThrow();
  }

  private record ResponseCase(ShapeId shape, boolean error, HttpResponseTestCase test) {}

  /** Requests, read. */
  Stream<DynamicTest> requests() {
    return operations()
        .flatMap(
            o ->
                o.getTrait(HttpRequestTestsTrait.class).stream()
                    .flatMap(trait -> trait.getTestCases().stream())
                    .filter(this::wanted)
                    .map(t -> test(t.getId(), () -> checkRequest(o.getId().getName(), t))));
  }

  /** Answers and errors, written. */
  Stream<DynamicTest> responses() {
    Stream<ResponseCase> outputs =
        operations()
            .flatMap(
                o ->
                    o.getTrait(HttpResponseTestsTrait.class).stream()
                        .flatMap(trait -> trait.getTestCases().stream())
                        .map(t -> new ResponseCase(o.getId(), false, t)));
    Stream<ResponseCase> errors =
        operations()
            .flatMap(o -> o.getErrorsSet().stream())
            .distinct()
            .flatMap(
                error ->
                    MODEL.expectShape(error).getTrait(HttpResponseTestsTrait.class).stream()
                        .flatMap(trait -> trait.getTestCases().stream())
                        .map(t -> new ResponseCase(error, true, t)));
    return Stream.concat(outputs, errors)
        .filter(c -> wanted(c.test()))
        .map(c -> test(c.test().getId(), () -> checkResponse(c)));
  }

  /** Requests that are refused. */
  Stream<DynamicTest> malformed() {
    return operations()
        .flatMap(
            o ->
                o.getTrait(HttpMalformedRequestTestsTrait.class).stream()
                    .flatMap(trait -> trait.getTestCases().stream())
                    .filter(t -> t.getProtocol().getName().equals(protocol))
                    .filter(t -> !EXCLUDED.containsKey(t.getId()))
                    .map(t -> test(t.getId(), () -> checkMalformed(o.getId().getName(), t))));
  }

  private void checkRequest(String name, HttpRequestTestCase test) {
    ApiRequest request =
        request(
            test.getMethod(),
            test.getUri(),
            test.getQueryParams(),
            headers(name, test),
            test.getBody().orElse(""));
    Codec codec = Codec.of(serviceOf(name));
    Codec.Match match = Objects.requireNonNull(codec.find(request));
    OperationShape operation = Objects.requireNonNull(match.operation());
    assertThat(operation.name()).isEqualTo(name);
    Struct read = codec.decode(operation, match.labels(), request);
    Struct expected = SmithyValues.struct(operation.input(), test.getParams(), false);
    assertThat(SmithyValues.comparable(read)).isEqualTo(SmithyValues.comparable(expected));
  }

  // Some cases leave it out which operation is meant.
  private Map<String, String> headers(String operation, HttpRequestTestCase test) {
    if (!(services.getFirst().facts().wire() instanceof Wire.Json wire)) {
      return test.getHeaders();
    }
    Map<String, String> headers = new TreeMap<>(test.getHeaders());
    headers.putIfAbsent(AwsJson.TARGET, wire.targetPrefix() + "." + operation);
    return headers;
  }

  private void checkResponse(ResponseCase given) {
    HttpResponseTestCase test = given.test();
    ApiResponse response = written(given);
    assertThat(response.status()).isEqualTo(test.getCode());
    test.getHeaders().entrySet().stream()
        .filter(header -> !header.getKey().equalsIgnoreCase("Content-Length")) // the sender's
        .forEach(
            header ->
                assertThat(String.join(", ", response.headers().all(header.getKey())))
                    .as(header.getKey())
                    .isEqualToIgnoringCase(header.getValue()));
    test.getForbidHeaders()
        .forEach(name -> assertThat(response.headers().all(name)).as(name).isEmpty());
    test.getRequireHeaders().stream()
        .filter(name -> !name.equalsIgnoreCase("Content-Length")) // the sender adds it
        .forEach(name -> assertThat(response.headers().all(name)).as(name).isNotEmpty());
    test.getBody()
        .ifPresent(body -> assertBody(response.body(), body, test.getBodyMediaType().orElse("")));
  }

  private ApiResponse written(ResponseCase given) {
    HttpResponseTestCase test = given.test();
    if (!given.error()) {
      Service service = serviceOf(given.shape().getName());
      OperationShape operation = service.operation(given.shape().getName());
      Struct output = SmithyValues.struct(operation.output(), test.getParams(), false);
      return Codec.of(service).encode(operation, output, "foo-id");
    }
    Shape.Structure shape = reader.top(MODEL.expectShape(given.shape()));
    Struct value = SmithyValues.struct(shape, test.getParams(), false);
    return switch (Codec.of(services.getFirst())) {
      case RestJson _ -> RestJson.error(shape, value, Map.of());
      case AwsJson json -> json.error(shape, value);
      case AwsQuery query -> query.error(shape, value, "foo-id");
    };
  }

  private void checkMalformed(String name, HttpMalformedRequestTestCase test) {
    var wanted = test.getResponse();
    var sent = test.getRequest();
    ApiRequest request =
        request(
            sent.getMethod(),
            sent.getUri().orElse("/"),
            sent.getQueryParams(),
            sent.getHeaders(),
            sent.getBody().orElse(""));
    ApiResponse response = refusal(serviceOf(name), request);
    assertThat(response.status()).isEqualTo(wanted.getCode());
    wanted
        .getHeaders()
        .forEach((field, value) -> assertThat(response.headers().first(field)).isEqualTo(value));
    wanted
        .getBody()
        .ifPresent(
            body -> {
              body.getContents()
                  .ifPresent(
                      text -> // cases without parameters keep the escape of a dollar sign
                      assertBody(response.body(), text.replace("$$", "$"), body.getMediaType()));
              body.getMessageRegex()
                  .ifPresent(
                      regex ->
                          assertThat(JSON.readTree(response.body()).path("message").asString())
                              .containsPattern(regex));
            });
  }

  // Maven's report shows an index instead of the name of a dynamic test; the message has it too.
  private DynamicTest test(String id, Runnable check) {
    return DynamicTest.dynamicTest(
        protocol + " " + id,
        () -> {
          try {
            check.run();
          } catch (AssertionError | RuntimeException e) {
            throw new AssertionError(protocol + " " + id + ": " + e.getMessage(), e);
          }
        });
  }

  private static ApiResponse refusal(Service service, ApiRequest request) {
    Codec codec = Codec.of(service);
    try {
      Codec.Match match = Objects.requireNonNull(codec.find(request));
      OperationShape operation = Objects.requireNonNull(match.operation());
      Struct read = codec.decode(operation, match.labels(), request);
      throw new AssertionError("it was read as " + SmithyValues.comparable(read));
    } catch (ApiException refusal) {
      return codec.error(refusal, "id");
    }
  }

  /** The cases that are left out, which all are ones and have a reason. */
  static Map<String, String> excluded(List<ProtocolCases> all) {
    Set<String> ids = new HashSet<>();
    for (ProtocolCases cases : all) {
      cases.operations().forEach(operation -> cases.collect(operation, ids));
    }
    assertThat(ids).containsAll(EXCLUDED.keySet());
    return EXCLUDED;
  }

  private void collect(
      software.amazon.smithy.model.shapes.OperationShape operation, Set<String> ids) {
    operation
        .getTrait(HttpRequestTestsTrait.class)
        .ifPresent(t -> t.getTestCases().forEach(c -> ids.add(c.getId())));
    operation
        .getTrait(HttpResponseTestsTrait.class)
        .ifPresent(t -> t.getTestCases().forEach(c -> ids.add(c.getId())));
    operation
        .getTrait(HttpMalformedRequestTestsTrait.class)
        .ifPresent(t -> t.getTestCases().forEach(c -> ids.add(c.getId())));
    for (ShapeId error : operation.getErrorsSet()) {
      MODEL
          .expectShape(error)
          .getTrait(HttpResponseTestsTrait.class)
          .ifPresent(t -> t.getTestCases().forEach(c -> ids.add(c.getId())));
    }
  }

  private static ApiRequest request(
      String method, String uri, List<String> query, Map<String, String> headers, String body) {
    int mark = uri.indexOf('?');
    List<String> parameters = new ArrayList<>();
    if (mark >= 0) {
      parameters.add(uri.substring(mark + 1));
    }
    parameters.addAll(query);
    Headers fields = new Headers();
    headers.forEach(fields::add);
    return new ApiRequest(
        method,
        mark < 0 ? uri : uri.substring(0, mark),
        parameters.stream().collect(Collectors.joining("&")),
        fields,
        body.getBytes(StandardCharsets.UTF_8));
  }

  private static void assertBody(byte[] actual, String expected, String mediaType) {
    String text = new String(actual, StandardCharsets.UTF_8);
    if (mediaType.equals("application/json") && !expected.isEmpty()) {
      JsonNode wanted = JSON.readTree(withoutNamespace(expected));
      assertThat(wanted.equals((a, b) -> compareNumbers(a, b), JSON.readTree(text)))
          .as("%s is %s", text, expected)
          .isTrue();
    } else if (mediaType.equals("application/xml") || expected.startsWith("<")) {
      assertThat(ComparableXml.of(text)).isEqualTo(ComparableXml.of(expected));
    } else {
      assertThat(text).isEqualTo(expected);
    }
  }

  // The published models have no namespaces; clients take the name behind the mark.
  private static String withoutNamespace(String json) {
    return json.replaceAll("(\"__type\": ?\")[^\"#]*#", "$1");
  }

  private static int compareNumbers(JsonNode a, JsonNode b) {
    return a.isNumber() && b.isNumber()
        ? Double.compare(a.doubleValue(), b.doubleValue())
        : a.equals(b) ? 0 : 1;
  }
}
