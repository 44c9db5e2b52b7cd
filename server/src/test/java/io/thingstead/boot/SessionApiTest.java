package io.thingstead.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.iam.model.AccessKey;
import software.amazon.awssdk.services.iam.model.StatusType;
import software.amazon.awssdk.services.iot.IotClient;
import software.amazon.awssdk.services.iot.model.Action;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.model.AssumeRoleResponse;
import software.amazon.awssdk.services.sts.model.Credentials;
import software.amazon.awssdk.services.sts.model.GetCallerIdentityResponse;
import software.amazon.awssdk.services.sts.model.PolicyDescriptorType;
import software.amazon.awssdk.services.sts.model.Tag;

/** Temporary keys, and what callers who sign may do by their policies, through the SDK. */
class SessionApiTest {
  private static final String ACCOUNT = "000000000000";
  private static final String ROOT = "arn:aws:iam::" + ACCOUNT + ":root";
  private static final String THINGS = "arn:aws:iot:us-east-1:" + ACCOUNT + ":thing/";

  @TempDir private static Path directory = Path.of("");
  private static RunningNode server;
  private static IamClient iam;

  @BeforeAll
  static void start() throws Exception {
    server = new RunningNode(directory);
    iam = server.iam();
  }

  @AfterAll
  static void stop() {
    iam.close();
    server.close();
  }

