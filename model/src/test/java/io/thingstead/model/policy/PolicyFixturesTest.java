package io.thingstead.model.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The worked policies and truth tables of the developer guide. */
class PolicyFixturesTest {
  private static final String ARN = "arn:aws:iot:us-east-1:123456789012:";

  /** {@code ARN/} stands for the account's prefix. */
  private static PolicySet policy(String... statements) {
    String json = "{'Version':'2012-10-17','Statement':[" + String.join(",", statements) + "]}";
    return PolicySet.of(
        List.of(
            new NamedPolicy(
                "p", "1", PolicyDocument.parse(json.replace('\'', '"').replace("ARN/", ARN)))));
  }

  private static String allow(String action, String resource) {
    return statement("Allow", action, resource, "{}");
  }

  private static String statement(String effect, String action, String resource, String condition) {
    return "{'Effect':'%s','Action':'iot:%s','Resource':'%s','Condition':%s}"
        .formatted(effect, action, resource, condition);
  }

  private static BoundPolicies bind(PolicySet set, Object... facts) {
    Map<String, List<String>> values = new HashMap<>();
    for (int i = 0; i < facts.length; i += 2) {
      List<String> value =
          facts[i + 1] instanceof List<?> list
              ? list.stream().map(String::valueOf).toList()
              : List.of((String) facts[i + 1]);
      values.put(Values.canonical((String) facts[i]), value);
    }
    return set.bind(name -> values.getOrDefault(name, List.of()));
  }

  private static String decide(BoundPolicies policies, String action, String resource) {
    return switch (policies.decide("iot:" + action, ARN + resource)) {
      case Verdict.Allowed _ -> "allow";
      case Verdict.Denied _ -> "explicit";
      case Verdict.Unmentioned _ -> "implicit";
    };
  }

  private static final PolicySet FIXTURE_A =
      policy(
          statement(
              "Allow",
              "Connect",
              "ARN/client/${iot:Connection.Thing.ThingName}",
              "{'Bool':{'iot:Connection.Thing.IsAttached':'true'}}"),
          "{'Effect':'Allow','Action':['iot:Publish','iot:Receive'],"
              + "'Resource':'ARN/topic/${iot:Connection.Thing.ThingName}/*'}",
          allow("Subscribe", "ARN/topicfilter/${iot:Connection.Thing.ThingName}/*"),
          statement("Deny", "Publish", "ARN/topic/${iot:Connection.Thing.ThingName}/bar", "{}"));

  @Test
  void fixtureAIsolatesThings() {
    BoundPolicies t1 =
        bind(
            FIXTURE_A,
            "iot:Connection.Thing.ThingName",
            "t1",
            "iot:Connection.Thing.IsAttached",
            "true");
    assertThat(decide(t1, "Connect", "client/t1")).isEqualTo("allow");
    assertThat(decide(t1, "Connect", "client/t2")).isEqualTo("implicit");
    assertThat(decide(t1, "Publish", "topic/t1/x")).isEqualTo("allow");
    assertThat(decide(t1, "Publish", "topic/t1/bar")).isEqualTo("explicit");
    assertThat(decide(t1, "Publish", "topic/t2/x")).isEqualTo("implicit");
    assertThat(decide(t1, "Subscribe", "topicfilter/t1/#")).isEqualTo("allow");
    assertThat(decide(t1, "Subscribe", "topicfilter/#")).isEqualTo("implicit");
    assertThat(decide(t1, "Receive", "topic/t1/bar")).isEqualTo("allow");
  }

  @Test
  void fixtureARefusesAClientThatIsNoAttachedThing() {
    BoundPolicies other = bind(FIXTURE_A, "iot:Connection.Thing.IsAttached", "false");
    assertThat(decide(other, "Connect", "client/other")).isEqualTo("implicit");
    assertThat(other.decide("iot:Connect", ARN + "client/other"))
        .isEqualTo(
            new Verdict.Unmentioned(
                List.of("p"),
                Map.of("iot:Connection.Thing.IsAttached", "false"),
                List.of("iot:Connection.Thing.ThingName")));
  }

