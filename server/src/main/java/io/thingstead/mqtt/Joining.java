package io.thingstead.mqtt;

import static java.util.Objects.requireNonNull;

import io.thingstead.api.iot.AuthenticationType;
import io.thingstead.authorize.Authorization;
import io.thingstead.authorize.ConnectionContext;
import io.thingstead.authorize.Decision;
import io.thingstead.authorizer.Asking;
import io.thingstead.authorizer.Vouchers;
import io.thingstead.authorizer.Vouching;
import io.thingstead.broker.Broker;
import io.thingstead.broker.Connecting;
import io.thingstead.broker.PendingWill;
import io.thingstead.broker.Qos;
import io.thingstead.domain.Domain;
import io.thingstead.event.Reason;
import io.thingstead.identity.Principal;
import io.thingstead.model.Limits;
import io.thingstead.model.Profile;
import io.thingstead.model.topic.InvalidTopicException;
import io.thingstead.model.topic.ReservedTopics;
import io.thingstead.model.topic.Topic;
import io.thingstead.net.Transport;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Whether a client may connect, and what it is told. */
final class Joining {
  private static final int ASSIGNED_ID_BITS = 96;

  /** MQTT 3.1, section 3.1. */
  private static final int V3_1_ID_CHARS_MAX = 23;

  private final Gateway gateway;
  private final Transport transport;
  private final Profile profile;
  private final Limits limits;
  private final Connect packet;
  private @Nullable Principal caller;

  Joining(Gateway gateway, Transport transport, Profile profile, Limits limits, Connect packet) {
    this.gateway = gateway;
    this.transport = transport;
    this.profile = profile;
    this.limits = limits;
    this.packet = packet;
  }

  /** What came of it. */
  sealed interface Answer {}

  /**
   * @param byPolicy whether the client was known but its policies do not let it in
   */
  record Refused(String clientId, ReasonCode reason, Reason why, boolean byPolicy)
      implements Answer {}

  record Allowed(
      Broker broker,
      Connecting client,
      ConnAckProperties properties,
      int keepAliveSeconds,
      @Nullable Vouched vouched)
      implements Answer {}

  /** By whose word a client is let in, and how it is asked again. */
  record Vouched(Vouchers vouchers, Asking asking, Vouching.Vouched answer) {}

  /** A refusal on its way out of the checks. */
  private static final class RefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final ReasonCode reason;
    private final boolean byPolicy;
    private final String limit;
    private final transient Reason why;

    RefusedException(ReasonCode reason, String why) {
      this(reason, "", Reason.of(why), false);
    }

    RefusedException(ReasonCode reason, String limit, String why) {
      this(reason, limit, Reason.of(why), false);
    }

