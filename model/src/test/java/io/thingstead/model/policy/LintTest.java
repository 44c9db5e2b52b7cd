package io.thingstead.model.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LintTest {
  private static final String ARN = "arn:aws:iot:us-east-1:123456789012:";

  private static List<Warning> lint(String statements) {
    return lint("2012-10-17", statements);
  }

  private static List<Warning> lint(String version, String statements) {
    String json =
        ("{'Version':'" + version + "','Statement':[" + statements + "]}")
            .replace('\'', '"')
            .replace("ARN/", ARN);
    return Lint.of(PolicyDocument.parse(json), ARN);
  }

  private static String statement(String effect, String action, String resource, String condition) {
    return "{'Effect':'%s','Action':%s,'Resource':%s%s}"
        .formatted(
            effect,
            "'" + action.replace("+", "','") + "'",
            "'" + resource + "'",
            condition == null || condition.isEmpty() ? "" : ",'Condition':" + condition)
        .replaceFirst("'Action':('[^}]*?'),'Resource'", "'Action':[$1],'Resource'");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "Allow | iot:* | * | | TOO_WIDE | it allows everything",
        "Allow | * | * | | TOO_WIDE | it allows everything",
        "Allow | iot:Connect | ARN/client/* | | TOO_WIDE | evades the policies of thing groups",
        "Allow | iot:Connect | ARN/client/${iot:ClientId} | | TOO_WIDE | on every resource",
        "Allow | iot:Publish+iot:Receive | * | | TOO_WIDE | allows iot:Publish, iot:Receive on",
        "Allow | iot:Subscribe | arn:aws:iot:*:*:topicfilter/* | | TOO_WIDE | iot:Subscribe",
        "Allow | iot:UpdateThingShadow | ARN/thing/* | | TOO_WIDE | iot:UpdateThingShadow",
        "Allow | iot:Pubish | ARN/topic/a | | NEVER_APPLIES | the action iot:pubish",
        "Allow | iot:Publish | ARN/topicfilter/a | | NEVER_APPLIES | are asked of: topic/…",
        "Allow | iot:Subscribe | ARN/topic/a | | NEVER_APPLIES | are asked of: topicfilter/…",
        "Allow | iot:Connect | ARN/topic/a | | NEVER_APPLIES | are asked of: client/…",
        "Allow | iot:Publish+iot:Subscribe | ARN/topic/a | | NEVER_APPLIES | iot:Subscribe is"
            + " asked",
        "Allow | iot:Publish | arn:aws:iot:us-east-1:999999999999:topic/a | | NEVER_APPLIES | not"
            + " of this account",
        "Allow | iot:Publish | arn:aws:iot:eu-west-1:*:topic/a | | NEVER_APPLIES | and region",
        "Allow | iot:Publish | arn:aws:sns:*:*:topic/a | | NEVER_APPLIES | and region",
        "Allow | iot:Publish | ARN/topic/a/+ | | WILDCARD | * stands for any text",
        "Allow | iot:Receive | ARN/topic/a/# | | WILDCARD | no topic has a + or #",
        "Deny | iot:Subscribe | ARN/topicfilter/a/secret/* | | WILDCARD | deny iot:Receive",
        "Allow | iot:Publish | ARN/topic/${iot:ThingName} | | NO_VALUE | is none of the variables",
        "Allow | iot:Publish | ARN/topic/${iot:Connection.Thing.Name} | | NO_VALUE | is none of",
        "Allow | iot:Publish | ARN/topic/${iot:Certificate.Subject.CN} | | NO_VALUE |"
            + " certificate's",
        "Allow | iot:Publish | ARN/topic/${iot:LastWillTopic} | | NO_VALUE | for iot:Connect only",
        "Allow | iot:GetThingShadow | ARN/thing/${iot:ClientId} | | NO_VALUE | over MQTT only",
        "Allow | iot:Publish | ARN/topic/${credentials-iot:ThingName} | | NO_VALUE | of roles",
        "Deny | iot:Publish | ARN/topic/${aws:username} | | NO_VALUE | so that it denies nothing",
        "Deny | iot:Publish | ARN/topic/${iot:Connection.Thing.ThingName}/* | | NO_VALUE | does not"
            + " deny a caller",
        "Allow | iot:Publish | ARN/topic/a | {'Bool':{'iot:Connection.Thing.Attached':'true'}} |"
            + " NO_VALUE | the key iot:Connection.Thing.Attached of Bool",
        "Allow | iot:Publish | ARN/topic/a | {'StringEquals':{'iot:ClientId':[]}} | NEVER_APPLIES |"
            + " no value that could fit",
        "Allow | iot:Publish | ARN/topic/a |"
            + " {'ForAllValues:StringEquals':{'iot:Certificate.Subject.Organization.List':['A']}} |"
            + " TOO_WIDE | holds for a caller without"
      })
  void whatIsHardlyMeantIsWarnedOfOnce(
      String effect,
      String action,
      String resource,
      String condition,
      Warning.Kind kind,
      String text) {
    List<Warning> found = lint(statement(effect, action, resource, condition));
    assertThat(found).as("%s", found).hasSize(1);
    assertThat(found.getFirst().kind()).isEqualTo(kind);
    assertThat(found.getFirst().statement()).isEqualTo(1);
    assertThat(found.getFirst().text()).contains(text);
    assertThat(found.getFirst()).asString().startsWith("statement 1: ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        // The guide's policies, per thing, and with a will.
        "{'Effect':'Allow','Action':'iot:Connect','Resource':"
            + "'ARN/client/${iot:Connection.Thing.ThingName}','Condition':"
            + "{'Bool':{'iot:Connection.Thing.IsAttached':'true'}}},"
            + "{'Effect':'Allow','Action':['iot:Publish','iot:Receive'],'Resource':"
            + "'ARN/topic/${iot:Connection.Thing.ThingName}/*'},"
            + "{'Effect':'Allow','Action':'iot:Subscribe','Resource':"
            + "'ARN/topicfilter/${iot:Connection.Thing.ThingName}/*'}",
        "{'Effect':'Allow','Action':'iot:Connect','Resource':'*','Condition':"
            + "{'ForAllValues:StringEquals':{'iot:ConnectAttributes':[]}}}",
        "{'Effect':'Allow','Action':'iot:Connect','Resource':'*','Condition':"
            + "{'ArnEquals':{'iot:LastWillTopic':'ARN/topic/will'}}}",
        "{'Effect':'Allow','Action':['iot:Publish','iot:Subscribe'],'Resource':"
            + "['ARN/topic/a','ARN/topicfilter/a/#']}",
        "{'Effect':'Allow','Action':'iot:Receive','NotResource':'ARN/topic/a/restricted/*'}",
        "{'Effect':'Deny','Action':'iot:Subscribe','Resource':'ARN/topicfilter/a/*'},"
            + "{'Effect':'Deny','Action':'iot:Receive','Resource':'ARN/topic/a/*'}",
        "{'Effect':'Deny','Action':['iot:Subscribe','iot:Receive'],'Resource':"
            + "['ARN/topicfilter/a/*','ARN/topic/a/*']}",
        "{'Effect':'Deny','Action':'iot:*','Resource':'*'}",
        "{'Effect':'Allow','Action':['iot:GetThingShadow','iotjobsdata:UpdateJobExecution',"
            + "'iot:StartNextPendingJobExecution'],'Resource':'ARN/thing/t'}",
        "{'Effect':'Allow','Action':'iot:SendDirectMessage','Resource':'ARN/client/c','Condition':"
            + "{'StringLike':{'iot:Topic':'do/*'}}}",
        "{'Effect':'Allow','Action':'iot:Publish','Resource':"
            + "'ARN/topic/${iot:Certificate.Subject.Organization.1}/${aws:SourceIp}'}",
        "{'Effect':'Allow','Action':'iot:Publish','Resource':'arn:aws:iot:*:*:topic/${*}/?'}",
        "{'Effect':'Allow','Action':'sqs:SendMessage','Resource':'arn:aws:sqs:*:*:q'}"
      })
  void whatIsUsualIsNotWarnedOf(String statements) {
    assertThat(lint(statements)).isEmpty();
  }

  @Test
  void variablesOfTheOldVersionAreWarnedOf() {
    assertThat(
            lint("2008-10-17", statement("Allow", "iot:Publish", "ARN/topic/${iot:ClientId}", "")))
        .singleElement()
        .asString()
        .contains("2008-10-17 knows no variables");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "iot:ClientId",
        "aws:SourceIp",
        "iot:DomainName",
        "aws:CurrentTime",
        "aws:EpochTime",
        "iot:Connection.Thing.ThingName",
        "iot:Connection.Thing.ThingTypeName",
        "iot:Connection.Thing.Attributes[site]",
        "iot:Connection.Thing.IsAttached",
        "iot:Certificate.SerialNumber",
        "iot:Certificate.AvailableKeys",
        "iot:Certificate.Subject.SerialNumber",
        "iot:Certificate.Subject.CommonName.List",
        "iot:Certificate.Issuer.GenerationQualifier.1",
        "iot:Certificate.Subject.AlternativeName.RFC822Name",
        "iot:Certificate.Issuer.AlternativeName.DirectoryName.List",
        "cognito-identity.amazonaws.com:sub",
        "thingstead:OwnedThing"
      })
  void theGuidesVariablesAreKnown(String variable) {
    assertThat(lint(statement("Allow", "iot:Publish", "ARN/topic/${" + variable + "}/x", "")))
        .isEmpty();
  }

  @Test
  void theStatementIsNamed() {
    assertThat(
            lint(
                statement("Allow", "iot:Publish", "ARN/topic/a", "")
                    + ","
                    + statement("Allow", "iot:Publish", "ARN/topicfilter/a", "")))
        .extracting(Warning::statement)
        .containsExactly(2);
  }
}
