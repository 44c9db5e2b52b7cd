package io.thingstead.broker;

import io.thingstead.authorize.Authorization;
import io.thingstead.engine.Batch;
import io.thingstead.engine.Key;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the broker keeps for one client id: subscriptions, messages on their way both ways, the
 * will. Its lane alone uses it, but for {@link #online} and the final fields.
 */
public final class Session {
  private final Broker broker;
  private final Lane lane;
  private final String clientId;
  private final boolean properties;
  private final long incarnation;
  private final int partition;
  private final boolean durable;
  private final Outbound outbound;
  private final Inbound inbound;
  private final Map<String, Held> subscriptions = new HashMap<>(4);

  private volatile boolean online;
  private boolean ended;
  private long expirySeconds;
  private @Nullable Target target;
  private @Nullable Authorization authorization;
  private Wills.@Nullable Kept will;
  private Clients.@Nullable Connected connecting;
  private long offlineSinceMillis;

  /** A subscription, and the name of the group it is in, if shared. */
  record Held(Subscription subscription, @Nullable String share) {}

  Session(
      Broker broker,
      Lane lane,
      String clientId,
      boolean properties,
      long incarnation,
      long expirySeconds) {
    this.broker = broker;
    this.lane = lane;
    this.clientId = clientId;
    this.properties = properties;
    this.incarnation = incarnation;
    this.expirySeconds = expirySeconds;
    this.durable = expirySeconds > 0;
    this.partition = Tables.partition(clientId);
    this.outbound = new Outbound(this);
    this.inbound = new Inbound(this);
  }

  public String clientId() {
    return clientId;
  }

  Broker broker() {
    return broker;
  }

  Lane lane() {
    return lane;
  }

  int partition() {
    return partition;
  }

  /** Tells this session from all others of its client, for ever. */
  public long incarnation() {
    return incarnation;
  }

  /** Whether the client spoke MQTT 5; a session is not resumed over another family. */
  boolean properties() {
    return properties;
  }

  /** Whether it was made to outlive its connection, and so the server. */
  public boolean durable() {
    return durable;
  }

  long expirySeconds() {
    return expirySeconds;
  }

  void expirySeconds(long seconds) {
    expirySeconds = seconds;
  }

  /** Whether a client is connected; any thread may ask. */
  boolean online() {
    return online;
  }

  boolean ended() {
    return ended;
  }

  void end() {
    ended = true;
  }

  long offlineSinceMillis() {
    return offlineSinceMillis;
  }

  void offlineSinceMillis(long millis) {
    offlineSinceMillis = millis;
  }

  @Nullable Target target() {
    return target;
  }

  @Nullable Authorization authorization() {
    return authorization;
  }

  /** Whose CONNECT waits for this session to be durable, or null. */
  Clients.@Nullable Connected connecting() {
    return connecting;
  }

  void connecting(Clients.@Nullable Connected waiting) {
    connecting = waiting;
  }

  /** Whether a client has it, or is about to. */
  boolean busy() {
    return target != null || connecting != null;
  }

  Wills.@Nullable Kept will() {
    return will;
  }

  void will(Wills.@Nullable Kept kept) {
    will = kept;
  }

  Outbound outbound() {
    return outbound;
  }

  /** QoS 2 messages from the client. */
  public Inbound inbound() {
    return inbound;
  }

  void attach(Target to, Connecting client) {
    target = to;
    authorization = client.authorization();
    online = true;
    outbound.online(client.windowMax(), client.limits());
  }

  void detach() {
    target = null;
    authorization = null;
    online = false;
    outbound.offline();
  }

  /** Tells the shared groups it is in that there is room. */
  void wakeGroups() {
    for (Held held : subscriptions.values()) {
      if (held.share() != null) {
        broker.groups().wake(held.share(), held.subscription());
      }
    }
  }

  Map<String, Held> subscriptions() {
    return subscriptions;
  }

  /** The first part of the keys of its rows. */
  Key key(Object... more) {
    Object[] parts = new Object[2 + more.length];
    parts[0] = clientId;
    parts[1] = incarnation;
    System.arraycopy(more, 0, parts, 2, more.length);
    return Key.of(parts);
  }

  void putRow(io.thingstead.engine.Table table, Key key, byte[] value) {
    lane.journal().put(Tables.shard(partition), broker.accountNumber(), table, key, value);
  }

  void deleteRow(io.thingstead.engine.Table table, Key key) {
    lane.journal().delete(Tables.shard(partition), broker.accountNumber(), table, key);
  }

  void deleteRows(io.thingstead.engine.Table table, Key prefix) {
    lane.journal().deleteAll(Tables.shard(partition), broker.accountNumber(), table, prefix);
  }

  void putRow(Batch batch, io.thingstead.engine.Table table, Key key, byte[] value) {
    batch.put(Tables.shard(partition), broker.accountNumber(), table, key, value);
  }

  /** The client acknowledged a QoS 1 message. */
  public void acknowledged(int packetId) {
    outbound.acknowledged(packetId);
  }

  /**
   * The client answered a QoS 2 message.
   *
   * @param failed with an error, which ends the exchange [MQTT5 4.3.3]
   * @return whether the id was in flight
   */
  public boolean received(int packetId, boolean failed) {
    return outbound.received(packetId, failed);
  }

  /** The client forgot a QoS 2 message's id: the exchange is over. */
  public void completed(int packetId) {
    outbound.completed(packetId);
  }

  /** The target takes messages again. */
  public void writable() {
    outbound.pump();
  }

  /** How many subscriptions it has. */
  public int subscriptionCount() {
    return subscriptions.size();
  }

  /** Whether this text is subscribed to already. */
  public boolean subscribed(String text) {
    return subscriptions.containsKey(text);
  }

  // The same in every run, so that a simulation repeats.
  @Override
  public int hashCode() {
    return clientId.hashCode();
  }

  @Override
  public String toString() {
    return clientId;
  }
}
