package io.thingstead.boot;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.cognitoidentity.CognitoIdentityClient;
import software.amazon.awssdk.services.cognitoidentity.model.CreateIdentityPoolResponse;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.iot.IotClient;
import software.amazon.awssdk.services.iot.model.Action;
import software.amazon.awssdk.services.iot.model.CreateKeysAndCertificateResponse;
import software.amazon.awssdk.services.iotdataplane.IotDataPlaneClient;
import software.amazon.awssdk.services.lambda.LambdaClient;

/** One of each in a server's first account. */
final class Furnished {
  /** What only the first account knows. */
  static final String SECRET = "known-to-the-first";

  static final String ACCOUNT = "000000000000";

  private static final String POLICY =
      """
      {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iot:Publish",
       "Resource":"arn:aws:iot:us-east-1:000000000000:topic/known-to-the-first"}]}
      """;
  private static final String TRUST =
      """
      {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole",
       "Principal":{"Service":["lambda.amazonaws.com","known-to-the-first.amazonaws.com"]}}]}
      """;

  private Furnished() {}

  /** Their names, by the API's words for them. */
  static Map<String, String> names(RunningNode node, String other) throws IOException {
    Map<String, String> names = new HashMap<>();
    try (IotClient iot = node.iot();
        IotDataPlaneClient data = node.data()) {
      names.putAll(things(iot, data, other));
    }
    persons(node, names);
    function(node, names);
    return names;
  }

  private static void persons(RunningNode node, Map<String, String> names) throws IOException {
    try (IamClient iam = node.iam();
        CognitoIdentityClient pools =
            node.pools(StaticCredentialsProvider.create(node.administrator()))) {
      iam.createUser(r -> r.userName("alpha").path("/" + SECRET + "/"));
      names.put("UserName", "alpha");
      names.put(
          "AccessKeyId", iam.createAccessKey(r -> r.userName("alpha")).accessKey().accessKeyId());
      iam.createRole(
          r ->
              r.roleName("alpha")
                  .path("/" + SECRET + "/")
                  .description(SECRET)
                  .assumeRolePolicyDocument(TRUST));
      iam.putRolePolicy(r -> r.roleName("alpha").policyName("alpha").policyDocument(POLICY));
      iam.putUserPolicy(r -> r.userName("alpha").policyName("alpha").policyDocument(POLICY));
      String policy =
          iam.createPolicy(r -> r.policyName("alpha").description(SECRET).policyDocument(POLICY))
              .policy()
              .arn();
      iam.attachRolePolicy(r -> r.roleName("alpha").policyArn(policy));
      names.put("RoleName", "alpha");
      names.put("PolicyName", "alpha");
      names.put("PolicyArn", policy);
      names.put("VersionId", "v1");
      names.put("PolicyDocument", POLICY.replace(SECRET, "x"));
      names.put("AssumeRolePolicyDocument", TRUST.replace(SECRET, "x"));
      names.put("RoleArn", "arn:aws:iam::000000000000:role/" + SECRET + "/alpha");
      names.put("RoleSessionName", "alpha");
      names.put("WebIdentityToken", "eyJhbGciOiJub25lIn0.e30.");
      String provider =
          iam.createOpenIDConnectProvider(
                  r -> r.url("https://issuer.example/" + SECRET).clientIDList(SECRET))
              .openIDConnectProviderArn();
      names.put("OpenIDConnectProviderArn", provider);
      names.put("ClientID", "another");
      names.put("Url", "https://issuer.example/other");
      CreateIdentityPoolResponse pool =
          pools.createIdentityPool(
              r -> r.identityPoolName(SECRET).allowUnauthenticatedIdentities(true));
      names.put("IdentityPoolId", pool.identityPoolId());
      names.put("IdentityPoolName", "alpha");
      names.put(
          "IdentityId", pools.getId(r -> r.identityPoolId(pool.identityPoolId())).identityId());
    }
  }