  @Test
  void fixtureBAllowsACertificateWithoutOrganisationToo() {
    PolicySet set =
        policy(
            statement(
                "Allow",
                "Publish",
                "ARN/topic/my/topic/${iot:ClientId}",
                "{'ForAllValues:StringEquals':{'iot:Certificate.Subject.Organization.List':"
                    + "['Example Corp','AnyCompany']}}"));
    String key = "iot:Certificate.Subject.Organization.List";
    String topic = "topic/my/topic/c";
    assertThat(decide(bind(set, "iot:ClientId", "c", key, "Example Corp"), "Publish", topic))
        .isEqualTo("allow");
    assertThat(decide(bind(set, "iot:ClientId", "c", key, "Other"), "Publish", topic))
        .isEqualTo("implicit");
    assertThat(
            decide(
                bind(set, "iot:ClientId", "c", key, List.of("AnyCompany", "Other")),
                "Publish",
                topic))
        .isEqualTo("implicit");
    assertThat(decide(bind(set, "iot:ClientId", "c"), "Publish", topic)).isEqualTo("allow");
  }

  @Test
  void fixtureCChecksTheSourceAddress() {
    PolicySet set =
        policy(statement("Allow", "*", "*", "{'IpAddress':{'aws:SourceIp':'10.0.0.0/8'}}"));
    assertThat(decide(bind(set, "aws:SourceIp", "10.9.8.7"), "Connect", "x")).isEqualTo("allow");
    assertThat(decide(bind(set, "aws:SourceIp", "11.0.0.1"), "Connect", "x")).isEqualTo("implicit");
    assertThat(decide(bind(set, "aws:SourceIp", "::1"), "Connect", "x")).isEqualTo("implicit");
  }

  @Test
  void fixtureDNeedsTheAttribute() {
    PolicySet set =
        policy(allow("Publish", "ARN/topic/${iot:Connection.Thing.Attributes[site]}/*"));
    String key = "iot:Connection.Thing.Attributes[site]";
    assertThat(decide(bind(set, key, "s"), "Publish", "topic/s/x")).isEqualTo("allow");
    assertThat(decide(bind(set), "Publish", "topic/s/x")).isEqualTo("implicit");
    assertThat(
            decide(bind(set, "iot:Connection.Thing.Attributes[SITE]", "s"), "Publish", "topic/s/x"))
        .isEqualTo("implicit");
  }

  @Test
  void fixtureENeedsTheLastWillTopic() {
    PolicySet set =
        policy(
            statement(
                "Allow",
                "Connect",
                "*",
                "{'ArnEquals':{'iot:LastWillTopic':'ARN/topic/my/lastwill/t'}}"));
    assertThat(decide(bind(set, "iot:LastWillTopic", ARN + "topic/my/lastwill/t"), "Connect", "x"))
        .isEqualTo("allow");
    assertThat(decide(bind(set, "iot:LastWillTopic", ARN + "topic/other"), "Connect", "x"))
        .isEqualTo("implicit");
    assertThat(decide(bind(set), "Connect", "x")).isEqualTo("implicit");
  }

  @Test
  void fixtureFChecksTheDomain() {
    PolicySet set =
        policy(
            statement("Allow", "Connect", "*", "{'StringEquals':{'iot:DomainName':'e.example'}}"));
    assertThat(decide(bind(set, "iot:DomainName", "e.example"), "Connect", "x")).isEqualTo("allow");
    assertThat(decide(bind(set, "iot:DomainName", "f.example"), "Connect", "x"))
        .isEqualTo("implicit");
  }

  @Test
  void fixtureGNeedsEveryCondition() {
    PolicySet set =
        policy(
            statement(
                "Allow",
                "Publish",
                "ARN/topic/device/stats",
                "{'StringEquals':{'iot:Connection.Thing.Attributes[attributeName]':'attributeValue',"
                    + "'iot:Connection.Thing.ThingTypeName':'Thing_Type_Name'},"
                    + "'Bool':{'iot:Connection.Thing.IsAttached':'true'}}"));
    Map<String, String> facts =
        Map.of(
            "iot:Connection.Thing.Attributes[attributeName]",
            "attributeValue",
            "iot:Connection.Thing.ThingTypeName",
            "Thing_Type_Name",
            "iot:Connection.Thing.IsAttached",
            "true");
    assertThat(decideWithout(set, facts, "")).isEqualTo("allow");
    for (String key : facts.keySet()) {
      assertThat(decideWithout(set, facts, key)).as("without %s", key).isEqualTo("implicit");
    }
  }