    RefusedException(ReasonCode reason, String limit, Reason why, boolean byPolicy) {
      super(why.text(), null, false, false);
      this.reason = reason;
      this.limit = limit;
      this.byPolicy = byPolicy;
      this.why = why;
    }
  }

  /** May block, so it runs off the loop. */
  Answer decide() {
    Answer answer = decideBy(gateway.authorizer(), true);
    return requireNonNull(answer, "an authorizer always has an answer");
  }

  /** Does not block: null when the disk must be read for the answer. */
  @Nullable Answer decideIfRemembered() {
    return decideBy(gateway.remembered(), false);
  }

  private @Nullable Answer decideBy(
      Function<ConnectionContext, ? extends @Nullable Authorization> authorizer, boolean mayBlock) {
    try {
      return allowed(authorizer, mayBlock);
    } catch (RefusedException e) {
      if (!e.limit.isEmpty()) {
        broker().counters().exceeded(e.limit);
      }
      return new Refused(packet.clientId(), e.reason, e.why, e.byPolicy);
    } catch (RuntimeException e) {
      System.getLogger(Joining.class.getName())
          .log(System.Logger.Level.ERROR, "cannot decide a CONNECT", e);
      return new Refused(
          packet.clientId(),
          ReasonCode.UNSPECIFIED_ERROR,
          Reason.of("the server cannot decide it now"),
          false);
    }
  }

  private @Nullable Allowed allowed(
      Function<ConnectionContext, ? extends @Nullable Authorization> authorizer, boolean mayBlock) {
    checkVersion();
    Asking asking = asking();
    if (asking != null && !mayBlock) {
      return null;
    }
    Vouched vouched = asking == null ? null : vouched(asking);
    Principal principal = vouched == null ? principal() : vouched.answer().principal();
    caller = principal;
    String clientId = clientId();
    PendingWill will = will(principal);
    long expirySeconds = expirySeconds();
    @Nullable Authorization authorization =
        authorizer.apply(
            new ConnectionContext(
                transport.account(),
                principal,
                clientId,
                transport.remote().getAddress(),
                transport.domainName(),
                gateway.development() && !transport.secure()));
    if (authorization == null) {
      return null;
    }
    boolean persistent = expirySeconds > 0;
    permit(authorization.connect(persistent, will == null ? null : will.topic().text()));
    if (will != null) {
      permit(authorization.publish(will.topic().text()));
      if (will.retain()) {
        permit(authorization.retain(will.topic().text()));
      }
    }
    if (!authorization.live()) {
      throw new RefusedException(ReasonCode.NOT_AUTHORIZED, "its certificate is not active");
    }
    requirePace(clientId);
    int window = Math.min(packet.properties().receiveMaximum(), limits.messages().unackedOut());
    Connecting client =
        new Connecting(
            clientId,
            packet.cleanStart(),
            packet.version().is5(),
            expirySeconds,
            window,
            limits,
            authorization,
            will);
    int keepAlive = keepAliveSeconds();
    return new Allowed(
        broker(), client, properties(clientId, expirySeconds, keepAlive), keepAlive, vouched);
  }

  /** Only of those who may connect: nobody else can keep a client out by its id. */
  private void requirePace(String clientId) {
    String exceeded = broker().exceedsConnects(clientId);
    if (exceeded != null) {
      throw new RefusedException(
          ReasonCode.QUOTA_EXCEEDED, exceeded, "it is more than the limit " + exceeded + " allows");
    }
  }

  private Broker broker() {
    return gateway.brokers().apply(transport.account());
  }

  private static void permit(Decision decision) {
    if (decision instanceof Decision.Denied(_, Reason why)) {
      throw new RefusedException(ReasonCode.NOT_AUTHORIZED, "", why, true);
    }
  }

  private void checkVersion() {
    if (packet.version() == Version.V3_1 && profile != Profile.MQTT) {
      throw new RefusedException(
          ReasonCode.UNSUPPORTED_PROTOCOL_VERSION,
          "MQTT 3.1 is not spoken here (profile " + profile + "): use 3.1.1 or 5");
    }
    if (packet.properties().authentication() != null) {
      throw new RefusedException(
          ReasonCode.BAD_AUTHENTICATION_METHOD,
          "enhanced authentication is not supported: send no Authentication Method");
    }
    int least = limits.messages().clientPacketBytesMin();
    if (packet.properties().maximumPacketSize() < least) {
      throw new RefusedException(
          ReasonCode.PACKET_TOO_LARGE,
          "messages.clientPacketBytesMin",
          "a Maximum Packet Size below " + least + " bytes is not supported");
    }
  }

  private Principal principal() {
    Principal principal = transport.principal();
    if (principal == null && transport.domain().wantsCertificate() != null) {
      throw new RefusedException(
          ReasonCode.NOT_AUTHORIZED,
          "domain configuration %s has authenticationType %s, and the client showed no certificate"
              .formatted(
                  transport.domain().configuration(), transport.domain().authenticationType()));
    }
    if (principal == null) {
      throw new RefusedException(
          ReasonCode.NOT_AUTHORIZED,
          "the client showed no certificate and names no custom authorizer: give it a certificate"
              + " of this account");
    }
    if (principal instanceof Principal.Certificate certificate && !certificate.active()) {
      throw new RefusedException(
          ReasonCode.NOT_AUTHORIZED,
          "certificate "
              + certificate.certificateId()
              + " may not connect: "
              + transport.inactiveBecause());
    }
    return principal;
  }

  /**
   * What a custom authorizer would be shown (AWS IoT guide: "Connecting to AWS IoT Core by using
   * custom authentication"); null when the client has another proof.
   */
  private @Nullable Asking asking() {
    return switch (transport.domain().authenticationType()) {
      case DEFAULT ->
          transport.principal() != null && !transport.alpn().equals("mqtt") ? null : asking(null);
      case AWS_X509, AWS_SIGV4 -> null;
      case CUSTOM_AUTH -> asking(null);
      case CUSTOM_AUTH_X509 -> asking(certificate());
    };
  }

  /** The one that the endpoint wants before a custom authorizer is asked. */
  private Principal.Certificate certificate() {
    if (principal() instanceof Principal.Certificate certificate) {
      return certificate;
    }
    throw new RefusedException(ReasonCode.NOT_AUTHORIZED, "the client showed no certificate");
  }

  private Asking asking(Principal.@Nullable Certificate certificate) {
    Transport.Opening opening = transport.opening();
    Domain domain = transport.domain();
    return new Asking(
        new Asking.Tls(
            transport.domainName(), domain.authorizer(), domain.mayNameAuthorizer(), certificate),
        opening == null
            ? null
            : new Asking.Http(
                opening.headers(), opening.query().isEmpty() ? "" : "?" + opening.query()),
        new Asking.Mqtt(packet.userName(), packet.password(), packet.clientId()));
  }

  /** By whose word it is let in; null when nobody would be asked. */
  private @Nullable Vouched vouched(Asking asking) {
    Vouchers vouchers = gateway.vouchers().apply(transport.account());
    boolean needed = transport.domain().authenticationType() != AuthenticationType.DEFAULT;
    if (!needed && !vouchers.offers(asking)) {
      return null;
    }
    return switch (vouchers.vouch(asking, transport.remote())) {
      case Vouching.Vouched answer -> new Vouched(vouchers, asking, answer);
      case Vouching.Refused(String why) ->
          throw new RefusedException(ReasonCode.NOT_AUTHORIZED, why);
    };
  }

  /** Who the client has proven to be, as far as is known; null when it has proven nothing. */
  @Nullable Principal caller() {
    return caller;
  }

  private String clientId() {
    String id = packet.clientId();
    if (packet.version() == Version.V3_1) {
      int chars = id.codePointCount(0, id.length());
      if (chars < 1 || chars > V3_1_ID_CHARS_MAX) {
        throw new RefusedException(
            ReasonCode.CLIENT_IDENTIFIER_NOT_VALID,
            "a client id of MQTT 3.1 has 1 to %d characters, this one has %d"
                .formatted(V3_1_ID_CHARS_MAX, chars));
      }
    }
    if (id.isEmpty()) {
      if (!packet.version().is5() && !packet.cleanStart()) {
        throw new RefusedException(
            ReasonCode.CLIENT_IDENTIFIER_NOT_VALID,
            "an empty client id needs Clean Session [MQTT-3.1.3-8]");
      }
      return "auto-" + new java.math.BigInteger(ASSIGNED_ID_BITS, bits()).toString(36);
    }
    int bytes = id.getBytes(StandardCharsets.UTF_8).length;
    if (bytes > limits.connect().clientIdBytes()) {
      throw new RefusedException(
          ReasonCode.CLIENT_IDENTIFIER_NOT_VALID,
          "connect.clientIdBytes",
          "the client id has %d bytes, more than %d"
              .formatted(bytes, limits.connect().clientIdBytes()));
    }
    if (profile.reservesTopics() && id.startsWith("$")) {
      throw new RefusedException(
          ReasonCode.CLIENT_IDENTIFIER_NOT_VALID, "a client id must not begin with $");
    }
    return id;
  }

  private java.util.Random bits() {
    return java.util.Random.from(gateway.random());
  }

  private @Nullable PendingWill will(Principal principal) {
    Will will = packet.will();
    if (will == null) {
      return null;
    }
    if (will.qos() == Qos.EXACTLY_ONCE && profile == Profile.AWS) {
      throw new RefusedException(
          ReasonCode.QOS_NOT_SUPPORTED, "a will of QoS 2 is not supported (profile AWS)");
    }
    PublishLimits sizes = new PublishLimits(limits.messages());
    try {
      sizes.check(will);
    } catch (PacketException e) {
      throw new RefusedException(e.reason(), e.limit(), "will: " + e.getMessage());
    }
    Topic topic;
    try {
      topic = Topic.parse(will.topic(), limits.topics());
    } catch (InvalidTopicException e) {
      throw new RefusedException(
          ReasonCode.TOPIC_NAME_INVALID, e.limit(), "will: " + e.getMessage());
    }
    boolean reserved =
        profile.reservesTopics() && will.topic().startsWith("$")
            || !ReservedTopics.mayPublish(topic, profile);
    if (reserved) {
      throw new RefusedException(
          ReasonCode.TOPIC_NAME_INVALID, "a will on the reserved topic " + will.topic());
    }
    return new PendingWill(
        topic,
        will.payload(),
        will.qos(),
        will.retain(),
        will.delaySeconds(),
        will.expirySeconds() < 0 ? -1 : sizes.lifetimeSeconds(will.expirySeconds()),
        will.properties(),
        principal.inRules());
  }

  private long expirySeconds() {
    long most = limits.sessions().longest().toSeconds();
    if (packet.version().is5()) {
      return Math.min(packet.properties().sessionExpirySeconds(), most);
    }
    return packet.cleanStart() ? 0 : most;
  }

  private int keepAliveSeconds() {
    int asked = packet.keepAliveSeconds();
    int least = limits.connect().keepAliveMinSeconds();
    int most = limits.connect().keepAliveMaxSeconds();
    if (asked == 0) {
      return least == 0 ? 0 : most;
    }
    return Math.clamp(asked, least, most);
  }

  private ConnAckProperties properties(String clientId, long expirySeconds, int keepAlive) {
    long askedExpiry = packet.properties().sessionExpirySeconds();
    boolean aws = profile == Profile.AWS;
    ServerOffer offer =
        new ServerOffer(
            limits.messages().unackedIn(),
            aws ? Qos.AT_LEAST_ONCE : Qos.EXACTLY_ONCE,
            true,
            limits.messages().packetBytes(),
            limits.messages().topicAliases(),
            true,
            !aws,
            true);
    return new ConnAckProperties(
        expirySeconds == askedExpiry ? null : expirySeconds,
        keepAlive == packet.keepAliveSeconds() ? null : keepAlive,
        packet.clientId().isEmpty() ? clientId : null,
        offer,
        null,
        null,
        null,
        Explanation.NONE);
  }
}
