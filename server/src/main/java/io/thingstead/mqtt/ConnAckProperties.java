package io.thingstead.mqtt;

import org.jspecify.annotations.Nullable;

/**
 * The properties of CONNACK.
 *
 * @param sessionExpirySeconds when the server uses another than the client asked for, else null
 * @param serverKeepAliveSeconds when the server uses another than the client asked for, else null
 * @param assignedClientId the id made up for a client that gave none
 * @param offer what the server can do
 */
public record ConnAckProperties(
    @Nullable Long sessionExpirySeconds,
    @Nullable Integer serverKeepAliveSeconds,
    @Nullable String assignedClientId,
    ServerOffer offer,
    @Nullable String responseInformation,
    @Nullable String serverReference,
    @Nullable Authentication authentication,
    Explanation explanation) {
  public static final ConnAckProperties NONE =
      new ConnAckProperties(
          null, null, null, ServerOffer.STANDARD, null, null, null, Explanation.NONE);

  /** For a refusal: nothing but why. */
  public static ConnAckProperties because(Explanation explanation) {
    return new ConnAckProperties(
        null, null, null, ServerOffer.STANDARD, null, null, null, explanation);
  }

  /** The same without what only explains it. */
  ConnAckProperties unexplained() {
    return new ConnAckProperties(
        sessionExpirySeconds,
        serverKeepAliveSeconds,
        assignedClientId,
        offer,
        responseInformation,
        serverReference,
        authentication,
        Explanation.NONE);
  }
}