  private static void function(RunningNode node, Map<String, String> names) throws IOException {
    try (LambdaClient lambda = node.lambda()) {
      SdkBytes code = FunctionCode.zip("index.js", "exports.handler = async () => 'x'");
      String function =
          lambda
              .createFunction(
                  r ->
                      r.functionName("alpha")
                          .description(SECRET)
                          .role("arn:aws:iam::000000000000:role/" + SECRET + "/alpha")
                          .runtime("nodejs20.x")
                          .handler("index.handler")
                          .environment(e -> e.variables(Map.of("SECRET", SECRET)))
                          .code(c -> c.zipFile(code)))
              .functionArn();
      names.put("FunctionName", function);
      names.put("Resource", function);
      names.put("Role", "arn:aws:iam::000000000000:role/" + SECRET + "/alpha");
      names.put("Handler", "index.handler");
      names.put("Runtime", "nodejs20.x");
    }
  }

  private static Map<String, String> things(IotClient iot, IotDataPlaneClient data, String other) {
    Map<String, String> names = new HashMap<>();
    iot.createThingType(
        r -> r.thingTypeName("alpha").thingTypeProperties(p -> p.thingTypeDescription(SECRET)));
    String thing =
        iot.createThing(
                r ->
                    r.thingName("alpha")
                        .thingTypeName("alpha")
                        .attributePayload(a -> a.attributes(Map.of("secret", SECRET))))
            .thingArn();
    String group =
        iot.createThingGroup(
                r ->
                    r.thingGroupName("alpha")
                        .thingGroupProperties(p -> p.thingGroupDescription(SECRET)))
            .thingGroupArn();
    iot.addThingToThingGroup(r -> r.thingGroupName("alpha").thingName("alpha"));
    String policy = iot.createPolicy(r -> r.policyName("alpha").policyDocument(POLICY)).policyArn();
    iot.createTopicRule(
        r ->
            r.ruleName("alpha")
                .topicRulePayload(
                    p ->
                        p.sql("SELECT * FROM '" + SECRET + "'")
                            .awsIotSqlVersion("2016-03-23")
                            .actions(
                                Action.builder()
                                    .republish(
                                        t ->
                                            t.roleArn("arn:aws:iam::000000000000:role/r")
                                                .topic(SECRET))
                                    .build())));
    iot.createDomainConfiguration(
        r -> r.domainConfigurationName("alpha").domainName(SECRET + ".example"));
    CreateKeysAndCertificateResponse made = iot.createKeysAndCertificate(r -> r.setAsActive(true));
    iot.attachPolicy(r -> r.policyName("alpha").target(made.certificateArn()));
    iot.attachThingPrincipal(r -> r.thingName("alpha").principal(made.certificateArn()));
    data.updateThingShadow(
        r ->
            r.thingName("alpha")
                .payload(
                    SdkBytes.fromUtf8String(
                        "{\"state\":{\"reported\":{\"s\":\"" + SECRET + "\"}}}")));
    data.publish(
        r -> r.topic("alpha").retain(true).qos(1).payload(SdkBytes.fromUtf8String(SECRET)));
    for (String name :
        List.of(
            "thingName",
            "thingTypeName",
            "thingGroupName",
            "policyName",
            "ruleName",
            "templateName",
            "roleAlias",
            "authorizerName",
            "topic",
            "clientId",
            "domainConfigurationName",
            "certificateProviderName")) {
      names.put(name, "alpha");
    }
    names.put("certificateId", made.certificateId());
    names.put("caCertificateId", made.certificateId());
    names.put("principal", made.certificateArn());
    names.put("target", made.certificateArn());
    names.put("certificateArn", made.certificateArn());
    names.put("certificatePem", made.certificatePem());
    names.put("thingArn", thing);
    names.put("thingGroupArn", group);
    names.put("resourceArn", policy);
    names.put("policyVersionId", "1");
    names.put("policyDocument", POLICY.replace(SECRET, "x"));
    names.put("targetAwsAccount", other);
    names.put("newStatus", "INACTIVE");
    names.put("sql", "SELECT * FROM 'x'");
    return names;
  }
}
