package io.thingstead.authorize;

import io.thingstead.account.Account;
import io.thingstead.identity.Principal;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
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
    List<String> principals =
        certificateId != null
            ? List.of(account.arn("cert/" + certificateId.toLowerCase(Locale.ROOT)))
            : principalsOfThing.apply(clientId);
    if (principals.isEmpty()) {
      return "no thing "
          + clientId
          + " with a certificate is registered, so it is not known which policies hold;"
          + " name the certificate as well";
    }
    List<String> lines = new ArrayList<>();
    for (String arn : principals) {
      String id = arn.substring(arn.lastIndexOf('/') + 1);
      ConnectionContext context =
          new ConnectionContext(
              account,
              new Principal.Certificate(id, arn, true),
              clientId,
              InetAddress.getLoopbackAddress(),
              "");
      lines.addAll(
          authorizer
              .underPolicies(context, arn, id)
              .explain(actionName(action), resourceArn(clientId, action, resource)));
    }
    return String.join("\n", lines);
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
