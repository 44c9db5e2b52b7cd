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
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
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

/** The server cases of AWS's own protocol tests, less those that protocol-exclusions.txt names. */
class RestJsonProtocolTest {
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
  private static final SmithyReader READER = new SmithyReader(MODEL);
  private static final List<Service> SERVICES =
      List.of(
          READER.service(ShapeId.from("aws.protocoltests.restjson#RestJson")),
          READER.service(ShapeId.from("aws.protocoltests.restjson.validation#RestJsonValidation")));
  private static final Map<String, String> EXCLUDED = exclusions();

  private static Map<String, String> exclusions() {
    try (InputStream in =
        RestJsonProtocolTest.class.getResourceAsStream("/protocol-exclusions.txt")) {
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

  private static boolean wanted(String id) {
    return !EXCLUDED.containsKey(id);
  }

  private static boolean forServers(HttpMessageTestCase test) {
    return test.getProtocol().getName().equals("restJson1")
        && test.getAppliesTo().filter(side -> side == AppliesTo.CLIENT).isEmpty();
  }

  private static Stream<software.amazon.smithy.model.shapes.OperationShape> operations() {
    Set<String> names = new HashSet<>();
    SERVICES.forEach(s -> s.operations().forEach(o -> names.add(o.name())));
    return MODEL.getOperationShapes().stream()
        .filter(o -> o.getId().getNamespace().startsWith("aws.protocoltests.restjson"))
        .filter(o -> names.contains(o.getId().getName()))
        .filter(o -> !o.hasTag("client-only"));
  }

  private static Service serviceOf(String operation) {
    return SERVICES.stream()
        .filter(s -> s.operations().stream().anyMatch(o -> o.name().equals(operation)))
        .findFirst()
        .orElseThrow();
  }

  record RequestCase(String operation, HttpRequestTestCase test) {}

  record ResponseCase(ShapeId shape, boolean error, HttpResponseTestCase test) {}

  record MalformedCase(String operation, HttpMalformedRequestTestCase test) {}

  static Stream<Named<RequestCase>> requests() {
    return operations()
        .flatMap(
            o ->
                o.getTrait(HttpRequestTestsTrait.class).stream()
                    .flatMap(trait -> trait.getTestCases().stream())
                    .filter(RestJsonProtocolTest::forServers)
                    .filter(test -> wanted(test.getId()))
                    .map(t -> Named.of(t.getId(), new RequestCase(o.getId().getName(), t))));
  }

  static Stream<Named<ResponseCase>> responses() {
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
        .filter(c -> forServers(c.test()) && wanted(c.test().getId()))
        .map(c -> Named.of(c.test().getId(), c));
  }

  static Stream<Named<MalformedCase>> malformed() {
    return operations()
        .flatMap(
            o ->
                o.getTrait(HttpMalformedRequestTestsTrait.class).stream()
                    .flatMap(trait -> trait.getTestCases().stream())
                    .filter(t -> t.getProtocol().getName().equals("restJson1"))
                    .filter(t -> wanted(t.getId()))
                    .map(t -> Named.of(t.getId(), new MalformedCase(o.getId().getName(), t))));
  }

  @ParameterizedTest
  @MethodSource("requests")
  void requestIsReadAsTheCaseSays(RequestCase given) {
    named(given.test().getId(), () -> checkRequest(given));
  }

  private static void checkRequest(RequestCase given) {
    HttpRequestTestCase test = given.test();
    ApiRequest request =
        request(
            test.getMethod(),
            test.getUri(),
            test.getQueryParams(),
            test.getHeaders(),
            test.getBody().orElse(""));
    Service service = serviceOf(given.operation());
    Routes.Match match = Objects.requireNonNull(new Routes(service).find(request));
    OperationShape operation = Objects.requireNonNull(match.operation());
    assertThat(operation.name()).isEqualTo(given.operation());
    Struct read = RestJson.decode(service, operation, match.labels(), request);
    Struct expected = SmithyValues.struct(operation.input(), test.getParams(), false);
    assertThat(SmithyValues.comparable(read)).isEqualTo(SmithyValues.comparable(expected));
  }

  @ParameterizedTest
  @MethodSource("responses")
  void responseIsWrittenAsTheCaseSays(ResponseCase given) {
    named(given.test().getId(), () -> checkResponse(given));
  }

  private static void checkResponse(ResponseCase given) {
    HttpResponseTestCase test = given.test();
    ApiResponse response;
    if (given.error()) {
      Shape.Structure shape = READER.top(MODEL.expectShape(given.shape()));
      Struct value = SmithyValues.struct(shape, test.getParams(), false);
      response = RestJson.error(shape, value, Map.of());
    } else {
      OperationShape operation =
          serviceOf(given.shape().getName()).operation(given.shape().getName());
      response =
          RestJson.encode(
              operation, SmithyValues.struct(operation.output(), test.getParams(), false));
    }
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

  @ParameterizedTest
  @MethodSource("malformed")
  void malformedRequestIsRefusedAsTheCaseSays(MalformedCase given) {
    named(given.test().getId(), () -> checkMalformed(given));
  }

  private static void checkMalformed(MalformedCase given) {
    var wanted = given.test().getResponse();
    var sent = given.test().getRequest();
    ApiRequest request =
        request(
            sent.getMethod(),
            sent.getUri().orElse("/"),
            sent.getQueryParams(),
            sent.getHeaders(),
            sent.getBody().orElse(""));
    Service service = serviceOf(given.operation());
    ApiResponse response = refusal(service, request);
    assertThat(response.status()).isEqualTo(wanted.getCode());
    wanted
        .getHeaders()
        .forEach((name, value) -> assertThat(response.headers().first(name)).isEqualTo(value));
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

  // The report of a parameterized test shows an index; this shows the case.
  private static void named(String id, Runnable check) {
    try {
      check.run();
    } catch (AssertionError | RuntimeException e) {
      throw new AssertionError(id + ": " + e.getMessage(), e);
    }
  }

  private static ApiResponse refusal(Service service, ApiRequest request) {
    try {
      Routes.Match match = Objects.requireNonNull(new Routes(service).find(request));
      OperationShape operation = Objects.requireNonNull(match.operation());
      Struct read = RestJson.decode(service, operation, match.labels(), request);
      throw new AssertionError("it was read as " + SmithyValues.comparable(read));
    } catch (ApiException refusal) {
      return RestJson.error(service, refusal, "id");
    }
  }

  /** A name in the list of exclusions that is no case would hide a mistake. */
  @Test
  void everyExclusionIsACaseAndHasAReason() {
    Set<String> ids = new HashSet<>();
    operations()
        .forEach(
            o -> {
              o.getTrait(HttpRequestTestsTrait.class)
                  .ifPresent(t -> t.getTestCases().forEach(c -> ids.add(c.getId())));
              o.getTrait(HttpResponseTestsTrait.class)
                  .ifPresent(t -> t.getTestCases().forEach(c -> ids.add(c.getId())));
              o.getTrait(HttpMalformedRequestTestsTrait.class)
                  .ifPresent(t -> t.getTestCases().forEach(c -> ids.add(c.getId())));
            });
    assertThat(ids).containsAll(EXCLUDED.keySet());
    assertThat(EXCLUDED.values()).allSatisfy(reason -> assertThat(reason).hasSizeGreaterThan(20));
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
      JsonNode wanted = JSON.readTree(expected);
      assertThat(wanted.equals((a, b) -> compareNumbers(a, b), JSON.readTree(text)))
          .as("%s is %s", text, expected)
          .isTrue();
    } else {
      assertThat(text).isEqualTo(expected);
    }
  }

  private static int compareNumbers(JsonNode a, JsonNode b) {
    return a.isNumber() && b.isNumber()
        ? Double.compare(a.doubleValue(), b.doubleValue())
        : a.equals(b) ? 0 : 1;
  }
}
