package io.thingstead.boot;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import software.amazon.awssdk.services.iot.model.Policy;

/** Policies, their versions and attachments in every wrong order. */
class WrongOrderOfPoliciesTest extends WrongOrder {
  private static final String ARN = "arn:aws:iot:us-east-1:000000000000:";
  private static final String DOCUMENT = document("iot:Publish");
  private static final String OTHER = document("iot:Connect");
  private static final String GROUP = ARN + "thinggroup/two";
  private String certificate = "";
  private String full = "";

  private static String document(String action) {
    return """
    {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"ACTION","Resource":"*"}]}\
    """
        .replace("ACTION", action);
  }

  @BeforeAll
  void furnish() throws Exception {
    certificate = certificate("one");
    full = certificate("full");
    iot().createThingGroup(r -> r.thingGroupName("two"));
    for (String name : List.of("bound", "versioned", "full", "loose", "third")) {
      create(name, DOCUMENT);
    }
    attach("bound", certificate);
    version("versioned", OTHER);
    for (int i = 2; i <= 5; i++) {
      version("full", OTHER);
    }
    attach("bound", GROUP);
    attach("loose", GROUP);
    for (int i = 1; i <= 10; i++) {
      create("ten" + i, DOCUMENT);
      attach("ten" + i, full);
    }
  }

  private String certificate(String name) throws Exception {
    String request = IdentityApiTest.request(name);
    return iot()
        .createCertificateFromCsr(r -> r.certificateSigningRequest(request))
        .certificateArn();
  }

  private void create(String name, String document) {
    iot().createPolicy(r -> r.policyName(name).policyDocument(document));
  }

  private void version(String name, String document) {
    iot().createPolicyVersion(r -> r.policyName(name).policyDocument(document));
  }

  private void attach(String name, String target) {
    iot().attachPolicy(r -> r.policyName(name).target(target));
  }

  private void detach(String name, String target) {
    iot().detachPolicy(r -> r.policyName(name).target(target));
  }

  private void delete(String name) {
    iot().deletePolicy(r -> r.policyName(name));
  }

  private void delete(String name, String version) {
    iot().deletePolicyVersion(r -> r.policyName(name).policyVersionId(version));
  }

  @Override
  List<Object> state() {
    List<Object> all = new ArrayList<>();
    for (Policy policy : iot().listPolicies(r -> r.pageSize(250)).policies()) {
      String name = policy.policyName();
      all.add(policy);
      if (!name.startsWith("ten")) {
        all.add(iot().getPolicy(r -> r.policyName(name)));
        all.add(iot().listPolicyVersions(r -> r.policyName(name)).policyVersions());
        all.add(iot().listTargetsForPolicy(r -> r.policyName(name)).targets());
      }
    }
    for (String target : List.of(certificate, full, GROUP)) {
      all.add(iot().listAttachedPolicies(r -> r.target(target)).policies());
    }
    return all;
  }

  @TestFactory
  Stream<DynamicTest> ofAPolicy() {
    return Stream.of(
        refusal("the same name, the same document", 409, EXISTS, () -> create("loose", DOCUMENT)),
        refusal("the same name, another document", 409, EXISTS, () -> create("loose", OTHER)),
        refusal("malformed", 400, "MalformedPolicyException", () -> create("new", "{}")),
        refusal("deleted while attached to a certificate", 409, IN_USE, () -> delete("bound")),
        refusal("deleted while attached to a group", 409, IN_USE, () -> delete("loose")),
        refusal("deleted while it has versions", 409, IN_USE, () -> delete("versioned")),
        refusal("deleted when it is not there", 404, MISSING, () -> delete("none")));
  }

  @TestFactory
  Stream<DynamicTest> ofAVersion() {
    return Stream.of(
        refusal("a sixth", 409, VERSIONS, () -> version("full", DOCUMENT)),
        refusal("a malformed one", 400, "MalformedPolicyException", () -> version("loose", "[]")),
        refusal("of no policy", 404, MISSING, () -> version("none", DOCUMENT)),
        refusal("the default one deleted", 409, IN_USE, () -> delete("versioned", "1")),
        refusal("the only one deleted", 409, IN_USE, () -> delete("third", "1")),
        refusal("deleted when it is not there", 404, MISSING, () -> delete("versioned", "9")),
        refusal("deleted of no policy", 404, MISSING, () -> delete("none", "1")),
        refusal(
            "one that is not there made the default",
            404,
            MISSING,
            () ->
                iot().setDefaultPolicyVersion(r -> r.policyName("versioned").policyVersionId("9"))),
        refusal(
            "made the default of no policy",
            404,
            MISSING,
            () -> iot().setDefaultPolicyVersion(r -> r.policyName("none").policyVersionId("1"))));
  }

  @TestFactory
  Stream<DynamicTest> ofAnAttachment() {
    String unknown = certificate.substring(0, certificate.length() - 8) + "00000000";
    return Stream.of(
        repetition("attached twice", () -> attach("bound", certificate)),
        repetition("detached twice", () -> detach("third", certificate)),
        refusal("of no policy", 404, MISSING, () -> attach("none", certificate)),
        refusal("to an unknown certificate", 404, MISSING, () -> attach("third", unknown)),
        refusal("to an unknown group", 404, MISSING, () -> attach("third", GROUP + "x")),
        // A target may be any principal's name, and this one is nobody's.
        refusal("to a thing", 404, MISSING, () -> attach("third", ARN + "thing/t")),
        refusal("an eleventh to a certificate", 410, TOO_MANY, () -> attach("third", full)),
        refusal("a third to a group", 410, TOO_MANY, () -> attach("third", GROUP)),
        // The model of DetachPolicy knows no ResourceNotFoundException.
        refusal("detached of no policy", 400, INVALID, () -> detach("none", certificate)));
  }
}
