package io.thingstead.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.iam.model.AccessKey;
import software.amazon.awssdk.services.iam.model.EntityType;
import software.amazon.awssdk.services.iam.model.ListUsersResponse;
import software.amazon.awssdk.services.iam.model.Policy;
import software.amazon.awssdk.services.iam.model.PolicyScopeType;
import software.amazon.awssdk.services.iam.model.PolicyVersion;
import software.amazon.awssdk.services.iam.model.Role;
import software.amazon.awssdk.services.iam.model.StatusType;
import software.amazon.awssdk.services.iam.model.Tag;
import software.amazon.awssdk.services.iam.model.User;

/** Users, roles and policies through the SDK, against the whole server. */
class IamApiTest {
  private static final String TRUST =
      """
      {"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:AssumeRole",\
      "Principal":{"AWS":"arn:aws:iam::000000000000:root"}}}\
      """;
  private static final String NAMELESS = "arn:aws:iam::000000000000:policy/nobody";

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

  private static void refused(int status, String code, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            AwsServiceException.class,
            e -> {
              assertThat(e.awsErrorDetails().errorCode()).isEqualTo(code);
              assertThat(e.statusCode()).isEqualTo(status);
            });
  }

  @Test
  void userIsMadeFoundChangedAndDeleted() {
    User made =
        iam.createUser(
                b ->
                    b.userName("una")
                        .path("/app/")
                        .tags(Tag.builder().key("team").value("a").build()))
            .user();
    assertThat(made.arn()).isEqualTo("arn:aws:iam::000000000000:user/app/una");
    assertThat(made.userId()).startsWith("AIDA").hasSize(21);
    assertThat(iam.getUser(b -> b.userName("una")).user().tags()).hasSize(1);
    refused(409, "EntityAlreadyExists", () -> iam.createUser(b -> b.userName("una")));
    iam.tagUser(b -> b.userName("una").tags(Tag.builder().key("x").value("y").build()));
    iam.untagUser(b -> b.userName("una").tagKeys("team"));
    assertThat(iam.listUserTags(b -> b.userName("una")).tags())
        .containsExactly(Tag.builder().key("x").value("y").build());
    iam.updateUser(b -> b.userName("una").newUserName("unna").newPath("/other/"));
    assertThat(iam.getUser(b -> b.userName("unna")).user().userId()).isEqualTo(made.userId());
    refused(404, "NoSuchEntity", () -> iam.getUser(b -> b.userName("una")));
    iam.deleteUser(b -> b.userName("unna"));
    refused(404, "NoSuchEntity", () -> iam.deleteUser(b -> b.userName("unna")));
  }

  @Test
  void usersAreListedInPagesAndByPath() {
    for (int i = 0; i < 5; i++) {
      String name = "page" + i;
      iam.createUser(b -> b.userName(name).path("/pages/"));
    }
    ListUsersResponse first = iam.listUsers(b -> b.pathPrefix("/pages/").maxItems(3));
    assertThat(first.isTruncated()).isTrue();
    assertThat(first.users()).extracting(User::userName).containsExactly("page0", "page1", "page2");
    ListUsersResponse second =
        iam.listUsers(b -> b.pathPrefix("/pages/").maxItems(3).marker(first.marker()));
    assertThat(second.users()).extracting(User::userName).containsExactly("page3", "page4");
    assertThat(second.isTruncated()).isFalse();
    refused(400, "ValidationError", () -> iam.listUsers(b -> b.marker("nonsense")));
  }

  @Test
  void userWithKeysOrPoliciesIsNotDeleted() {
    iam.createUser(b -> b.userName("kept"));
    AccessKey key = iam.createAccessKey(b -> b.userName("kept")).accessKey();
    refused(409, "DeleteConflict", () -> iam.deleteUser(b -> b.userName("kept")));
    iam.deleteAccessKey(b -> b.userName("kept").accessKeyId(key.accessKeyId()));
    iam.putUserPolicy(
        b -> b.userName("kept").policyName("own").policyDocument(RunningNode.ANY_POLICY));
    refused(409, "DeleteConflict", () -> iam.deleteUser(b -> b.userName("kept")));
    iam.deleteUserPolicy(b -> b.userName("kept").policyName("own"));
    String arn = policy("for-kept");
    iam.attachUserPolicy(b -> b.userName("kept").policyArn(arn));
    refused(409, "DeleteConflict", () -> iam.deleteUser(b -> b.userName("kept")));
    refused(409, "DeleteConflict", () -> iam.deletePolicy(b -> b.policyArn(arn)));
    iam.detachUserPolicy(b -> b.userName("kept").policyArn(arn));
    iam.deleteUser(b -> b.userName("kept"));
    iam.deletePolicy(b -> b.policyArn(arn));
  }

  private static String policy(String name) {
    return iam.createPolicy(b -> b.policyName(name).policyDocument(RunningNode.ANY_POLICY))
        .policy()
        .arn();
  }

  @Test
  void accessKeysAreTwoAndTellTheirSecretOnce() {
    iam.createUser(b -> b.userName("keys"));
    AccessKey key = iam.createAccessKey(b -> b.userName("keys")).accessKey();
    assertThat(key.secretAccessKey()).hasSize(40);
    assertThat(key.status()).isEqualTo(StatusType.ACTIVE);
    iam.createAccessKey(b -> b.userName("keys"));
    refused(409, "LimitExceeded", () -> iam.createAccessKey(b -> b.userName("keys")));
    iam.updateAccessKey(
        b -> b.userName("keys").accessKeyId(key.accessKeyId()).status(StatusType.INACTIVE));
    assertThat(iam.listAccessKeys(b -> b.userName("keys")).accessKeyMetadata())
        .filteredOn(each -> each.accessKeyId().equals(key.accessKeyId()))
        .singleElement()
        .satisfies(each -> assertThat(each.status()).isEqualTo(StatusType.INACTIVE));
    refused(
        404,
        "NoSuchEntity",
        () -> iam.deleteAccessKey(b -> b.userName("keys").accessKeyId("AKIAAAAAAAAAAAAAAAAA")));
    refused(404, "NoSuchEntity", () -> iam.createAccessKey(b -> b.userName("nobody")));
  }

  @Test
  void roleKeepsItsTrust() {
    Role made =
        iam.createRole(
                b ->
                    b.roleName("r")
                        .assumeRolePolicyDocument(TRUST)
                        .description("d")
                        .maxSessionDuration(7200))
            .role();
    assertThat(made.arn()).isEqualTo("arn:aws:iam::000000000000:role/r");
    assertThat(made.roleId()).startsWith("AROA");
    Role got = iam.getRole(b -> b.roleName("r")).role();
    assertThat(decoded(got.assumeRolePolicyDocument())).isEqualTo(TRUST);
    assertThat(got.maxSessionDuration()).isEqualTo(7200);
    refused(
        400,
        "MalformedPolicyDocument",
        () ->
            iam.updateAssumeRolePolicy(
                b -> b.roleName("r").policyDocument(RunningNode.ANY_POLICY)));
    iam.updateAssumeRolePolicy(
        b -> b.roleName("r").policyDocument(TRUST.replace("root", "user/u")));
    iam.updateRole(b -> b.roleName("r").description("other"));
    assertThat(iam.getRole(b -> b.roleName("r")).role().maxSessionDuration()).isEqualTo(3600);
    iam.tagRole(b -> b.roleName("r").tags(Tag.builder().key("k").value("v").build()));
    assertThat(iam.listRoleTags(b -> b.roleName("r")).tags()).hasSize(1);
    iam.untagRole(b -> b.roleName("r").tagKeys("k"));
    assertThat(iam.listRoles(b -> {}).roles()).extracting(Role::roleName).contains("r");
    iam.putRolePolicy(
        b -> b.roleName("r").policyName("own").policyDocument(RunningNode.ANY_POLICY));
    refused(409, "DeleteConflict", () -> iam.deleteRole(b -> b.roleName("r")));
    assertThat(iam.listRolePolicies(b -> b.roleName("r")).policyNames()).containsExactly("own");
    assertThat(decoded(iam.getRolePolicy(b -> b.roleName("r").policyName("own")).policyDocument()))
        .isEqualTo(RunningNode.ANY_POLICY);
    iam.deleteRolePolicy(b -> b.roleName("r").policyName("own"));
    String arn = policy("for-r");
    iam.attachRolePolicy(b -> b.roleName("r").policyArn(arn));
    assertThat(iam.listAttachedRolePolicies(b -> b.roleName("r")).attachedPolicies())
        .singleElement()
        .satisfies(each -> assertThat(each.policyArn()).isEqualTo(arn));
    iam.detachRolePolicy(b -> b.roleName("r").policyArn(arn));
    refused(404, "NoSuchEntity", () -> iam.detachRolePolicy(b -> b.roleName("r").policyArn(arn)));
    iam.deleteRole(b -> b.roleName("r"));
    refused(404, "NoSuchEntity", () -> iam.getRole(b -> b.roleName("r")));
  }

  private static String decoded(String document) {
    return URLDecoder.decode(document, StandardCharsets.UTF_8);
  }

  @Test
  void managedPolicyHasUpToFiveVersions() {
    Policy made =
        iam.createPolicy(
                b ->
                    b.policyName("versions")
                        .path("/p/")
                        .description("d")
                        .policyDocument(RunningNode.ANY_POLICY))
            .policy();
    String arn = made.arn();
    assertThat(arn).isEqualTo("arn:aws:iam::000000000000:policy/p/versions");
    assertThat(made.defaultVersionId()).isEqualTo("v1");
    for (int i = 2; i <= 5; i++) {
      boolean last = i == 5;
      PolicyVersion version =
          iam.createPolicyVersion(
                  b -> b.policyArn(arn).policyDocument(RunningNode.ANY_POLICY).setAsDefault(last))
              .policyVersion();
      assertThat(version.isDefaultVersion()).isEqualTo(last);
    }
    refused(
        409,
        "LimitExceeded",
        () ->
            iam.createPolicyVersion(b -> b.policyArn(arn).policyDocument(RunningNode.ANY_POLICY)));
    assertThat(iam.getPolicy(b -> b.policyArn(arn)).policy().defaultVersionId()).isEqualTo("v5");
    assertThat(
            decoded(
                iam.getPolicyVersion(b -> b.policyArn(arn).versionId("v5"))
                    .policyVersion()
                    .document()))
        .isEqualTo(RunningNode.ANY_POLICY);
    refused(
        409,
        "DeleteConflict",
        () -> iam.deletePolicyVersion(b -> b.policyArn(arn).versionId("v5")));
    iam.setDefaultPolicyVersion(b -> b.policyArn(arn).versionId("v1"));
    refused(409, "DeleteConflict", () -> iam.deletePolicy(b -> b.policyArn(arn)));
    for (String version : List.of("v2", "v3", "v4", "v5")) {
      iam.deletePolicyVersion(b -> b.policyArn(arn).versionId(version));
    }
    assertThat(iam.listPolicyVersions(b -> b.policyArn(arn)).versions())
        .extracting(PolicyVersion::versionId)
        .containsExactly("v1");
    assertThat(iam.listPolicies(b -> b.scope(PolicyScopeType.LOCAL).pathPrefix("/p/")).policies())
        .extracting(Policy::policyName)
        .containsExactly("versions");
    iam.deletePolicy(b -> b.policyArn(arn));
    refused(404, "NoSuchEntity", () -> iam.getPolicy(b -> b.policyArn(arn)));
  }

  @Test
  void policiesOfUsersAreListedAndWrongOnesRefused() {
    iam.createUser(b -> b.userName("holder"));
    String arn = policy("held");
    iam.attachUserPolicy(b -> b.userName("holder").policyArn(arn));
    iam.attachUserPolicy(b -> b.userName("holder").policyArn(arn));
    assertThat(iam.listAttachedUserPolicies(b -> b.userName("holder")).attachedPolicies())
        .hasSize(1);
    assertThat(iam.getPolicy(b -> b.policyArn(arn)).policy().attachmentCount()).isEqualTo(1);
    assertThat(iam.listEntitiesForPolicy(b -> b.policyArn(arn)).policyUsers())
        .singleElement()
        .satisfies(each -> assertThat(each.userName()).isEqualTo("holder"));
    assertThat(
            iam.listEntitiesForPolicy(b -> b.policyArn(arn).entityFilter(EntityType.ROLE))
                .policyUsers())
        .isEmpty();
    refused(
        404,
        "NoSuchEntity",
        () -> iam.attachUserPolicy(b -> b.userName("holder").policyArn(NAMELESS)));
    iam.putUserPolicy(
        b -> b.userName("holder").policyName("own").policyDocument(RunningNode.ANY_POLICY));
    assertThat(iam.listUserPolicies(b -> b.userName("holder")).policyNames())
        .containsExactly("own");
    assertThat(
            decoded(
                iam.getUserPolicy(b -> b.userName("holder").policyName("own")).policyDocument()))
        .isEqualTo(RunningNode.ANY_POLICY);
    refused(
        400,
        "MalformedPolicyDocument",
        () ->
            iam.putUserPolicy(
                b -> b.userName("holder").policyName("bad").policyDocument("{\"Version\":1}")));
    String long2049 = RunningNode.ANY_POLICY.replace("iot:*", "iot:" + "x".repeat(2049));
    refused(
        409,
        "LimitExceeded",
        () ->
            iam.putUserPolicy(
                b -> b.userName("holder").policyName("long").policyDocument(long2049)));
    refused(
        404,
        "NoSuchEntity",
        () -> iam.getUserPolicy(b -> b.userName("holder").policyName("missing")));
  }

  @Test
  void whatIsNotSupportedIsSaid() {
    refused(
        400,
        "InvalidInput",
        () -> iam.createUser(b -> b.userName("bounded").permissionsBoundary(NAMELESS + "12345")));
  }
}