  private static AwsServiceException refused(int status, String code, ThrowingCallable call) {
    AwsServiceException[] caught = new AwsServiceException[1];
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            AwsServiceException.class,
            e -> {
              assertThat(e.awsErrorDetails().errorCode()).isEqualTo(code);
              assertThat(e.statusCode()).isEqualTo(status);
              caught[0] = e;
            });
    return caught[0];
  }

  private static String statement(String effect, String action, String resource, String more) {
    return """
    {"Effect":"%s","Action":"%s","Resource":"%s"%s}\
    """
        .formatted(effect, action, resource, more);
  }

  private static String allow(String action, String resource) {
    return statement("Allow", action, resource, "");
  }

  private static String document(String... statements) {
    return "{\"Version\":\"2012-10-17\",\"Statement\":[" + String.join(",", statements) + "]}";
  }

  private static String trust(String principal, String more) {
    return """
    {"Version":"2012-10-17","Statement":{"Effect":"Allow",\
    "Action":["sts:AssumeRole","sts:TagSession"],"Principal":{"AWS":"%s"}%s}}\
    """
        .formatted(principal, more);
  }

  /** A user with a policy of its own. */
  private static AwsCredentials user(String name, String... statements) {
    iam.createUser(b -> b.userName(name));
    if (statements.length > 0) {
      iam.putUserPolicy(
          b -> b.userName(name).policyName("own").policyDocument(document(statements)));
    }
    AccessKey key = iam.createAccessKey(b -> b.userName(name)).accessKey();
    return AwsBasicCredentials.create(key.accessKeyId(), key.secretAccessKey());
  }

  private static void role(String name, String trust, String... statements) {
    iam.createRole(b -> b.roleName(name).assumeRolePolicyDocument(trust));
    iam.putRolePolicy(b -> b.roleName(name).policyName("own").policyDocument(document(statements)));
  }

  private static String roleArn(String name) {
    return "arn:aws:iam::" + ACCOUNT + ":role/" + name;
  }

  private static AwsSessionCredentials session(Credentials made) {
    return AwsSessionCredentials.create(
        made.accessKeyId(), made.secretAccessKey(), made.sessionToken());
  }

  private static AwsSessionCredentials assumed(AwsCredentials caller, String role) {
    try (StsClient sts = server.sts(caller)) {
      return session(
          sts.assumeRole(b -> b.roleArn(roleArn(role)).roleSessionName("s1")).credentials());
    }
  }

  /** Nothing is stored of temporary keys; those that were shown lately are remembered. */
  @Test
  void whatATemporaryKeyMayIsExplainedByItsRole() throws Exception {
    AwsCredentials caller = user("asker", allow("sts:AssumeRole", roleArn("explained")));
    role("explained", trust(ROOT, ""), allow("iot:DescribeThing", THINGS + "mine"));
    AwsSessionCredentials key = assumed(caller, "explained");
    assertThat(why(key.accessKeyId(), "mine")).contains("is not known");
    try (IotClient iot = server.iot(key)) {
      refused(403, "AccessDeniedException", () -> iot.describeThing(b -> b.thingName("another")));
    }

    assertThat(why(key.accessKeyId(), "mine")).contains("allowed").contains("explained");
    assertThat(why(key.accessKeyId(), "another")).contains("denied");
  }

  private static String why(String key, String thing) throws Exception {
    return server
        .signed(
            "GET",
            "/_thingstead/why?client=c&action=iot%3ADescribeThing&certificate="
                + key
                + "&topic="
                + URLEncoder.encode(THINGS + thing, StandardCharsets.UTF_8),
            Map.of(),
            "")
        .body();
  }

  @Test
  void everyCallerLearnsWhoItIs() throws Exception {
    AwsCredentials user = user("who");
    role("who", trust("arn:aws:iam::" + ACCOUNT + ":user/who", ""), allow("iot:*", "*"));
    try (StsClient administrator = server.sts(server.administrator());
        StsClient sts = server.sts(user);
        StsClient assumed = server.sts(assumed(user, "who"))) {
      assertThat(administrator.getCallerIdentity().arn())
          .isEqualTo("arn:aws:iam::" + ACCOUNT + ":user/administrator");
      GetCallerIdentityResponse me = sts.getCallerIdentity();
      assertThat(me.arn()).isEqualTo("arn:aws:iam::" + ACCOUNT + ":user/who");
      assertThat(me.userId()).startsWith("AIDA");
      assertThat(me.account()).isEqualTo(ACCOUNT);
      GetCallerIdentityResponse session = assumed.getCallerIdentity();
      assertThat(session.arn()).isEqualTo("arn:aws:sts::" + ACCOUNT + ":assumed-role/who/s1");
      assertThat(session.userId()).startsWith("AROA").endsWith(":s1");
    }
  }

  @Test
  void userMayDoWhatItsPoliciesAllowAndIsToldWhatNot() {
    AwsCredentials user =
        user(
            "bounded",
            allow("iot:*Thing", THINGS + "${aws:username}-*"),
            statement("Deny", "iot:DeleteThing", "*", ",\"Condition\":{}"));
    try (IotClient iot = server.iot(user);
        IamClient own = server.iam(user)) {
      iot.createThing(b -> b.thingName("bounded-1"));
      assertThat(iot.describeThing(b -> b.thingName("bounded-1")).thingName())
          .isEqualTo("bounded-1");
      assertThat(
              refused(
                      403,
                      "AccessDeniedException",
                      () -> iot.createThing(b -> b.thingName("other-1")))
                  .awsErrorDetails()
                  .errorMessage())
          .startsWith(
              "User: arn:aws:iam::000000000000:user/bounded is not authorized to perform:"
                  + " iot:CreateThing on resource: "
                  + THINGS
                  + "other-1 because no policy allows")
          .contains("no statement of policies [user/bounded/own]");
      assertThat(
              refused(
                      403,
                      "AccessDeniedException",
                      () -> iot.deleteThing(b -> b.thingName("bounded-1")))
                  .awsErrorDetails()
                  .errorMessage())
          .contains("with an explicit deny")
          .contains("statement 2 of policy user/bounded/own");
      refused(403, "AccessDeniedException", () -> iot.listThings(b -> {}));
      refused(403, "AccessDenied", () -> own.listUsers(b -> {}));
      refused(403, "AccessDenied", () -> own.createAccessKey(b -> {}));
    }
  }

  @Test
  void changesOfPoliciesAndKeysAreFeltByTheNextCall() {
    AwsCredentials user = user("changed", allow("iot:ListThings", "*"));
    String arn =
        iam.createPolicy(
                b ->
                    b.policyName("changing")
                        .policyDocument(document(allow("iot:ListThingTypes", "*"))))
            .policy()
            .arn();
    try (IotClient iot = server.iot(user)) {
      iot.listThings(b -> {});
      refused(403, "AccessDeniedException", () -> iot.listThingTypes(b -> {}));
      iam.attachUserPolicy(b -> b.userName("changed").policyArn(arn));
      iot.listThingTypes(b -> {});
      iam.createPolicyVersion(
          b ->
              b.policyArn(arn)
                  .setAsDefault(true)
                  .policyDocument(document(allow("iot:ListPolicies", "*"))));
      refused(403, "AccessDeniedException", () -> iot.listThingTypes(b -> {}));
      iot.listPolicies(b -> {});
      String id = user.accessKeyId();
      iam.updateAccessKey(b -> b.userName("changed").accessKeyId(id).status(StatusType.INACTIVE));
      refused(403, "UnrecognizedClientException", () -> iot.listThings(b -> {}));
      iam.updateAccessKey(b -> b.userName("changed").accessKeyId(id).status(StatusType.ACTIVE));
      iot.listThings(b -> {});
      iam.deleteAccessKey(b -> b.userName("changed").accessKeyId(id));
      refused(403, "UnrecognizedClientException", () -> iot.listThings(b -> {}));
    }
  }

  @Test
  void roleIsAssumedByWhomItTrustsOnly() {
    AwsCredentials named = user("named");
    AwsCredentials permitted = user("permitted", allow("sts:AssumeRole", roleArn("account-*")));
    role(
        "named-only",
        trust("arn:aws:iam::" + ACCOUNT + ":user/named", ""),
        allow("iot:ListThings", "*"));
    role("account-wide", trust(ROOT, ""), allow("iot:ListThings", "*"));
    try (StsClient asNamed = server.sts(named);
        StsClient asPermitted = server.sts(permitted);
        IotClient iot = server.iot(assumed(named, "named-only"));
        IotClient wide = server.iot(assumed(permitted, "account-wide"))) {
      iot.listThings(b -> {});
      wide.listThings(b -> {});
      refused(403, "AccessDeniedException", () -> iot.listThingTypes(b -> {}));
      refused(
          403,
          "AccessDenied",
          () ->
              asPermitted.assumeRole(b -> b.roleArn(roleArn("named-only")).roleSessionName("s2")));
      refused(
          403,
          "AccessDenied",
          () -> asNamed.assumeRole(b -> b.roleArn(roleArn("account-wide")).roleSessionName("s2")));
      refused(
          403,
          "AccessDenied",
          () -> asNamed.assumeRole(b -> b.roleArn(roleArn("missing")).roleSessionName("s2")));
    }
  }

  @Test
  void conditionsOfTrustAreAsked() {
    AwsCredentials user = user("external");
    role(
        "external",
        trust(
            "arn:aws:iam::" + ACCOUNT + ":user/external",
            ",\"Condition\":{\"StringEquals\":{\"sts:ExternalId\":\"secret\"}}"),
        allow("iot:*", "*"));
    try (StsClient sts = server.sts(user)) {
      refused(
          403,
          "AccessDenied",
          () -> sts.assumeRole(b -> b.roleArn(roleArn("external")).roleSessionName("s1")));
      sts.assumeRole(
          b -> b.roleArn(roleArn("external")).roleSessionName("s1").externalId("secret"));
    }
  }

  @Test
  void sessionIsBoundByItsOwnPoliciesTagsAndDuration() {
    AwsCredentials user = user("wisher");
    role(
        "wide",
        trust("arn:aws:iam::" + ACCOUNT + ":user/wisher", ""),
        allow("iot:*", "*"),
        allow("iot:*", THINGS + "*"));
    String tagged = document(allow("iot:CreateThing", THINGS + "${aws:PrincipalTag/fleet}-*"));
    String arn =
        iam.createPolicy(
                b -> b.policyName("bound").policyDocument(document(allow("iot:ListThings", "*"))))
            .policy()
            .arn();
    try (StsClient sts = server.sts(user)) {
      AssumeRoleResponse made =
          sts.assumeRole(
              b ->
                  b.roleArn(roleArn("wide"))
                      .roleSessionName("bound")
                      .policy(tagged)
                      .policyArns(PolicyDescriptorType.builder().arn(arn).build())
                      .tags(Tag.builder().key("fleet").value("blue").build()));
      assertThat(made.assumedRoleUser().arn()).endsWith(":assumed-role/wide/bound");
      try (IotClient iot = server.iot(session(made.credentials()))) {
        iot.createThing(b -> b.thingName("blue-1"));
        iot.listThings(b -> {});
        assertThat(
                refused(
                        403,
                        "AccessDeniedException",
                        () -> iot.createThing(b -> b.thingName("green-1")))
                    .awsErrorDetails()
                    .errorMessage())
            .contains("session policy");
        refused(403, "AccessDeniedException", () -> iot.listThingTypes(b -> {}));
      }
      refused(
          400,
          "ValidationError",
          () ->
              sts.assumeRole(
                  b -> b.roleArn(roleArn("wide")).roleSessionName("s1").durationSeconds(7200)));
      refused(
          400,
          "MalformedPolicyDocument",
          () ->
              sts.assumeRole(
                  b -> b.roleArn(roleArn("wide")).roleSessionName("s1").policy("{\"a\":1}")));
      String big = document(allow("iot:" + "x".repeat(2040), "*"));
      refused(
          400,
          "PackedPolicyTooLarge",
          () -> sts.assumeRole(b -> b.roleArn(roleArn("wide")).roleSessionName("s1").policy(big)));
    }
  }

  @Test
  void sessionsOfARoleEndWithIt() {
    AwsCredentials user = user("ender");
    role("ending", trust("arn:aws:iam::" + ACCOUNT + ":user/ender", ""), allow("iot:*", "*"));
    try (IotClient iot = server.iot(assumed(user, "ending"))) {
      iot.listThings(b -> {});
      iam.deleteRolePolicy(b -> b.roleName("ending").policyName("own"));
      iam.deleteRole(b -> b.roleName("ending"));
      role("ending", trust("arn:aws:iam::" + ACCOUNT + ":user/ender", ""), allow("iot:*", "*"));
      refused(403, "AccessDeniedException", () -> iot.listThings(b -> {}));
    }
  }

  @Test
  void sessionTokenGivesTheCallersOwnPermissionsForAWhile() {
    AwsCredentials user = user("tokens", allow("iot:ListThings", "*"));
    try (StsClient sts = server.sts(user)) {
      AwsSessionCredentials made =
          session(sts.getSessionToken(b -> b.durationSeconds(900)).credentials());
      try (IotClient iot = server.iot(made);
          StsClient own = server.sts(made)) {
        iot.listThings(b -> {});
        refused(403, "AccessDeniedException", () -> iot.listThingTypes(b -> {}));
        assertThat(own.getCallerIdentity().arn()).endsWith(":user/tokens");
        refused(403, "AccessDenied", () -> own.getSessionToken(b -> {}));
      }
      refused(400, "ValidationError", () -> sts.getSessionToken(b -> b.durationSeconds(1)));
      AwsSessionCredentials stolen =
          AwsSessionCredentials.create(
              made.accessKeyId(), made.secretAccessKey(), made.sessionToken() + "AAAA");
      AwsCredentials bare = AwsBasicCredentials.create(made.accessKeyId(), made.secretAccessKey());
      try (IotClient altered = server.iot(stolen);
          IotClient without = server.iot(bare)) {
        refused(403, "UnrecognizedClientException", () -> altered.listThings(b -> {}));
        refused(403, "UnrecognizedClientException", () -> without.listThings(b -> {}));
      }
    }
  }

  @Test
  void whoHandsARoleOnMustBeAllowedTo() {
    String pass = statement("Allow", "iam:PassRole", roleArn("handed"), "");
    AwsCredentials user = user("hander", allow("iot:*", "*"));
    String rule =
        """
        {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iot:*",\
        "Resource":"arn:aws:iot:*:*:*"}]}\
        """;
    iam.putUserPolicy(b -> b.userName("hander").policyName("own").policyDocument(rule));
    try (IotClient iot = server.iot(user)) {
      assertThat(
              refused(
                      403,
                      "AccessDeniedException",
                      () ->
                          iot.createRoleAlias(
                              b -> b.roleAlias("handed").roleArn(roleArn("handed"))))
                  .awsErrorDetails()
                  .errorMessage())
          .contains("iam:PassRole on resource: " + roleArn("handed"));
      Action action =
          Action.builder().republish(to -> to.topic("b").roleArn(roleArn("handed"))).build();
      refused(
          403,
          "AccessDeniedException",
          () ->
              iot.createTopicRule(
                  b ->
                      b.ruleName("handed")
                          .topicRulePayload(
                              payload -> payload.sql("SELECT * FROM 'a'").actions(action))));
      iam.putUserPolicy(
          b -> b.userName("hander").policyName("pass").policyDocument(document(pass)));
      iot.createRoleAlias(b -> b.roleAlias("handed").roleArn(roleArn("handed")));
    }
  }

  @Test
  void userReachesTheThingsItOwnsAndNoOthers() throws Exception {
    String own = "${thingstead:OwnedThing}";
    AwsCredentials user =
        user(
            "owner",
            allow("iot:*ThingShadow", THINGS + own),
            allow("iot:UpdateThing", THINGS + own));
    try (IotClient administrator = server.iot();
        IotClient iot = server.iot(user);
        var data = server.data(user)) {
      for (String thing : new String[] {"lamp-1", "lamp-2", "lamp-3"}) {
        administrator.createThing(b -> b.thingName(thing));
      }
      String arn = "arn:aws:iam::" + ACCOUNT + ":user/owner";
      administrator.attachThingPrincipal(b -> b.thingName("lamp-1").principal(arn));
      administrator.attachThingPrincipal(b -> b.thingName("lamp-2").principal(arn));
      for (String thing : new String[] {"lamp-1", "lamp-2"}) {
        iot.updateThing(b -> b.thingName(thing));
        data.updateThingShadow(
            b ->
                b.thingName(thing)
                    .payload(SdkBytes.fromUtf8String("{\"state\":{\"desired\":{\"on\":true}}}")));
      }
      assertThat(
              refused(
                      403,
                      "AccessDeniedException",
                      () -> iot.updateThing(b -> b.thingName("lamp-3")))
                  .awsErrorDetails()
                  .errorMessage())
          .contains("without a value: ${thingstead:OwnedThing}");
      refused(403, "ForbiddenException", () -> data.getThingShadow(b -> b.thingName("lamp-3")));
      administrator.detachThingPrincipal(b -> b.thingName("lamp-2").principal(arn));
      refused(403, "AccessDeniedException", () -> iot.updateThing(b -> b.thingName("lamp-2")));
    }
    refused(409, "DeleteConflict", () -> deleteUser("owner", user));
  }

  private static void deleteUser(String name, AwsCredentials key) {
    iam.deleteAccessKey(b -> b.userName(name).accessKeyId(key.accessKeyId()));
    iam.deleteUserPolicy(b -> b.userName(name).policyName("own"));
    iam.deleteUser(b -> b.userName(name));
  }
}