  private static String decideWithout(PolicySet set, Map<String, String> facts, String without) {
    Object[] rest =
        facts.entrySet().stream()
            .filter(fact -> !fact.getKey().equals(without))
            .flatMap(fact -> java.util.stream.Stream.<Object>of(fact.getKey(), fact.getValue()))
            .toArray();
    return decide(bind(set, rest), "Publish", "topic/device/stats");
  }

  @Test
  void fixtureHAllowsARetainedWillOnItsTopicOnly() {
    PolicySet set =
        policy(
            statement(
                "Allow",
                "Connect",
                "*",
                "{'ForAllValues:StringEquals':{'iot:ConnectAttributes':['LastWill']}}"),
            "{'Effect':'Allow','Action':['iot:Publish','iot:RetainPublish'],"
                + "'Resource':'ARN/topic/will'}");
    String key = "iot:ConnectAttributes";
    assertThat(decide(bind(set, key, "LastWill"), "Connect", "client/c")).isEqualTo("allow");
    assertThat(decide(bind(set, key, "PersistentConnect"), "Connect", "client/c"))
        .isEqualTo("implicit");
    assertThat(decide(bind(set), "RetainPublish", "topic/will")).isEqualTo("allow");
    assertThat(decide(bind(set), "RetainPublish", "topic/other")).isEqualTo("implicit");
  }

