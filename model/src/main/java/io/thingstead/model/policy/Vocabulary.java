package io.thingstead.model.policy;

import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The actions that this server asks policies of things for, and the variables that have a value
 * then (developer guide, "AWS IoT Core policy actions" and "policy variables").
 */
final class Vocabulary {
  /** An action, and what it is asked of: the types of its resources, or none for {@code *}. */
  enum Action {
    CONNECT("iot:Connect", true, "client"),
    PUBLISH("iot:Publish", true, "topic"),
    RETAIN_PUBLISH("iot:RetainPublish", true, "topic"),
    SUBSCRIBE("iot:Subscribe", true, "topicfilter"),
    RECEIVE("iot:Receive", true, "topic"),
    GET_RETAINED("iot:GetRetainedMessage", false, "topic"),
    LIST_RETAINED("iot:ListRetainedMessages", false, "topic"),
    GET_SHADOW("iot:GetThingShadow", false, "thing"),
    UPDATE_SHADOW("iot:UpdateThingShadow", false, "thing"),
    DELETE_SHADOW("iot:DeleteThingShadow", false, "thing"),
    LIST_SHADOWS("iot:ListNamedShadowsForThing", false, "thing"),
    DESCRIBE_JOB("iotjobsdata:DescribeJobExecution", false, "thing"),
    PENDING_JOBS("iotjobsdata:GetPendingJobExecutions", false, "thing"),
    UPDATE_JOB("iotjobsdata:UpdateJobExecution", false, "thing"),
    START_JOB("iotjobsdata:StartNextPendingJobExecution", false, "thing"),
    ASSUME_ROLE("iot:AssumeRoleWithCertificate", false, "rolealias"),
    DELETE_CONNECTION("iot:DeleteConnection", false, "client"),
    GET_CONNECTION("iot:GetConnection", false, "client"),
    LIST_SUBSCRIPTIONS("iot:ListSubscriptions", false, "client"),
    SEND_DIRECT("iot:SendDirectMessage", false, "client");

    private final String wireName;
    private final boolean mqtt;
    private final String type;

    Action(String wireName, boolean mqtt, String type) {
      this.wireName = wireName;
      this.mqtt = mqtt;
      this.type = type;
    }

    String wireName() {
      return wireName;
    }

    String lowerName() {
      return wireName.toLowerCase(Locale.ROOT);
    }

    /** What the resource of its ARN begins with, before a slash. */
    String type() {
      return type;
    }

    /** Whether its topics are names, in which MQTT's wildcards cannot be. */
    boolean ofTopic() {
      return type.equals("topic");
    }
  }

  private static final Set<String> ALWAYS =
      Set.of("aws:sourceip", "iot:domainname", "aws:currenttime", "aws:epochtime");

  /** Begins the names of those that identities have, to which policies can be attached too. */
  private static final Set<String> IDENTITY =
      Set.of("cognito-identity.amazonaws.com:", "thingstead:ownedthing");

  private static final Set<String> CERTIFICATE = certificateFields();

  private Vocabulary() {}

  private static Set<String> certificateFields() {
    List<String> fields =
        List.of(
                "distinguishednamequalifier country organization organizationalunit state commonname"
                    .split(" "),
                "serialnumber title surname givenname initials pseudonym generationqualifier"
                    .split(" "),
                "alternativename.rfc822name alternativename.dnsname alternativename.directoryname"
                    .split(" "),
                "alternativename.uniformresourceidentifier alternativename.ipaddress".split(" "))
            .stream()
            .flatMap(Arrays::stream)
            .toList();
    Set<String> names = new HashSet<>(Set.of("serialnumber", "availablekeys"));
    for (String field : fields) {
      names.add("subject." + field);
      names.add("issuer." + field);
    }
    return Set.copyOf(names);
  }

  /** Whether only some callers have a value for it. */
  static boolean optional(String variable) {
    String name = Values.canonical(variable);
    return name.startsWith("iot:connection.thing.") && !name.endsWith(".isattached")
        || IDENTITY.stream().anyMatch(name::startsWith)
        || name.startsWith("iot:certificate.")
            && !name.equals("iot:certificate.serialnumber")
            && !name.equals("iot:certificate.availablekeys");
  }

  /**
   * Why a variable never has a value when one of these actions is asked for; null when it may have.
   */
  static @Nullable String missing(String variable, Collection<Action> asked) {
    String name = Values.canonical(variable);
    return switch (name) {
      case "iot:connectattributes", "iot:lastwilltopic" ->
          only(asked.contains(Action.CONNECT), Action.CONNECT);
      case "iot:topic" -> only(asked.contains(Action.SEND_DIRECT), Action.SEND_DIRECT);
      case "iot:includesocketinformation" ->
          only(asked.contains(Action.GET_CONNECTION), Action.GET_CONNECTION);
      case "iot:clientid" -> overMqtt(asked);
      default -> {
        if (name.startsWith("iot:connection.thing.")) {
          yield isThings(name) ? overMqtt(asked) : "is none of the variables that there are";
        }
        if (name.startsWith("iot:certificate.")) {
          yield isCertificates(name) ? null : "is none of the certificate's variables";
        }
        if (name.startsWith("credentials-iot:")) {
          yield "has a value only in the policies of roles";
        }
        yield ALWAYS.contains(name) || IDENTITY.stream().anyMatch(name::startsWith)
            ? null
            : "is none of the variables that there are";
      }
    };
  }

  private static @Nullable String only(boolean asked, Action action) {
    return asked ? null : "has a value for " + action.wireName() + " only";
  }

  private static @Nullable String overMqtt(Collection<Action> asked) {
    return asked.stream().anyMatch(action -> action.mqtt)
        ? null
        : "has a value over MQTT only, and the actions are those of HTTPS";
  }

  private static boolean isThings(String name) {
    String rest = name.substring("iot:connection.thing.".length());
    return Set.of("thingname", "thingtypename", "isattached").contains(rest)
        || rest.startsWith("attributes[") && rest.endsWith("]");
  }

  private static boolean isCertificates(String name) {
    String field = name.substring("iot:certificate.".length()).replaceFirst("\\.(list|[0-9])$", "");
    return CERTIFICATE.contains(field);
  }
}
