package io.thingstead.operation;

import io.thingstead.account.Account;
import io.thingstead.api.OperationShape;
import io.thingstead.api.Service;
import io.thingstead.api.Struct;
import io.thingstead.http.Call;
import io.thingstead.identity.Principal;
import io.thingstead.model.ApiException;
import io.thingstead.person.Persons;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What an operation is about, as policies name it (Service Authorization Reference): the resource
 * that its input names, or {@code *} when it names none.
 */
final class Resources {
  private static final String ANY = "*";

  /** Listings whose input names what to look for, not what is asked of. */
  private static final Set<String> ABOUT_NOTHING =
      Set.of("ListThings", "ListThingTypes", "ListThingGroups", "ListTopicRules");

  /** Operations on CA certificates call the id as others call that of a device's certificate. */
  private static final Set<String> ABOUT_CAS =
      Set.of("DescribeCACertificate", "UpdateCACertificate", "DeleteCACertificate");

  /** Operations that change two resources at once. */
  private static final Set<String> ABOUT_TWO =
      Set.of(
          "AddThingToThingGroup",
          "RemoveThingFromThingGroup",
          "AddThingToBillingGroup",
          "RemoveThingFromBillingGroup",
          "AttachThingPrincipal",
          "DetachThingPrincipal");

  /** Operations on users that are about the caller when they name none. */
  private static final Set<String> ABOUT_THE_CALLER =
      Set.of("GetUser", "CreateAccessKey", "ListAccessKeys", "UpdateAccessKey", "DeleteAccessKey");

  /** Services whose operations make this server act by a role. */
  private static final Set<String> HAND_ON_ROLES = Set.of("iot", "lambda", "cognito-identity");

  private static final Pattern ROLE = Pattern.compile("arn:aws:iam::\\d{12}:role/\\S+");

  /** Members of iot's inputs and the kind of resource they name; the first found counts. */
  private static final Map<String, String> IOT = iot();

  private static final Map<String, String> LAMBDA = Map.of("FunctionName", "function:");

  private final Features features;
  private final Call call;

  Resources(Features features, Call call) {
    this.features = features;
    this.call = call;
  }

  private static Map<String, String> iot() {
    Map<String, String> kinds = new LinkedHashMap<>();
    kinds.put("thingName", "thing/");
    kinds.put("thingArn", "");
    kinds.put("thingGroupName", "thinggroup/");
    kinds.put("thingGroupArn", "");
    kinds.put("billingGroupName", "billinggroup/");
    kinds.put("thingTypeName", "thingtype/");
    kinds.put("target", "");
    kinds.put("principal", "");
    kinds.put("policyName", "policy/");
    kinds.put("certificateId", "cert/");
    kinds.put("caCertificateId", "cacert/");
    kinds.put("ruleName", "rule/");
    kinds.put("arn", "");
    kinds.put("resourceArn", "");
    kinds.put("roleAlias", "rolealias/");
    kinds.put("templateName", "provisioningtemplate/");
    kinds.put("authorizerName", "authorizer/");
    kinds.put("certificateProviderName", "certificateprovider/");
    kinds.put("jobId", "job/");
    kinds.put("jobTemplateId", "jobtemplate/");
    kinds.put("streamId", "stream/");
    kinds.put("otaUpdateId", "otaupdate/");
    kinds.put("indexName", "index/");
    kinds.put("securityProfileName", "securityprofile/");
    kinds.put("packageName", "package/");
    kinds.put("commandId", "command/");
    return kinds;
  }

  /** The action that permits an operation. */
  static String action(Service service, OperationShape operation) {
    String name = operation.name();
    return switch (service.name()) {
      case "lambda" ->
          "lambda:" + (Set.of("Invoke", "InvokeAsync").contains(name) ? "InvokeFunction" : name);
      case "iotsecuretunneling" -> "iot:" + name;
      case "greengrassv2" -> "greengrass:" + name;
      default -> service.name() + ":" + name;
    };
  }