  @Test
  void fixtureIListsAndGetsRetainedMessages() {
    BoundPolicies policies =
        bind(
            policy(
                allow("ListRetainedMessages", "*"), allow("GetRetainedMessage", "ARN/topic/foo")));
    assertThat(policies.decide("iot:ListRetainedMessages", "*").allowed()).isTrue();
    assertThat(decide(policies, "GetRetainedMessage", "topic/foo")).isEqualTo("allow");
    assertThat(decide(policies, "GetRetainedMessage", "topic/bar")).isEqualTo("implicit");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // condition | clean | persistent | clean and will | persistent and will
        "{} | true | true | true | true",
        "ForAllValues:StringEquals [] | true | false | false | false",
        "ForAllValues:StringEquals ['PersistentConnect'] | true | true | false | false",
        "ForAllValues:StringEquals ['LastWill'] | true | false | true | false",
        "ForAllValues:StringEquals ['PersistentConnect','LastWill'] | true | true | true | true",
        "ForAnyValue:StringEquals ['PersistentConnect'] | false | true | false | true",
        "ForAllValues:StringNotEquals ['PersistentConnect'] | true | false | true | false",
        "Deny ForAnyValue:StringEquals ['PersistentConnect'] | true | false | true | false"
      })
  void connectAttributesDecideAsTheTableSays(
      String condition, boolean clean, boolean persistent, boolean will, boolean both) {
    String[] words = condition.replace("Deny ", "").split(" ", 2);
    String block =
        words.length == 1
            ? "{}"
            : "{'" + words[0] + "':{'iot:ConnectAttributes':" + words[1] + "}}";
    PolicySet set =
        condition.startsWith("Deny")
            ? policy(allow("Connect", "*"), statement("Deny", "Connect", "*", block))
            : policy(statement("Allow", "Connect", "*", block));
    assertThat(
            List.of(
                connects(set, List.of()),
                connects(set, List.of("PersistentConnect")),
                connects(set, List.of("LastWill")),
                connects(set, List.of("PersistentConnect", "LastWill"))))
        .containsExactly(clean, persistent, will, both);
  }

  private static boolean connects(PolicySet set, List<String> attributes) {
    return bind(set, "iot:ConnectAttributes", attributes)
        .decide("iot:Connect", ARN + "client/c")
        .allowed();
  }

  @ParameterizedTest
  @CsvSource({
    "topic/a/b, topic/a/b, true",
    "topic/a/b, topic/A/b, false",
    "topic/a/*, topic/a/, true",
    "topic/a/*, topic/a, false",
    "topic/a/*, topic/a/b/c/d, true",
    "topic/a/?, topic/a/b, true",
    "topic/a/?, topic/a/bc, false",
    "topic/a/?/c, topic/a///c, true",
    "topic/a/+, topic/a/b, false",
    "topicfilter/a/+, topicfilter/a/+, true",
    "topic/a/#, topic/a/b, false",
    "topicfilter/a/#, topicfilter/a/#, true",
    "topic/a*b, topic/a/x/b, true",
    "topic/*, topic/x, true",
    "topic/*, topicfilter/x, false",
    "topic/${*}, topic/*, true",
    "topic/${*}, topic/a, false",
    "topic/${?}, topic/?, true",
    "topic/${$}, topic/$, true",
    "topic/$(*), topic/*, true",
    "topic/${iot:ClientId}/*, topic/a*/1, true",
    "topic/${iot:ClientId}/*, topic/axyz/1, false",
    "topic/$aws/things/*/shadow/*, topic/$aws/things/t1/shadow/update, true",
    "topic/$aws/things/${iot:Connection.Thing.ThingName}/*, topic/$aws/things/t2/x, false",
    "client/${iot:Connection.Thing.ThingName}, client/t1, false",
    "topicfilter/some/+/topic, topicfilter/some/+/topic, true",
    "topicfilter/some/+/topic, topicfilter/some/x/topic, false",
    "topicfilter/some/*/topic, topicfilter/some/x/topic, true",
    "topicfilter/some/*/topic, topicfilter/some/+/topic, true",
    "topicfilter/some/*/topic, topicfilter/some/x/y/topic, true",
    "topicfilter/f, topicfilter/$share/g/f, false",
    "topicfilter/$share/g/f, topicfilter/$share/g/f, true"
  })
  void resourcesMatchAsTheTableSays(String pattern, String request, boolean matches) {
    BoundPolicies policies = bind(policy(allow("X", "ARN/" + pattern)), "iot:ClientId", "a*");
    assertThat(decide(policies, "X", request)).isEqualTo(matches ? "allow" : "implicit");
  }

  @Test
  void wholeArnWildcardsMatchAnyResource() {
    assertThat(decide(bind(policy(allow("X", "*"))), "X", "client/c")).isEqualTo("allow");
    BoundPolicies anywhere = bind(policy(allow("X", "arn:aws:iot:*:*:topic/x")));
    assertThat(anywhere.decide("iot:X", "arn:aws:iot:eu-west-1:000000000000:topic/x").allowed())
        .isTrue();
    assertThat(anywhere.decide("iot:X", "arn:aws:iot:eu-west-1:000000000000:topic/y").allowed())
        .isFalse();
  }

  @Test
  void deniedFilterDoesNotStopAWiderSubscription() {
    BoundPolicies policies =
        bind(
            policy(
                allow("Subscribe", "ARN/topicfilter/a/*"),
                statement("Deny", "Subscribe", "ARN/topicfilter/a/restricted/*", "{}"),
                "{'Effect':'Allow','Action':'iot:Receive','NotResource':'ARN/topic/a/restricted/*'}"));
    assertThat(decide(policies, "Subscribe", "topicfilter/a/#")).isEqualTo("allow");
    assertThat(decide(policies, "Subscribe", "topicfilter/a/restricted/#")).isEqualTo("explicit");
    assertThat(decide(policies, "Receive", "topic/a/x")).isEqualTo("allow");
    assertThat(decide(policies, "Receive", "topic/a/restricted/x")).isEqualTo("implicit");
  }

  @Test
  void clientIdThatIsAnMqttWildcardIsInsertedRaw() {
    PolicySet set = policy(allow("Subscribe", "ARN/topicfilter/my/${iot:ClientId}/topic"));
    assertThat(decide(bind(set, "iot:ClientId", "+"), "Subscribe", "topicfilter/my/+/topic"))
        .isEqualTo("allow");
  }

  @Test
  void variableInADenyThatHasNoValueDoesNotDeny() {
    PolicySet set =
        policy(allow("Publish", "*"), statement("Deny", "Publish", "ARN/topic/${none}/*", "{}"));
    assertThat(decide(bind(set), "Publish", "topic/a/b")).isEqualTo("allow");
  }

  @Test
  void certificateValuesWithSpecialCharactersAreNotSubstituted() {
    PolicySet set = policy(allow("Publish", "ARN/topic/${iot:Certificate.Subject.CommonName}"));
    String key = "iot:Certificate.Subject.CommonName";
    assertThat(decide(bind(set, key, "cn"), "Publish", "topic/cn")).isEqualTo("allow");
    assertThat(decide(bind(set, key, "c*"), "Publish", "topic/c*")).isEqualTo("implicit");
    String longest = "x".repeat(1024);
    assertThat(decide(bind(set, key, longest), "Publish", "topic/" + longest)).isEqualTo("allow");
    assertThat(decide(bind(set, key, longest + "x"), "Publish", "topic/" + longest + "x"))
        .isEqualTo("implicit");
  }

  @Test
  void oldVersionTakesVariablesLiterally() {
    String json =
        "{'Version':'2008-10-17','Statement':["
            + allow("Publish", ARN + "topic/${iot:ClientId}")
            + "]}";
    PolicySet set =
        PolicySet.of(
            List.of(new NamedPolicy("p", "1", PolicyDocument.parse(json.replace('\'', '"')))));
    BoundPolicies policies = bind(set, "iot:ClientId", "c");
    assertThat(decide(policies, "Publish", "topic/c")).isEqualTo("implicit");
    assertThat(decide(policies, "Publish", "topic/${iot:ClientId}")).isEqualTo("allow");
  }

  @Test
  void jobActionsHoldUnderBothPrefixes() {
    BoundPolicies policies = bind(policy(allow("UpdateJobExecution", "ARN/thing/t")));
    assertThat(policies.decide("iotjobsdata:UpdateJobExecution", ARN + "thing/t").allowed())
        .isTrue();
  }

  @Test
  void verdictNamesStatementAndVariables() {
    PolicySet set =
        PolicySet.of(
            List.of(
                new NamedPolicy(
                    "first",
                    "2",
                    PolicyDocument.parse("{\"Version\":\"2012-10-17\",\"Statement\":[]}")),
                new NamedPolicy(
                    "second",
                    "3",
                    PolicyDocument.parse(
                        """
                        {"Version":"2012-10-17","Statement":[
                         {"Effect":"Allow","Action":"iot:*","Resource":"*"},
                         {"Sid":"x","Effect":"Deny","Action":"iot:Publish",
                          "Resource":"arn:aws:iot:*:*:topic/${iot:ClientId}/*",
                          "Condition":{"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}}]}
                        """))));
    Verdict verdict =
        bind(set, "iot:ClientId", "c1", "aws:SourceIp", "10.0.0.1")
            .decide("iot:Publish", ARN + "topic/c1/x");
    assertThat(verdict)
        .isEqualTo(
            new Verdict.Denied(
                new Citation("second", "3", 2, "x"),
                Map.of("iot:ClientId", "c1", "aws:SourceIp", "10.0.0.1")));
    assertThat(((Verdict.Denied) verdict).by())
        .hasToString("statement 2 (Sid \"x\") of policy second version 3");
  }

  @Test
  void explanationTellsWhatBecameOfEachStatement() {
    PolicySet set =
        policy(
            allow("Publish", "ARN/topic/${iot:ClientId}"),
            allow("Publish", "ARN/topic/${none}"),
            statement(
                "Allow", "Publish", "*", "{'Bool':{'iot:Connection.Thing.IsAttached':'true'}}"),
            allow("Connect", "*"));
    assertThat(bind(set, "iot:ClientId", "c1").explain("iot:Publish", ARN + "topic/c2"))
        .containsExactly(
            "statement 1 of policy p version 1 (Allow) does not apply: Resource ["
                + ARN
                + "topic/c1]",
            "statement 2 of policy p version 1 (Allow) does not apply: Resource ["
                + ARN
                + "topic/${none} (has a variable without a value)]",
            "statement 3 of policy p version 1 (Allow) does not apply: the condition Bool"
                + " iot:Connection.Thing.IsAttached [true] does not hold, the key has no value");
  }
}
