package io.thingstead.model.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thingstead.model.template.ProvisioningTemplate.Use;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProvisioningTemplateTest {
  private static final Map<String, String> PARAMETERS =
      Map.of("Name", "pump", "Place", "Halle-Nord", "AWS::IoT::Certificate::Id", "ABC");

  /** A fleet template whose thing is called so. */
  private static String named(String name) {
    return """
    {"Parameters": {"Name": {"Type": "String"}, "Place": {"Type": "String", "Default": "a-b"},
                    "Missing": {"Type": "String"}},
     "Mappings": {"sites": {"Halle": {"url": "https://h", "one": "1"}}},
     "Resources": {
       "thing": {"Type": "AWS::IoT::Thing", "Properties": {"ThingName": %s}},
       "cert": {"Type": "AWS::IoT::Certificate",
                "Properties": {"CertificateId": {"Ref": "AWS::IoT::Certificate::Id"}}}}}\
    """
        .formatted(name);
  }

  private static Filled fill(String template) {
    return ProvisioningTemplate.parse(template, Use.FLEET).fill(PARAMETERS);
  }

  private static Filled.Thing thing(String template) {
    return Objects.requireNonNull(fill(template).thing());
  }

  private static Filled.Certificate certificate(Filled filled) {
    return Objects.requireNonNull(filled.certificate());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"fixed\" | fixed",
        "{\"Ref\": \"Name\"} | pump",
        "{\"Fn::Join\": [\"_\", [\"a\", {\"Ref\": \"Name\"}, \"c\"]]} | a_pump_c",
        "{\"Fn::Join\": [\"\", {\"Fn::Split\": [\"-\", {\"Ref\": \"Place\"}]}]} | HalleNord",
        "{\"Fn::Select\": [\"1\", [\"a\", \"b\"]]} | b",
        "{\"Fn::Select\": [0, {\"Fn::Split\": [\"-\", {\"Ref\": \"Place\"}]}]} | Halle",
        "{\"Fn::Select\": [{\"Fn::FindInMap\": [\"sites\", \"Halle\", \"one\"]}, [\"a\", \"b\"]]} |"
            + " b",
        "{\"Fn::FindInMap\": [\"sites\", {\"Fn::Select\": [\"0\", {\"Fn::Split\": [\"-\","
            + " {\"Ref\": \"Place\"}]}]}, \"url\"]} | https://h",
        "{\"Fn::Sub\": \"x-${Name}-${!Name}\"} | x-pump-${Name}",
        "{\"Fn::Sub\": [\"${a}:${Name}\", {\"a\": {\"Ref\": \"Place\"}}]} | Halle-Nord:pump",
        "{\"Fn::Base64\": {\"Ref\": \"Name\"}} | cHVtcA=="
      })
  void aFunctionGives(String expression, String result) {
    assertThat(thing(named(expression)).name()).isEqualTo(result);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"Ref\": \"Nobody\"} | line 5, column 77: the parameter Nobody is not declared",
        "{\"Ref\": 1} | Ref takes the name of a parameter",
        "{\"Fn::Join\": [\"a\"]} | Fn::Join takes [DELIMITER, LIST]",
        "{\"Fn::Join\": [\"a\", \"b\"]} | is a list of strings, or Fn::Split",
        "{\"Fn::Select\": \"a\"} | Fn::Select takes [INDEX, LIST]",
        "{\"Fn::FindInMap\": [\"a\", \"b\"]} | Fn::FindInMap takes [MAP, KEY, NAME]",
        "{\"Fn::Split\": [\"-\", \"a-b\"]} | Fn::Split gives a list",
        "{\"Fn::Sub\": \"${Nobody}\"} | the parameter Nobody is not declared",
        "{\"Fn::Sub\": [\"a\"]} | Fn::Sub takes TEXT or [TEXT, VARIABLES]",
        "{\"Fn::GetAtt\": \"a\"} | there is no function 'Fn::GetAtt'",
        "{\"Ref\": \"Name\", \"x\": \"y\"} | ThingName is a string or a function",
        "7 | ThingName is a string or a function",
        "[\"a\"] | ThingName is a string or a function"
      })
  void aWrongFunctionIsRefusedWhereItStands(String expression, String why) {
    assertThatThrownBy(() -> ProvisioningTemplate.parse(named(expression), Use.FLEET))
        .isInstanceOf(TemplateException.class)
        .hasMessageContaining(why)
        .hasMessageStartingWith("line 5, column ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"Ref\": \"Missing\"} | the parameter Missing was not given and has no default",
        "{\"Fn::Select\": [\"2\", [\"a\", \"b\"]]} | asks for element 2 of a list of 2",
        "{\"Fn::Select\": [\"-1\", [\"a\"]]} | asks for element -1",
        "{\"Fn::Select\": [\"x\", [\"a\"]]} | the index 'x' of Fn::Select is no number",
        "{\"Fn::FindInMap\": [\"sites\", \"Halle\", \"nix\"]} | Mappings have no 'nix'",
        "{\"Fn::FindInMap\": [\"nix\", \"Halle\", \"url\"]} | of 'nix'",
        "{\"Fn::Join\": [\"\", {\"Fn::Split\": [\"\", \"a\"]}]} | the delimiter of Fn::Split is"
            + " empty"
      })
  void aFunctionThatFailsSaysWhere(String expression, String why) {
    ProvisioningTemplate template = ProvisioningTemplate.parse(named(expression), Use.FLEET);
    assertThatThrownBy(() -> template.fill(PARAMETERS))
        .isInstanceOf(TemplateException.class)
        .hasMessageContaining(why)
        .hasMessageStartingWith("line 5, column ");
  }

  @Test
  void aParameterHasADefault() {
    ProvisioningTemplate template =
        ProvisioningTemplate.parse(named("{\"Ref\": \"Place\"}"), Use.FLEET);
    Filled.Thing thing = template.fill(Map.of("AWS::IoT::Certificate::Id", "x")).thing();
    assertThat(Objects.requireNonNull(thing).name()).isEqualTo("a-b");
  }

  @Test
  void everyPropertyIsRead() {
    Filled filled =
        fill(
            """
            {"Parameters": {"Name": {"Type": "String"}},
             "Resources": {
               "t": {"Type": "AWS::IoT::Thing",
                 "Properties": {"ThingName": {"Ref": "Name"}, "ThingTypeName": "pumps",
                   "AttributePayload": {"a": "1", "n": {"Ref": "Name"}},
                   "ThingGroups": ["g", {"Ref": "Name"}], "BillingGroup": "b"},
                 "OverrideSettings": {"AttributePayload": "MERGE", "THING_TYPE_NAME": "REPLACE",
                   "ThingGroups": "FAIL"}},
               "c": {"Type": "AWS::IoT::Certificate",
                 "Properties": {"CertificateId": {"Ref": "AWS::IoT::Certificate::Id"},
                   "Status": "Inactive", "ThingPrincipalType": "EXCLUSIVE_THING"},
                 "OverrideSettings": {"Status": "REPLACE"}},
               "p": {"Type": "AWS::IoT::Policy", "Properties": {"PolicyName": "known"}},
               "q": {"Type": "AWS::IoT::Policy", "Properties": {"PolicyDocument":
                 {"Version": "2012-10-17", "n": 1, "b": true,
                  "Resource": [{"Fn::Sub": "topic/${Name}/${!iot:ClientId}"}]}}}},
             "DeviceConfiguration": {"url": "https://x", "me": {"Ref": "Name"}}}\
            """);
    assertThat(filled.thing())
        .isEqualTo(
            new Filled.Thing(
                "t",
                "pump",
                "pumps",
                Map.of("a", "1", "n", "pump"),
                List.of("g", "pump"),
                "b",
                new Filled.Overrides(Existing.MERGE, Existing.REPLACE, Existing.FAIL)));
    assertThat(filled.certificate())
        .isEqualTo(
            new Filled.Certificate(
                "c", new Filled.Source.Registered("abc"), false, true, Existing.REPLACE));
    assertThat(filled.policies())
        .containsExactly(
            new Filled.Policy("p", "known", null),
            new Filled.Policy(
                "q",
                null,
                "{\"Version\":\"2012-10-17\",\"n\":1,\"b\":true,"
                    + "\"Resource\":[\"topic/pump/${iot:ClientId}\"]}"));
    assertThat(filled.deviceConfiguration()).isEqualTo(Map.of("url", "https://x", "me", "pump"));
  }

  @Test
  void aCertificateComesFromARequestOrIsGiven() {
    String template =
        """
        {"Parameters": {"In": {"Type": "String"}},
         "Resources": {"c": {"Type": "AWS::IoT::Certificate", "Properties": {%s}}}}\
        """;
    Map<String, String> in = Map.of("In", "PEM");
    assertThat(
            certificate(
                    ProvisioningTemplate.parse(
                            template.formatted("\"CertificateSigningRequest\": {\"Ref\": \"In\"}"),
                            Use.REGISTRATION)
                        .fill(in))
                .source())
        .isEqualTo(new Filled.Source.Request("PEM"));
    Filled.Certificate given =
        certificate(
            ProvisioningTemplate.parse(
                    template.formatted(
                        "\"CertificatePem\": {\"Ref\": \"In\"}, \"CACertificatePem\": \"CA\""),
                    Use.REGISTRATION)
                .fill(in));
    assertThat(given.source()).isEqualTo(new Filled.Source.Given("PEM", "CA"));
    assertThat(given.active()).isTrue();
    assertThat(given.existing()).isEqualTo(Existing.DO_NOTHING);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"CertificateId\": \"a\", \"CertificatePem\": \"b\" | this one CertificateId and"
            + " CertificatePem",
        "\"Status\": \"ACTIVE\" | this one none",
        "\"CertificateId\": \"a\", \"CACertificatePem\": \"b\" | goes with CertificatePem only",
        "\"CertificateId\": \"a\", \"Status\": \"REVOKED\" | is ACTIVE or INACTIVE, not 'REVOKED'",
        "\"CertificateId\": \"a\", \"ThingPrincipalType\": \"x\" | ThingPrincipalType is"
            + " EXCLUSIVE_THING",
        "\"CertificateId\": \"a\", \"DependsOn\": \"b\" | the certificate c has no 'DependsOn'"
      })
  void aWrongCertificateIsRefused(String properties, String why) {
    String template =
        "{\"Resources\": {\"c\": {\"Type\": \"AWS::IoT::Certificate\", \"Properties\": {"
            + properties
            + "}}}}";
    assertThatThrownBy(() -> ProvisioningTemplate.parse(template, Use.REGISTRATION))
        .isInstanceOf(TemplateException.class)
        .hasMessageContaining(why)
        .hasMessageStartingWith("line 1, column ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'' | it is empty",
        "[] | a template is a JSON object",
        "{ | it is no JSON",
        "{\"Resources\": {}, \"Resources\": {}} | it is no JSON",
        "{\"Resources\": {\"p\": {\"Type\": \"AWS::IoT::Policy\","
            + " \"Properties\": {\"PolicyName\": \"p\"}}}} x | it is no JSON",
        "{} | a template lacks its Resources",
        "{\"Resources\": {}} | Resources names none",
        "{\"Outputs\": {}, \"Resources\": {}} | a template has no 'Outputs'",
        "{\"Resources\": {\"a\": {\"Type\": \"AWS::S3::Bucket\", \"Properties\": {}}}} |"
            + " the Type of a resource is AWS::IoT::Thing",
        "{\"Resources\": {\"a\": {\"Type\": \"AWS::IoT::Thing\"}}} | lacks its Properties",
        "{\"Resources\": {\"a\": {\"Type\": \"AWS::IoT::Thing\", \"Properties\": {}}}} |"
            + " the thing a lacks its ThingName",
        "{\"Resources\": {\"a\": {\"Type\": \"AWS::IoT::Policy\","
            + " \"Properties\": {\"PolicyName\": \"p\"}}}} | a policy needs a certificate",
        "{\"Resources\": {\"a\": {\"Type\": \"AWS::IoT::Policy\", \"Properties\":"
            + " {\"PolicyName\": \"p\", \"PolicyDocument\": \"{}\"}}}} | a policy has one of",
        "{\"Resources\": {\"a\": {\"Type\": \"AWS::IoT::Policy\", \"OverrideSettings\": {},"
            + " \"Properties\": {\"PolicyName\": \"p\"}}}} | a policy has no OverrideSettings",
        "{\"Parameters\": {\"a\": {\"Type\": \"Number\"}}, \"Resources\": {}} |"
            + " the Type of a parameter is String",
        "{\"Parameters\": {\"a\": {\"Type\": \"String\", \"Default\": 1}}, \"Resources\": {}} |"
            + " a Default is a string",
        "{\"Mappings\": {\"a\": {\"b\": {\"c\": {\"Ref\": \"d\"}}}}, \"Resources\": {}} |"
            + " a value of a.b is a string, no function",
        "{\"Resources\": {\"a\": {\"Type\": \"AWS::IoT::Thing\", \"Properties\": {\"ThingName\":"
            + " \"x\"}, \"OverrideSettings\": {\"ThingTypeName\": \"MERGE\"}}}} |"
            + " ThingTypeName is DO_NOTHING, REPLACE or FAIL",
        "{\"Resources\": {\"a\": {\"Type\": \"AWS::IoT::Thing\", \"Properties\": {\"ThingName\":"
            + " \"x\"}, \"OverrideSettings\": {\"Status\": \"FAIL\"}}}} |"
            + " OverrideSettings has no 'Status'",
        "{\"Resources\": {\"a\": {\"Type\": \"AWS::IoT::Thing\", \"Properties\": {\"ThingName\":"
            + " \"x\"}}, \"b\": {\"Type\": \"AWS::IoT::Thing\", \"Properties\": {\"ThingName\":"
            + " \"x\"}}}} | a template has one thing, not two"
      })
  void aTextThatIsNoTemplateIsRefused(String text, String why) {
    assertThatThrownBy(() -> ProvisioningTemplate.parse(text, Use.REGISTRATION))
        .isInstanceOf(TemplateException.class)
        .hasMessageContaining(why);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"Resources\": {\"t\": {\"Type\": \"AWS::IoT::Thing\", \"Properties\": {\"ThingName\":"
            + " \"x\"}}}}",
        "{\"Resources\": {\"c\": {\"Type\": \"AWS::IoT::Certificate\", \"Properties\":"
            + " {\"CertificateId\": \"x\"}}}}"
      })
  void fleetAndJustInTimeProvisioningSpeakOfTheCertificateShown(String template) {
    for (Use use : List.of(Use.FLEET, Use.JUST_IN_TIME)) {
      assertThatThrownBy(() -> ProvisioningTemplate.parse(template, use))
          .isInstanceOf(TemplateException.class);
    }
    assertThat(ProvisioningTemplate.parse(template, Use.REGISTRATION)).isNotNull();
  }

  @Test
  void justInTimeProvisioningKnowsOnlyTheCertificate() {
    assertThatThrownBy(() -> ProvisioningTemplate.parse(named("\"x\""), Use.JUST_IN_TIME))
        .hasMessageContaining("just-in-time provisioning has no parameter Name");
    String template =
        """
        {"Resources": {
           "t": {"Type": "AWS::IoT::Thing",
                 "Properties": {"ThingName": {"Ref": "AWS::IoT::Certificate::CommonName"}}},
           "c": {"Type": "AWS::IoT::Certificate",
                 "Properties": {"CertificateId": {"Ref": "AWS::IoT::Certificate::Id"}}}}}\
        """;
    ProvisioningTemplate read = ProvisioningTemplate.parse(template, Use.JUST_IN_TIME);
    assertThatThrownBy(() -> read.fill(Map.of("AWS::IoT::Certificate::Id", "x")))
        .hasMessageContaining("AWS::IoT::Certificate::CommonName was not given");
    assertThatThrownBy(() -> ProvisioningTemplate.parse(template, Use.FLEET))
        .hasMessageContaining("AWS::IoT::Certificate::CommonName is not declared");
  }

  @Test
  void aTemplateIsNoBomb() {
    assertThatThrownBy(() -> ProvisioningTemplate.parse(" ".repeat(10_241), Use.FLEET))
        .hasMessageContaining("10241 characters");
    String deep = "{\"a\":".repeat(2_000);
    assertThatThrownBy(() -> ProvisioningTemplate.parse(deep, Use.FLEET))
        .hasMessageContaining("nested more than 32 levels");
    String many =
        "{\"Fn::Join\": [\"\", [" + "{\"Ref\": \"Name\"},".repeat(500) + "{\"Ref\": \"Name\"}]]}";
    ProvisioningTemplate template = ProvisioningTemplate.parse(named(many), Use.FLEET);
    assertThatThrownBy(
            () ->
                template.fill(
                    Map.of("Name", "x".repeat(200_000), "AWS::IoT::Certificate::Id", "x")))
        .hasMessageContaining("longer than 524288 characters");
  }
}