  /** The ARNs that must all be permitted; never empty. */
  List<String> of(Service service, OperationShape operation, Struct input) {
    return switch (service.name()) {
      case "iot" -> ofIot(operation.name(), input);
      case "iam" -> List.of(ofIam(operation.name(), input));
      case "lambda" -> ofMembers(LAMBDA, lambda(), input, false);
      case "cognito-identity" -> List.of(ofPool(input));
      default -> List.of(ANY);
    };
  }

  /**
   * The ARNs of the roles that an input hands to this server, for it to act by them later. A role
   * that is the principal or target of an attachment acts for itself.
   */
  static Set<String> passedRoles(Service service, Struct input) {
    Set<String> roles = new LinkedHashSet<>();
    if (HAND_ON_ROLES.contains(service.name())) {
      input
          .members()
          .forEach(
              (name, value) -> {
                if (!name.equals("principal") && !name.equals("target")) {
                  collectRoles(value, roles);
                }
              });
    }
    return roles;
  }

  private static void collectRoles(@Nullable Object value, Set<String> roles) {
    switch (value) {
      case String text when ROLE.matcher(text).matches() -> roles.add(text);
      case Struct struct -> struct.members().values().forEach(each -> collectRoles(each, roles));
      case Map<?, ?> map -> map.values().forEach(each -> collectRoles(each, roles));
      case List<?> list -> list.forEach(each -> collectRoles(each, roles));
      case null, default -> {}
    }
  }

  private List<String> ofIot(String operation, Struct input) {
    if (ABOUT_NOTHING.contains(operation)) {
      return List.of(ANY);
    }
    String domain = text(input, "domainConfigurationName");
    if (domain != null) {
      return List.of(features.domains().arn(domain));
    }
    String id = text(input, "certificateId");
    if (ABOUT_CAS.contains(operation) && id != null) {
      return List.of(account().arn("cacert/" + id));
    }
    return ofMembers(IOT, account().arn(""), input, ABOUT_TWO.contains(operation));
  }

  private static List<String> ofMembers(
      Map<String, String> kinds, String prefix, Struct input, boolean all) {
    List<String> found = new ArrayList<>();
    for (Map.Entry<String, String> kind : kinds.entrySet()) {
      String name = text(input, kind.getKey());
      if (name != null && (all || found.isEmpty())) {
        boolean arn = kind.getValue().isEmpty() || name.startsWith("arn:");
        found.add(arn ? name : prefix + kind.getValue() + name);
      }
    }
    return found.isEmpty() ? List.of(ANY) : found;
  }

  private String lambda() {
    return "arn:aws:lambda:" + account().region() + ":" + account().id() + ":";
  }

  private String ofIam(String operation, Struct input) {
    Persons persons = features.persons();
    String prefix = "arn:aws:iam::" + account().id() + ":";
    String user = text(input, "UserName");
    String role = text(input, "RoleName");
    String policy = text(input, "PolicyArn");
    if (user != null) {
      return known(() -> persons.users().get(user).arn(), prefix + "user" + path(input) + user);
    }
    if (role != null) {
      return known(() -> persons.roles().get(role).arn(), prefix + "role" + path(input) + role);
    }
    if (policy != null) {
      return policy;
    }
    String provider = text(input, "OpenIDConnectProviderArn");
    if (provider != null) {
      return provider;
    }
    String name = text(input, "PolicyName");
    if (name != null) {
      return prefix + "policy" + path(input) + name;
    }
    return ABOUT_THE_CALLER.contains(operation)
            && call.principal() instanceof Principal.AccessKey key
            && key.arn().contains(":user/")
        ? key.arn()
        : ANY;
  }

  private static String path(Struct input) {
    String path = text(input, "Path");
    return path == null ? "/" : path;
  }

  private static String known(Supplier<String> stored, String otherwise) {
    try {
      return stored.get();
    } catch (ApiException _) {
      return otherwise; // there is none yet, or never was
    }
  }

  private String ofPool(Struct input) {
    String id = text(input, "IdentityPoolId");
    return id == null
        ? ANY
        : "arn:aws:cognito-identity:"
            + account().region()
            + ":"
            + account().id()
            + ":identitypool/"
            + id;
  }

  private Account account() {
    return call.account();
  }

  private static @Nullable String text(Struct input, String member) {
    return input.get(member) instanceof String text ? text : null;
  }
}
