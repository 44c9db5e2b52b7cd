package io.thingstead.model;

import java.time.Duration;

/**
 * Every published quota of an account, in one place. Units are in the names or types; a rate of
 * {@link #UNLIMITED} is not counted at all. Source: AWS IoT Core endpoints and quotas.
 *
 * @param topics topic names and filters
 * @param connect connections and their handshake
 * @param messages one message and the flow of them over one connection
 * @param subscriptions subscriptions and shared groups
 * @param sessions what is kept for clients that are away
 * @param retained retained messages
 * @param api the data plane's HTTP calls
 * @param policies policies and their attachments
 * @param shadows device shadows
 * @param rules rules and what their actions have not done yet
 * @param provisioning templates, and devices that are being provisioned
 * @param functions functions and their processes
 * @param authorizers custom authorizers
 * @param domains domain configurations
 * @param persons users, roles, identity pools and what belongs to them
 * @param audit what is kept of changes and refusals
 */
public record Limits(
    Topics topics,
    Connect connect,
    Messages messages,
    Subscriptions subscriptions,
    Sessions sessions,
    Retained retained,
    Api api,
    Policies policies,
    Shadows shadows,
    Rules rules,
    Provisioning provisioning,
    Functions functions,
    Authorizers authorizers,
    Domains domains,
    Persons persons,
    Audit audit) {
  /** As good as no limit. */
  public static final int UNLIMITED = Integer.MAX_VALUE;

  private static final int KIB = 1024;

  private static final int SLOWED_SECONDS = 10;

  /** The longest string an MQTT packet can carry, in bytes [MQTT-1.5.4]. */
  private static final int MQTT_STRING_BYTES = 65_535;

  /** The largest remaining length of an MQTT packet, in bytes [MQTT-2.1.4]. */
  private static final int MQTT_PACKET_BYTES = 268_435_455;

  private static final long RETAINED_BYTES = 256L * KIB * KIB;

  private static final Queues QUEUES =
      new Queues(100_000, 256L * KIB * KIB, 50_000_000, 64L * KIB * KIB * KIB, 1_000, 256 * KIB);

  private static final Policies POLICIES = new Policies(2048, 404_600, 5, 10, 2);

  private static final Api API = new Api(200, 20, 15, UNLIMITED, UNLIMITED, UNLIMITED);

  private static final Api CLOUD_API = new Api(200, 20, 15, 1, 100, 20_000);

  private static final Shadows SHADOWS = new Shadows(8, 8 * KIB);

  private static final Rules RULES = new Rules(1000, 1000, 10_000, 64 * KIB * KIB, 64);

  private static final Provisioning PROVISIONING =
      new Provisioning(
          256, 5, 100, UNLIMITED, UNLIMITED, UNLIMITED, Duration.ofHours(1), Duration.ofMinutes(5));

  private static final Provisioning CLOUD_PROVISIONING =
      new Provisioning(256, 5, 100, 10, 20, 10, Duration.ofHours(1), Duration.ofMinutes(5));
  private static final int MIB = KIB * KIB;

  private static final Functions FUNCTIONS =
      new Functions(1000, 50 * MIB, 250L * MIB, 20_000, 6 * MIB, MIB, 1000, 32);

  private static final Authorizers AUTHORIZERS = new Authorizers(100, 32, 10, 2048, 100, 10);

  private static final Domains DOMAINS = new Domains(10, 20, 4, Duration.ofDays(7));

  private static final Persons PERSONS =
      new Persons(
          5_000, 2, 1_000, 1_500, 5, 6_144, 2_048, 10, 50, 50, 100, 100, 2_048, 100, 1_000, 100_000,
          50);

  private static final Audit AUDIT = new Audit(100_000, 100_000, 10_000, 50);

  /** The published sizes and counts; no rates, for they meter a bill and not a machine. */
  public static final Limits DEFAULT =
      new Limits(
          new Topics(256, 7),
          new Connect(128, 30, 1200, 500_000, UNLIMITED, UNLIMITED, Duration.ofDays(1)),
          new Messages(
              128 * KIB,
              146 * KIB,
              256,
              8 * KIB,
              8 * KIB,
              8,
              604_800,
              512,
              100,
              100,
              UNLIMITED,
              UNLIMITED,
              UNLIMITED,
              UNLIMITED,
              SLOWED_SECONDS,
              UNLIMITED,
              UNLIMITED),
          new Subscriptions(8, 50, 500_000, UNLIMITED, 128, 100, 100, UNLIMITED),
          new Sessions(
              Duration.ofHours(1),
              Duration.ofDays(7),
              500_000,
              UNLIMITED,
              UNLIMITED,
              UNLIMITED,
              QUEUES),
          new Retained(500_000, UNLIMITED, UNLIMITED, Duration.ofDays(3 * 365), RETAINED_BYTES),
          API,
          POLICIES,
          SHADOWS,
          RULES,
          PROVISIONING,
          FUNCTIONS,
          AUTHORIZERS,
          DOMAINS,
          PERSONS,
          AUDIT);

  private static final Limits CLOUD =
      new Limits(
          DEFAULT.topics,
          new Connect(128, 30, 1200, 500_000, 3000, 1, Duration.ofDays(1)),
          new Messages(
              128 * KIB,
              146 * KIB,
              256,
              8 * KIB,
              8 * KIB,
              8,
              604_800,
              512,
              100,
              100,
              100,
              512 * KIB,
              20_000,
              20_000,
              SLOWED_SECONDS,
              3600,
              960),
          new Subscriptions(8, 50, 500_000, 3000, 128, 100, 100, 100),
          new Sessions(Duration.ofHours(1), Duration.ofDays(7), 500_000, 20, 10, 500, QUEUES),
          new Retained(500_000, 500, 1, Duration.ofDays(3 * 365), RETAINED_BYTES),
          CLOUD_API,
          POLICIES,
          SHADOWS,
          RULES,
          CLOUD_PROVISIONING,
          FUNCTIONS,
          AUTHORIZERS,
          DOMAINS,
          PERSONS,
          AUDIT);

  private static final Limits STANDARD =
      new Limits(
          new Topics(MQTT_STRING_BYTES, UNLIMITED),
          new Connect(
              MQTT_STRING_BYTES, 0, 65_535, UNLIMITED, UNLIMITED, UNLIMITED, Duration.ofDays(1)),
          new Messages(
              MQTT_PACKET_BYTES,
              MQTT_PACKET_BYTES,
              MQTT_STRING_BYTES,
              MQTT_STRING_BYTES,
              MQTT_PACKET_BYTES,
              65_535,
              UNLIMITED,
              1,
              100,
              65_535,
              UNLIMITED,
              UNLIMITED,
              UNLIMITED,
              UNLIMITED,
              SLOWED_SECONDS,
              UNLIMITED,
              UNLIMITED),
          new Subscriptions(
              UNLIMITED,
              UNLIMITED,
              UNLIMITED,
              UNLIMITED,
              MQTT_STRING_BYTES,
              UNLIMITED,
              UNLIMITED,
              UNLIMITED),
          new Sessions(
              Duration.ofSeconds(0xFFFF_FFFFL),
              Duration.ofSeconds(0xFFFF_FFFFL),
              500_000,
              UNLIMITED,
              UNLIMITED,
              UNLIMITED,
              QUEUES),
          new Retained(
              UNLIMITED, UNLIMITED, UNLIMITED, Duration.ofSeconds(Long.MAX_VALUE), RETAINED_BYTES),
          API,
          POLICIES,
          SHADOWS,
          RULES,
          PROVISIONING,
          FUNCTIONS,
          AUTHORIZERS,
          DOMAINS,
          PERSONS,
          AUDIT);

  /**
   * What a profile imposes: the published quotas and per-connection rates for {@code aws}, the
   * quotas without rates for {@code thingstead}, only what the packet formats impose for {@code
   * mqtt}.
   */
  public static Limits of(Profile profile) {
    return switch (profile) {
      case THINGSTEAD -> DEFAULT;
      case AWS -> CLOUD;
      case MQTT -> STANDARD;
    };
  }

  /**
   * Topic names and filters. Neither limit counts the {@code $aws/rules/RULE/} of Basic Ingest or
   * the {@code $share/NAME/} of a shared subscription.
   *
   * @param bytes of UTF-8
   * @param slashes so one level more
   */
  public record Topics(int bytes, int slashes) {}

  /**
   * Connections and their handshake.
   *
   * @param clientIdBytes of UTF-8
   * @param keepAliveMinSeconds what a shorter keep alive is raised to
   * @param keepAliveMaxSeconds what a longer one, or none, is lowered to; with a minimum of 0, none
   *     stays none
   * @param connections at one time, per account
   * @param perSecond CONNECTs of the account
   * @param perClientIdPerSecond CONNECTs of one client id
   * @param signedLifetime after which a WebSocket that began with a signature is closed
   */
  public record Connect(
      int clientIdBytes,
      int keepAliveMinSeconds,
      int keepAliveMaxSeconds,
      int connections,
      int perSecond,
      int perClientIdPerSecond,
      Duration signedLifetime) {}

  /**
   * One message and the flow over one connection.
   *
   * @param payloadBytes of the message alone
   * @param packetBytes of a whole MQTT 5 packet, what CONNACK announces
   * @param contentTypeBytes of UTF-8
   * @param correlationDataBytes of the property
   * @param userPropertiesBytes of all names and values of one packet
   * @param topicAliases an MQTT 5 client may set, 1 to this
   * @param expirySeconds the longest message expiry
   * @param clientPacketBytesMin the least Maximum Packet Size a client may ask for
   * @param unackedIn QoS 1 and 2 messages from a client not yet acknowledged: Receive Maximum
   * @param unackedOut QoS 1 and 2 messages to a client not yet acknowledged
   * @param publishesPerSecond from one connection, and as many to it
   * @param bytesPerSecond from one connection, and as many to it; more is delayed, never refused
   * @param inPerSecond messages that all clients of the account publish
   * @param outPerSecond messages that are sent to all clients of the account
   * @param slowedSeconds how long a client that publishes too fast is only read more slowly, before
   *     what is too much is refused
   * @param retryV3Seconds how long a QoS 1 message to a client of MQTT 3 may stay unacknowledged
   *     until it is given up
   * @param retryV5Seconds the same for MQTT 5
   */
  public record Messages(
      int payloadBytes,
      int packetBytes,
      int contentTypeBytes,
      int correlationDataBytes,
      int userPropertiesBytes,
      int topicAliases,
      int expirySeconds,
      int clientPacketBytesMin,
      int unackedIn,
      int unackedOut,
      int publishesPerSecond,
      int bytesPerSecond,
      int inPerSecond,
      int outPerSecond,
      int slowedSeconds,
      int retryV3Seconds,
      int retryV5Seconds) {}

  /**
   * Subscriptions and shared groups.
   *
   * @param perPacket filters in one SUBSCRIBE
   * @param perConnection at one time
   * @param perAccount at one time
   * @param perSecond made by all clients of the account
   * @param shareNameChars of a {@code $share/NAME/}
   * @param groupsPerAccount shared groups
   * @param membersPerGroup subscriptions of one shared group
   * @param groupChangesPerSecond subscribes and unsubscribes of one shared group
   */
  public record Subscriptions(
      int perPacket,
      int perConnection,
      int perAccount,
      int perSecond,
      int shareNameChars,
      int groupsPerAccount,
      int membersPerGroup,
      int groupChangesPerSecond) {}

  /**
   * What is kept for clients that are away.
   *
   * @param expiry how long an MQTT 3.1.1 session is kept, and the most an MQTT 5 client gets unless
   *     the account raises it
   * @param expiryMax the most the account may raise it to
   * @param queuedPerGroup messages of one shared group; the newest is dropped when full
   * @param drainedPerMember queued messages of a shared group sent to one member in a second
   * @param replaysPerSecond queued messages sent to a client that came back
   * @param queuedPerSecond messages of the account that are queued for clients that are away
   * @param queues how much is kept
   */
  public record Sessions(
      Duration expiry,
      Duration expiryMax,
      int queuedPerGroup,
      int drainedPerMember,
      int replaysPerSecond,
      int queuedPerSecond,
      Queues queues) {
    /** How long a session is kept at most, whatever its client asks for. */
    public Duration longest() {
      return expiry.compareTo(expiryMax) > 0 ? expiryMax : expiry;
    }
  }

  /**
   * The durable queues of sessions and shared groups. A message that does not fit is refused to its
   * publisher; nothing is dropped that was acknowledged.
   *
   * @param messages of one session
   * @param bytes of one session's messages
   * @param accountMessages of all queues of the account
   * @param accountBytes of all their messages
   * @param readyMessages of a session that is online in memory; what is more is only on disk
   * @param readyBytes of these
   */
  public record Queues(
      int messages,
      long bytes,
      long accountMessages,
      long accountBytes,
      int readyMessages,
      int readyBytes) {}

  /**
   * Retained messages.
   *
   * @param messages per account
   * @param perSecond retained publishes of the account
   * @param perTopicPerSecond retained publishes on one topic
   * @param kept since the last update
   * @param bytes of all of them with their topics, which are kept in memory; not the cloud's
   */
  public record Retained(
      int messages, int perSecond, int perTopicPerSecond, Duration kept, long bytes) {}

  /**
   * The data plane's HTTP calls.
   *
   * @param retainedPage the largest page of ListRetainedMessages
   * @param subscriptionsPage the default page of ListSubscriptions
   * @param confirmationSeconds the longest wait of SendDirectMessage
   * @param perClientPerSecond GetConnection, ListSubscriptions and DeleteConnection of one client
   * @param perSecond the same of all clients, each of the three
   * @param directMessagesPerSecond SendDirectMessage
   */
  public record Api(
      int retainedPage,
      int subscriptionsPage,
      int confirmationSeconds,
      int perClientPerSecond,
      int perSecond,
      int directMessagesPerSecond) {}

  /**
   * Policies and their attachments.
   *
   * @param documentChars of a document, white space not counted
   * @param documentCharsRaw of a document with its white space
   * @param versions of one policy, the default among them
   * @param perPrincipal attached to one certificate or identity
   * @param perThingGroup attached to one thing group
   */
  public record Policies(
      int documentChars, int documentCharsRaw, int versions, int perPrincipal, int perThingGroup) {}

  /**
   * Device shadows.
   *
   * @param depth object levels under {@code desired} or {@code reported}
   * @param stateBytes of the minified state after a merge, without metadata
   */
  public record Shadows(int depth, int stateBytes) {}

  /**
   * Rules and what their actions have not done yet.
   *
   * @param rules per account
   * @param destinations HTTP destinations
   * @param pending messages that are evaluated or whose actions are not done
   * @param pendingBytes of their payloads
   * @param parallelRuns of one action at one time
   */
  public record Rules(
      int rules, int destinations, int pending, long pendingBytes, int parallelRuns) {}

  /**
   * Templates, and devices that are being provisioned.
   *
   * @param templates per account
   * @param versions of one template
   * @param atOnce requests of devices that are worked on; more are rejected
   * @param keysPerSecond certificates with keys that devices ask for
   * @param requestsPerSecond certificates on signing requests that devices ask for
   * @param thingsPerSecond devices that are provisioned
   * @param token how long a device has from its certificate to its provisioning
   * @param claim how long the claim that a trusted user hands to a device lets it connect
   */
  public record Provisioning(
      int templates,
      int versions,
      int atOnce,
      int keysPerSecond,
      int requestsPerSecond,
      int thingsPerSecond,
      Duration token,
      Duration claim) {}

  /**
   * Functions and their processes.
   *
   * @param functions per account
   * @param codeBytes of an archive
   * @param unpackedBytes of the files in it
   * @param codeFiles in it
   * @param payloadBytes of a call that waits for its answer, and of the answer
   * @param eventBytes of an asynchronous call
   * @param pendingEvents asynchronous calls that are not done
   * @param concurrent calls at one time, and so processes; the cloud's 1,000 are for its machines
   */
  public record Functions(
      int functions,
      int codeBytes,
      long unpackedBytes,
      int codeFiles,
      int payloadBytes,
      int eventBytes,
      int pendingEvents,
      int concurrent) {}

  /**
   * Custom authorizers.
   *
   * @param authorizers per account
   * @param active of them
   * @param documents in one answer
   * @param documentChars of each
   * @param perSecond calls of the account's authorizers
   * @param failuresPerSecond refusals of callers from one address; more are refused without asking
   */
  public record Authorizers(
      int authorizers,
      int active,
      int documents,
      int documentChars,
      int perSecond,
      int failuresPerSecond) {}

  /**
   * Domain configurations.
   *
   * @param configurations per account, the default endpoints not counted
   * @param certificates of servers that the account has brought; not the cloud's
   * @param certificateNames host names in one of them
   * @param managedDisabled how long one with a generated host name must be disabled before it can
   *     be deleted
   */
  public record Domains(
      int configurations, int certificates, int certificateNames, Duration managedDisabled) {}

  /**
   * Users, roles, identity pools and what belongs to them. The same in every profile: devices know
   * nothing of it. Sources: "IAM and AWS STS quotas", and "Quotas" of Amazon Cognito and AWS IoT.
   *
   * @param users per account
   * @param keysPerUser access keys
   * @param roles per account
   * @param policies managed ones, per account
   * @param policyVersions of one of them
   * @param policyChars of a document, white space not counted
   * @param trustChars of a role's trust policy
   * @param attachedPerOwner managed policies of a user or role
   * @param inlinePerOwner policies of a user's or role's own
   * @param tags of one of them
   * @param providers of web identities
   * @param clientIdsPerProvider client ids
   * @param sessionPolicyChars of the policy of a session
   * @param roleAliases per account
   * @param pools of identities
   * @param identitiesPerPool identities; anyone can make one where a pool lets him
   * @param newIdentitiesPerSecond GetId of those who do not log in; the cloud's quota is adjustable
   */
  public record Persons(
      int users,
      int keysPerUser,
      int roles,
      int policies,
      int policyVersions,
      int policyChars,
      int trustChars,
      int attachedPerOwner,
      int inlinePerOwner,
      int tags,
      int providers,
      int clientIdsPerProvider,
      int sessionPolicyChars,
      int roleAliases,
      int pools,
      int identitiesPerPool,
      int newIdentitiesPerSecond) {}

  /**
   * The audit log. The oldest of a kind are forgotten when there are too many.
   *
   * @param changes that are kept; some 300 bytes each
   * @param credentials that were given out
   * @param refusals that are kept: callers without any right can make them
   * @param refusalsPerSecond that are written down; those beyond are counted
   */
  public record Audit(long changes, long credentials, long refusals, int refusalsPerSecond) {}
}
