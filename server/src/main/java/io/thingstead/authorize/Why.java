package io.thingstead.authorize;

import io.thingstead.account.Account;
import io.thingstead.identity.Principal;
import io.thingstead.model.policy.Ruling;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Explains a decision to people, by the same way that connections go. Reads the disk: for virtual
 * threads.
 */
public final class Why {
  private final Account account;
  private final Authorizer authorizer;
  private final Function<String, List<String>> principalsOfThing;

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
   * One decision.
   *
   * @param principal the certificate's ARN
   * @param ruling what the policies decide, whether the certificate is active or not
   * @param lines for people: the decision, then how it came about
   */
  public record Explained(String principal, Ruling ruling, List<String> lines) {
    public Explained {
      lines = List.copyOf(lines);
    }
  }

  /**
   * The decision and how it came about. Source address and host name are those of this machine.
   *
   * @param certificateId of the certificate the client would connect with; null for each that is
   *     attached to the thing of the client's name
   * @param action connect, publish, retain, subscribe, receive, or a full name such as {@code
   *     iot:GetThingShadow}
   * @param resource topic or filter; the resource's ARN for a full name; ignored for connect
   * @return several lines
   */
  public String explain(
      String clientId, @Nullable String certificateId, String action, String resource) {
    List<Explained> all = decisions(clientId, certificateId, action, resource);
    return all.isEmpty() ? unknown(clientId) : words(all);
  }

  /** All lines of some decisions. */
  public static String words(List<Explained> decisions) {
    return decisions.stream()
        .flatMap(each -> each.lines().stream())
        .collect(Collectors.joining("\n"));
  }

  /** What to tell of a client whose policies are not known. */
  public static String unknown(String clientId) {
    return "no thing "
        + clientId
        + " with a certificate is registered, so it is not known which policies hold;"
        + " name the certificate as well";
  }

  /** The same, a decision for each certificate; none when there is no such thing. */
  public List<Explained> decisions(
      String clientId, @Nullable String certificateId, String action, String resource) {
    List<String> principals =
        certificateId != null
            ? List.of(account.arn("cert/" + certificateId.toLowerCase(Locale.ROOT)))
            : principalsOfThing.apply(clientId);
    List<Explained> all = new ArrayList<>();
    for (String arn : principals) {
      String id = arn.substring(arn.lastIndexOf('/') + 1);
      ConnectionContext context =
          new ConnectionContext(
              account,
              new Principal.Certificate(id, arn, true),
              clientId,
              InetAddress.getLoopbackAddress(),
              "");
      all.add(
          authorizer
              .underPolicies(context, arn, id)
              .explain(actionName(action), resourceArn(clientId, action, resource)));
    }
    return all;
  }

  private static String actionName(String action) {
    return switch (action.toLowerCase(Locale.ROOT)) {
      case "connect" -> "iot:Connect";
      case "publish" -> Access.PUBLISH.action();
      case "retain" -> Access.RETAIN.action();
      case "subscribe" -> Access.SUBSCRIBE.action();
      case "receive" -> Access.RECEIVE.action();
      default -> action;
    };
  }

  private String resourceArn(String clientId, String action, String resource) {
    return switch (action.toLowerCase(Locale.ROOT)) {
      case "connect", "iot:connect" -> account.arn("client/" + clientId);
      case "publish", "retain", "receive" -> account.arn("topic/" + resource);
      case "subscribe" -> account.arn("topicfilter/" + resource);
      default -> resource;
    };
  }
}
