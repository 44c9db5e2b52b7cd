package io.thingstead.authorize;

import io.thingstead.account.Account;
import io.thingstead.identity.Principal;
import io.thingstead.model.policy.Ruling;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Explains a decision to people, by the same way that connections go. Reads the disk: for virtual
 * threads.
 */
public final class Why {
  private static final Pattern CERTIFICATE_ID = Pattern.compile("[0-9a-fA-F]{64}");

  /** The key of a user. */
  private static final Pattern KEY_ID = Pattern.compile("AKIA[A-Z2-7]{16}");

  /** One of a session: what was shown lately is remembered, and nothing is stored of them. */
  private static final Pattern TEMPORARY_ID = Pattern.compile("ASIA[A-Z2-7]{16}");

  private final Account account;
  private final Authorizer authorizer;
  private final Function<String, List<String>> principalsOfThing;
  private volatile Function<String, Principal.@Nullable AccessKey> temporaryKeys = _ -> null;

  /**
   * @param principalsOfThing ARNs of the certificates attached to a thing; none when there is no
   *     such thing
   */
  public Why(
      Account account, Authorizer authorizer, Function<String, List<String>> principalsOfThing) {
    this.account = account;
    this.authorizer = authorizer;
    this.principalsOfThing = principalsOfThing;
  }

  /**
   * Lets temporary keys be asked about.
   *
   * @param keys what a key stands for, by its id; null when that is not known
   */
  public void temporaryKeysBy(Function<String, Principal.@Nullable AccessKey> keys) {
    temporaryKeys = keys;
  }

  /**
   * What is asked. Source address and host name are those of this machine.
   *
   * @param principal id or ARN of the certificate the client would connect with, id of the access
   *     key that it would sign with, or the name of an anonymous principal; null for each
   *     certificate that is attached to the thing of the client's name
   * @param action connect, publish, retain, subscribe, receive, or a full name such as {@code
   *     iot:GetThingShadow}
   * @param resource topic or filter; the resource's ARN for a full name; ignored for connect
   * @param persistent whether it would connect with a session that outlives the connection
   * @param willTopic of the will it would connect with, or null
   */
  public record Question(
      String clientId,
      @Nullable String principal,
      String action,
      String resource,
      boolean persistent,
      @Nullable String willTopic) {
    /** One that is not about a CONNECT, or about a clean one without a will. */
    public Question(String clientId, @Nullable String principal, String action, String resource) {
      this(clientId, principal, action, resource, false, null);
    }

    String actionName() {
      return switch (action.toLowerCase(Locale.ROOT)) {
        case "connect" -> "iot:Connect";
        case "publish" -> Access.PUBLISH.action();
        case "retain" -> Access.RETAIN.action();
        case "subscribe" -> Access.SUBSCRIBE.action();
        case "receive" -> Access.RECEIVE.action();
        default -> action;
      };
    }

    String resourceArn(Account account) {
      return switch (action.toLowerCase(Locale.ROOT)) {
        case "connect", "iot:connect" -> account.arn("client/" + clientId);
        case "publish", "retain", "receive" -> account.arn("topic/" + resource);
        case "subscribe" -> account.arn("topicfilter/" + resource);
        default -> resource;
      };
    }
  }

  /**
   * One decision.
   *
   * @param principal a certificate's or user's ARN or an anonymous principal's name
   * @param ruling what the policies decide, whether the certificate is active or not
   * @param lines for people: the decision, then how it came about
   */
  public record Explained(String principal, Ruling ruling, List<String> lines) {
    public Explained {
      lines = List.copyOf(lines);
    }
  }

  /** The decision for each principal that the client may have; none when it is not known which. */
  public List<Explained> decisions(Question question) {
    String named = question.principal();
    if (named != null && KEY_ID.matcher(named).matches()) {
      return List.of(ofKey(new Principal.AccessKey(named, named, false), question));
    }
    if (named != null && TEMPORARY_ID.matcher(named).matches()) {
      Principal.AccessKey key = temporaryKeys.apply(named);
      return key == null ? List.of() : List.of(ofKey(key, question));
    }
    List<String> principals =
        named == null
            ? principalsOfThing.apply(question.clientId())
            : List.of(
                CERTIFICATE_ID.matcher(named).matches()
                    ? account.arn("cert/" + named.toLowerCase(Locale.ROOT))
                    : named);
    List<Explained> all = new ArrayList<>();
    for (String target : principals) {
      String prefix = account.arn("cert/");
      String id = target.startsWith(prefix) ? target.substring(prefix.length()) : null;
      ConnectionContext context =
          new ConnectionContext(
              account,
              id == null
                  ? new Principal.Anonymous(target)
                  : new Principal.Certificate(id, target, true),
              question.clientId(),
              InetAddress.getLoopbackAddress(),
              "");
      all.add(authorizer.underPolicies(context, target, id).explain(question));
    }
    return all;
  }

  private Explained ofKey(Principal.AccessKey key, Question question) {
    ConnectionContext context =
        new ConnectionContext(
            account, key, question.clientId(), InetAddress.getLoopbackAddress(), "");
    return authorizer.underGrants(context, key).explain(question);
  }

  /** All lines of some decisions; when there are none, what to do. */
  public static String words(Question question, List<Explained> decisions) {
    return decisions.isEmpty()
        ? "no thing "
            + question.clientId()
            + " with a certificate is registered, so it is not known which policies hold;"
            + " name the certificate as well"
        : decisions.stream()
            .flatMap(each -> each.lines().stream())
            .collect(Collectors.joining("\n"));
  }
}
