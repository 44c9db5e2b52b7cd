package io.thingstead.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * The protocols against AWS's own protocol tests, less those that protocol-exclusions.txt names.
 */
class ProtocolTest {
  private static final ProtocolCases REST_JSON =
      new ProtocolCases(
          "restJson1",
          new Wire.Rest(),
          "aws.protocoltests.restjson#RestJson",
          "aws.protocoltests.restjson.validation#RestJsonValidation");
  private static final ProtocolCases AWS_JSON_10 =
      new ProtocolCases(
          "awsJson1_0", new Wire.Json("1.0", "JsonRpc10"), "aws.protocoltests.json10#JsonRpc10");
  private static final ProtocolCases AWS_JSON_11 =
      new ProtocolCases(
          "awsJson1_1",
          new Wire.Json("1.1", "JsonProtocol"),
          "aws.protocoltests.json#JsonProtocol");
  private static final ProtocolCases AWS_QUERY =
      new ProtocolCases(
          "awsQuery",
          new Wire.Query("2020-01-08", "https://example.com/"),
          "aws.protocoltests.query#AwsQuery");
  private static final List<ProtocolCases> ALL =
      List.of(REST_JSON, AWS_JSON_10, AWS_JSON_11, AWS_QUERY);

  @TestFactory
  Stream<DynamicTest> requestIsReadAsTheCaseSays() {
    return ALL.stream().flatMap(ProtocolCases::requests);
  }

  @TestFactory
  Stream<DynamicTest> responseIsWrittenAsTheCaseSays() {
    return ALL.stream().flatMap(ProtocolCases::responses);
  }

  @TestFactory
  Stream<DynamicTest> malformedRequestIsRefusedAsTheCaseSays() {
    return ALL.stream().flatMap(ProtocolCases::malformed);
  }

  /** A name in the list of exclusions that is no case would hide a mistake. */
  @Test
  void everyExclusionIsACaseAndHasAReason() {
    assertThat(ProtocolCases.excluded(ALL).values())
        .allSatisfy(reason -> assertThat(reason).hasSizeGreaterThan(20));
  }
}
