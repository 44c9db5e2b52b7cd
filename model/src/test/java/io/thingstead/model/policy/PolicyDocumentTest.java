package io.thingstead.model.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thingstead.model.Limits;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PolicyDocumentTest {
  private static final String ALLOW = "'Effect':'Allow','Action':'iot:Connect','Resource':'*'";

  private static PolicyDocument parse(String json) {
    return PolicyDocument.parse(json.replace('\'', '"'));
  }

  private static String withStatement(String statement) {
    return "{'Version':'2012-10-17','Statement':[" + statement + "]}";
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'Version':'2012-10-17','Statement':{" + ALLOW + "}}",
        "{'Version':'2008-10-17','Id':'x','Statement':[{" + ALLOW + "},{" + ALLOW + "}]}",
        "{'Statement':[],'Version':'2012-10-17'}",
        "{'Version':'2012-10-17','Statement':[{'Sid':'s'," + ALLOW + "}]}",
        "{'Version':'2012-10-17','Statement':[{" + ALLOW + ",'Condition':{}}]}",
        "{'Version':'2012-10-17','Statement':{'Effect':'Deny','NotAction':['iot:*','x:y'],"
            + "'NotResource':['*','arn:aws:iot:*:*:topic/${a}']}}",
        "{'Version':'2012-10-17','Statement':{'Effect':'Allow','Action':'iot:Publish',"
            + "'Resource':'${iot:LastWillTopic}'}}"
      })
  void documentsOfTheGrammarAreRead(String json) {
    assertThat(parse(json).text()).isEqualTo(json.replace('\'', '"'));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "[] | line 1, column 1: a policy document is a JSON object",
        "{'Version':'2012-10-17'} | line 1, column 1: the document has no Statement",
        "{'Statement':[]} | line 1, column 16: the document has no Version; write \"Version\":"
            + " \"2012-10-17\"",
        "{'Version':'2012','Statement':[]} | Version is 2012-10-17 or 2008-10-17",
        "{'Version':'2012-10-17','Statement':[],'Principal':'*'} | no element 'Principal'",
        "{'Version':'2012-10-17','Statement':[]} x | Unrecognized token",
        "{'Version':'2012-10-17','Statement':[]}{} | something follows the document",
        "{'Version':'2012-10-17','Statement':[} | invalid JSON",
        "{'Version':'2012-10-17','Version':'2012-10-17','Statement':[]} | Duplicate",
        "{'Version':'2012-10-17','Statement':'x'} | a statement is a JSON object"
      })
  void documentFaultIsExplained(String json, String message) {
    assertThatThrownBy(() -> parse(json))
        .isInstanceOf(MalformedPolicyException.class)
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'Action':'iot:Connect','Resource':'*'} | statement 1 has no Effect",
        "{'Effect':'Allow','Resource':'*'} | statement 1 has no Action",
        "{'Effect':'Allow','Action':'iot:Connect'} | statement 1 has no Resource",
        "{'Effect':'allow','Action':'iot:Connect','Resource':'*'} | Effect is Allow or Deny",
        "{'Effect':'Allow','Action':'Connect','Resource':'*'} | 'Connect' does not begin with",
        "{'Effect':'Allow','Action':[],'Resource':'*'} | Action names nothing",
        "{'Effect':'Allow','Action':7,'Resource':'*'} | Action is a string",
        "{'Effect':'Allow','Action':'iot:*','Resource':'topic/a'} | 'topic/a' is neither an ARN",
        "{'Effect':'Allow','Action':'iot:*','Resource':'arn:${a'} | has a ${ without its }",
        "{'Effect':'Allow','Action':'iot:*','Resource':'arn:${}'} | a variable without a name",
        "{'Effect':'Allow','Action':'a:b','NotAction':'a:c','Resource':'*'} | not both",
        "{'Effect':'Allow','Action':'a:b','Resource':'*','NotResource':'*'} | not both",
        "{'Effect':'Allow','Action':'a:b','Resource':'*','Principal':'*'} | Principal is not"
            + " allowed",
        "{'Effect':'Allow','Action':'a:b','Resource':'*','Extra':1} | no element 'Extra'",
        "{'Effect':'Allow','Action':'a:b','Resource':'*','Condition':[]} | Condition is a JSON"
            + " object"
      })
  void statementFaultIsExplained(String statement, String message) {
    assertThatThrownBy(() -> parse(withStatement(statement)))
        .isInstanceOf(MalformedPolicyException.class)
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'StringEqual':{'a':'b'}} | 'StringEqual' is no condition operator",
        "{'ForSomeValues:StringEquals':{'a':'b'}} | is no condition operator",
        "{'StringEquals':'b'} | StringEquals is a JSON object of keys and values",
        "{'StringEquals':{'a':{}}} | a value of a is a string",
        "{'StringEquals':{'a':null}} | a value of a is a string",
        "{'NumericEquals':{'a':'five'}} | 'five' of NumericEquals is no number",
        "{'DateLessThan':{'a':'tomorrow'}} | is no date",
        "{'Bool':{'a':'yes'}} | is neither true nor false",
        "{'BinaryEquals':{'a':'*'}} | is not base64",
        "{'IpAddress':{'a':'10.0.0.0/33'}} | is no address or block",
        "{'IpAddress':{'a':'host.example'}} | is no address or block",
        "{'IpAddress':{'a':'fe80::1%lo'}} | is no address or block",
        "{'NullIfExists':{'a':'true'}} | Null takes neither",
        "{'ForAnyValue:Null':{'a':'true'}} | Null takes neither",
        "{'Null':{'a':'${x}'}} | Null takes true or false"
      })
  void conditionFaultIsExplained(String condition, String message) {
    assertThatThrownBy(() -> parse(withStatement("{" + ALLOW + ",'Condition':" + condition + "}")))
        .isInstanceOf(MalformedPolicyException.class)
        .hasMessageContaining(message);
  }

  @Test
  void faultTellsLineAndColumn() {
    String json =
        """
        {
          "Version": "2012-10-17",
          "Statement": {
            "Effect": "Allow",
            "Action": ["iot:Connect", "Publish"],
            "Resource": "*"
          }
        }
        """;
    assertThatThrownBy(() -> PolicyDocument.parse(json))
        .hasMessageStartingWith("line 5, column 31: the action 'Publish'");
  }

  @Test
  void truncatedDocumentsAreRefusedNotLooped() {
    String json = withStatement("{" + ALLOW + ",'Condition':{'Bool':{'a':['true']}}}");
    for (int end = 0; end < json.length(); end++) {
      String cut = json.substring(0, end);
      assertThatThrownBy(() -> parse(cut)).isInstanceOf(MalformedPolicyException.class);
    }
  }

  @Test
  void whiteSpaceDoesNotCountAgainstTheLimit() {
    String sid = "x".repeat(1950);
    String json = withStatement("{'Sid':'" + sid + "'," + ALLOW + "}").replace('\'', '"');
    int chars = json.length();
    Limits.Policies exact = new Limits.Policies(chars, 100_000, 5, 10, 2);
    Limits.Policies less = new Limits.Policies(chars - 1, 100_000, 5, 10, 2);
    String spaced = json.replace(",", " ,\n\t");
    assertThatCode(() -> PolicyDocument.parse(spaced, exact)).doesNotThrowAnyException();
    assertThatThrownBy(() -> PolicyDocument.parse(spaced, less))
        .hasMessageContaining(chars + " characters besides white space, more than");
    assertThatThrownBy(() -> PolicyDocument.parse(" ".repeat(100_001), exact))
        .hasMessageContaining("100001 characters");
  }
}
