package io.thingstead.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.thingstead.api.ApiRequest;
import io.thingstead.api.Service;
import io.thingstead.api.Wire;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** No operation of the specification is unknown to a server that has not built it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SpecifiedOperationsTest {
  private ApiHouse house;

  private record Specified(String service, String operation, String method, String path) {}

  @BeforeAll
  void open() {
    house = ApiHouse.open();
  }

  @AfterAll
  void close() {
    house.close();
  }

  private static List<Specified> specified() throws IOException {
    try (InputStream in =
        Objects.requireNonNull(
            SpecifiedOperationsTest.class.getResourceAsStream("/specified-operations.txt"))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.startsWith("#"))
          .map(line -> line.split(" ", -1))
          .map(part -> new Specified(part[0], part[1], part[2], part[3]))
          .toList();
    }
  }

  private Service service(String name) {
    return house.table.services().stream()
        .filter(offered -> offered.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError(name + " is not offered"));
  }

  private ApiRequest request(Specified wanted) {
    Service service = service(wanted.service());
    Signer signer = Signer.of(service.facts().signingNames().getFirst());
    String path = wanted.path().replaceAll("\\{[^}]*}", "x");
    byte[] body = {};
    ApiRequest request = signer.sign(wanted.method(), house.host(), path, Map.of(), body);
    if (service.facts().wire() instanceof Wire.Json wire) {
      request.headers().add("X-Amz-Target", wire.targetPrefix() + "." + wanted.operation());
    }
    return request;
  }

  @Test
  void eachAnswersThatItIsNotImplementedAndNamesItself() throws IOException {
    List<String> wrong = new ArrayList<>();
    List<Specified> all = specified();
    try (ApiHouse.Wire wire = house.connect()) {
      for (Specified wanted : all) {
        wire.send(Signer.wire(request(wanted)));
        ApiHouse.Answer answer = wire.receive();
        if (answer.status() != 501
            || !answer.error().equals("NotImplementedException")
            || !answer.body().contains("\"" + wanted.operation() + " is not implemented")) {
          wrong.add(wanted + " answered " + answer.status() + " " + answer.body());
        }
      }
    }
    assertThat(wrong).isEmpty();
    assertThat(all).hasSizeGreaterThan(400);
  }
}
