package io.thingstead.broker;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.thingstead.account.Account;
import io.thingstead.account.Rate;
import io.thingstead.account.Rates;
import io.thingstead.engine.Rows;
import io.thingstead.engine.StoreReadException;
import io.thingstead.model.Limits;
import io.thingstead.model.Profile;
import io.thingstead.model.topic.Topic;
import io.thingstead.model.topic.TopicFilter;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One account's broker: from a published message to everyone who gets it. */
public final class Broker implements Publishing {
  private static final System.Logger LOG = System.getLogger(Broker.class.getName());
  private static final long READ_AGAIN_MILLIS = 1_000;

  private final Account account;
  private final long accountNumber;
  private final Lanes lanes;
  private final Storage storage;
  private final Router router;
  private final Counters counters = new Counters();
  private final Breaches breaches;
  private final Clients clients;
  private final Remote remote;
  private final Groups groups;
  private final RetainedStore retained;
  private final boolean wildcardRetained;
  private final Leases[] leases;
  private final Usage usage;
  private final Distribution distribution;
  private final Chunks[] chunks = new Chunks[Tables.PARTITIONS];

  private volatile Limits limits;
  private volatile Rates rates;

  public Broker(Account account, Limits limits, Lanes lanes, Storage storage) {
    this.limits = limits;
    this.rates = Rates.of(limits);
    this.account = account;
    this.accountNumber = account.id().number();
    this.breaches = new Breaches(account.id().digits());
    this.lanes = lanes;
    this.storage = storage;
    boolean hashMatchesParent = account.profile().hashMatchesParent();
    wildcardRetained = account.profile() != Profile.AWS;
    router = new Router(new SubscriptionIndex(hashMatchesParent), lanes.count());
    groups = new Groups(this);
    usage = new Usage(lanes.count());
    Arrays.setAll(chunks, i -> new Chunks(this, lanes.of(i), i));
    leases = new Leases[lanes.count()];
    Arrays.setAll(leases, i -> new Leases(lanes.at(i)));
    clients = new Clients(this, lanes);
    remote = new Remote(this, clients);
    retained = new RetainedStore(this, lanes, new RetainedIndex(hashMatchesParent));
    distribution = new Distribution(this, lanes, router, retained);
  }

  /**
   * Reads what a former run has left; before clients connect.
   *
   * @return completes when the lanes have taken it over
   */
  public CompletableFuture<Void> load() {
    return new Restart(this, storage, lanes).load();
  }

  /**
   * Publishes what a former run has left: QoS 2 messages that it took but did not route, and the
   * wills of clients that were connected when it ended. On the caller's thread, when {@link #load}
   * is complete and all sinks are attached, since both may want them; before clients connect.
   *
   * @return completes when the lanes have taken them over
   */
  public CompletableFuture<Void> start() {
    return new Restart(this, storage, lanes).publish();
  }

  public Account account() {
    return account;
  }

  /** What the account's clients may do together in a second; connections keep what they found. */
  public Rates rates() {
    return rates;
  }

  Limits limits() {
    return limits;
  }

  /** Connections made from now on are held to these limits. */
  public void limit(Limits changed) {
    limits = changed;
    rates = Rates.of(changed);
  }

  /**
   * Counts a CONNECT; the caller counts what exceeds. Any thread.
   *
   * @return null when it may go on, else which limit it exceeds
   */
  public @Nullable String exceedsConnects(String clientId) {
    long nowMillis = lanes.of(clientId).nowMillis();
    Rates now = rates;
    if (now.connectsOfClient() != null && !now.connectsOfClient().take(clientId, nowMillis)) {
      return "connect.perClientIdPerSecond";
    }
    return now.connects() != null && now.connects().take(nowMillis, 1) > 0
        ? "connect.perSecond"
        : null;
  }

  /**
   * Counts a retained publish.
   *
   * @return null when it may go on, else which limit it exceeds
   */
  public @Nullable String exceedsRetained(String topic, long nowMillis) {
    Rates now = rates;
    if (now.retainedOnTopic() != null && !now.retainedOnTopic().take(topic, nowMillis)) {
      return "retained.perTopicPerSecond";
    }
    if (now.retained() != null && now.retained().take(nowMillis, 1) > 0) {
      return "retained.perSecond";
    }
    return null;
  }

  public Counters counters() {
    return counters;
  }

  /** Sessions by client id. */
  public Clients clients() {
    return clients;
  }

  /** Clients as others see and reach them. */
  public Remote remote() {
    return remote;
  }

  /** Retained messages, for the API. */
  public @Nullable RetainedMessage retained(Topic topic) {
    RetainedMessage message = retained.get(topic.text());
    return message == null || retained.over(message, lanes.nowMillis()) ? null : message;
  }

  /** Retained messages in the order of their topics, behind the topic given. */
  public List<RetainedMessage> retainedAfter(@Nullable String topic, int limit) {
    return retained.index().after(topic, limit);
  }

  /** How many messages are retained. */
  public int retainedCount() {
    return retained.index().size();
  }

  /** What is known of a topic; publishers keep it. */
  public TopicEntry topic(Topic topic) {
    return router.entry(topic);
  }

  long accountNumber() {
    return accountNumber;
  }

  Lane lane(int number) {
    return lanes.at(number);
  }

  Router router() {
    return router;
  }

  /** What members of shared groups on this lane hold. */
  Leases leases(Lane lane) {
    return leases[lane.number()];
  }

  /** Messages in all durable queues. */
  public long queuedMessages() {
    return usage.messages();
  }

  /** What the messages in all durable queues take, in bytes, before compression. */
  public long queuedBytes() {
    return usage.bytes();
  }

  Usage usage() {
    return usage;
  }

  /**
   * A durable queue has no room: the message is refused to its publisher.
   *
   * @param limit what is exceeded; empty when it is memory or the disk
   */
  void overflowed(String limit, String queue, long messages, long bytes) {
    counters.overflowed.increment();
    if (!limit.isEmpty()) {
      counters.exceeded(limit);
    }
    breaches.tell(
        limit.isEmpty() ? "of memory or disk" : limit,
        () ->
            ("the queue of %s (%d messages, %d bytes) takes no more; the account has queued %d"
                    + " messages, %d bytes; publishers are told")
                .formatted(queue, messages, bytes, usage.messages(), usage.bytes()),
        lanes.nowMillis());
  }

  /**
   * Counts and logs that clients are held to a limit; any thread.
   *
   * @param what the consequence, for people
   */
  public void exceeded(String limit, Supplier<String> what) {
    counters.exceeded(limit);
    breaches.tell(limit, what, lanes.nowMillis());
  }

  /** Whether a message more may be queued for a client that is away; counts it. On any lane. */
  boolean queues(Lane lane) {
    Rate rate = rates.queued();
    return rate == null || rate.take(lane.nowMillis(), 1) == 0;
  }

  Chunks chunks(int partition) {
    return chunks[partition];
  }

  Lanes lanes() {
    return lanes;
  }

  Groups groups() {
    return groups;
  }

  Distribution distribution() {
    return distribution;
  }

  RetainedStore retainedStore() {
    return retained;
  }

  /** Whether a new subscription of this filter is given retained messages. */
  boolean givesRetained(TopicFilter filter) {
    return wildcardRetained || !filter.hasWildcard();
  }

  /** A client that does not take its messages is about to be closed. */
  void tooSlow(Session session) {
    counters.tooSlow.increment();
    breaches.tell(
        "of messages that wait",
        () -> "client " + session.clientId() + " is closed, for it does not take its messages",
        session.lane().nowMillis());
  }

  /** A message that is not kept was dropped, as its receiver is slow. */
  void dropped(Session session) {
    counters.dropped.increment();
    breaches.dropped(session.clientId(), session.lane().nowMillis());
  }

  /** Messages to another lane were refused or dropped, as it has too much to do. */
  void congested(int deliveries, long nowMillis) {
    counters.congested.add(deliveries);
    breaches.congested(nowMillis);
  }

  void close(Session session, Closing why) {
    clients.close(session, why);
  }

  boolean accepting() {
    return storage.accepting().getAsBoolean();
  }

  Rows rows(int partition) {
    return storage.rows().apply(partition);
  }

  /** Reads off the loop and hands the result to the lane; tries again if it cannot be read now. */
  <R> void read(Supplier<R> query, Consumer<R> to, Lane lane) {
    storage
        .reader()
        .execute(
            () -> {
              try {
                R found = query.get();
                lane.loop().execute(() -> to.accept(found));
              } catch (StoreReadException e) {
                LOG.log(System.Logger.Level.ERROR, "queued messages cannot be read now", e);
                lane.loop()
                    .execute(
                        () ->
                            lane.wheel()
                                .at(
                                    lane.nowMillis() + READ_AGAIN_MILLIS,
                                    () -> read(query, to, lane)));
              }
            });
  }

  /**
   * Routes a client's message, on the client's lane.
   *
   * @param publisher whose it is
   * @param payload read from {@code at}, {@code length} bytes; not kept
   * @param expiresAtMillis epoch milliseconds, or {@code Long.MAX_VALUE}
   * @return null when nothing is left to wait for; else what to wait for, which the caller seals
   */
  public @Nullable Receipt publish(
      Session publisher,
      TopicEntry topic,
      ByteBuf payload,
      int at,
      int length,
      Qos qos,
      boolean retain,
      long expiresAtMillis,
      MessageProperties properties,
      Origin origin) {
    Lane lane = publisher.lane();
    Outgoing message = lane.outgoing();
    message.begin(topic, payload, at, length);
    message.qos = qos;
    message.retain = retain;
    message.properties = properties;
    message.expiresAtMillis = expiresAtMillis;
    message.nowMillis = expiresAtMillis == Long.MAX_VALUE ? 0 : lane.nowMillis();
    message.publisher = publisher;
    message.passing = false;
    return distribution.route(lane, message, origin);
  }

  /**
   * Takes a QoS 2 message from a client, on the client's lane; the packet id must not be known yet.
   *
   * @param done hears on the lane what to answer; it may be called before this returns
   */
  public void publishOnce(
      Session publisher,
      int packetId,
      TopicEntry topic,
      ByteBuf payload,
      int at,
      int length,
      boolean retain,
      long expiresAtMillis,
      MessageProperties properties,
      Origin origin,
      Consumer<Outcome> done) {
    publisher.inbound().take(packetId, done);
    if (!publisher.durable()) {
      Receipt receipt =
          publish(
              publisher,
              topic,
              payload,
              at,
              length,
              Qos.EXACTLY_ONCE,
              retain,
              expiresAtMillis,
              properties,
              origin);
      Consumer<Outcome> answer = outcome -> publisher.inbound().answer(packetId, outcome);
      if (receipt == null) {
        answer.accept(Outcome.ACCEPTED);
      } else {
        receipt.seal(answer);
      }
      return;
    }
    String exceeded = retain ? retained.exceeds(topic.topic().text(), length) : null;
    if (exceeded == null && !accepting()) {
      exceeded = "";
    }
    if (exceeded != null) {
      retained.refuse(exceeded);
      publisher.inbound().answer(packetId, Outcome.OVER_QUOTA);
      return;
    }
    byte[] copy = new byte[length];
    payload.getBytes(at, copy);
    Stored message =
        new Stored(
            0, topic, copy, Qos.EXACTLY_ONCE, retain, expiresAtMillis, properties, Delivery.NO_IDS);
    InboundRow taken = new InboundRow(message, origin, publisher.lane().nowMillis());
    new Once(this, publisher, packetId, taken).start();
  }

  @Override
  public CompletionStage<Void> publish(Message message) {
    return publish(lanes.of(message.topic().text()), message);
  }

  @Override
  public CompletionStage<Void> publish(String client, Message message) {
    return publish(lanes.of(client), message);
  }

  /**
   * Whether anyone gets a message on this topic now; on any thread. It is a hint: who subscribes in
   * this moment may be missed.
   */
  public boolean heard(String topic) {
    return router.index().matches(topic);
  }

  /** Whether anyone subscribes to events of the server at all; costs one read. */
  public boolean eventsHeard() {
    return router.index().hasEventListeners();
  }

  private CompletionStage<Void> publish(Lane lane, Message message) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    byte[] payload = message.payloadBytes();
    TopicEntry topic = router.entry(message.topic());
    lane.loop()
        .execute(
            () -> {
              Receipt receipt = publish(lane, topic, payload, message);
              if (receipt == null) {
                done.complete(null);
              } else {
                receipt.seal(outcome -> complete(done, outcome));
              }
            });
    return done;
  }

  private static void complete(CompletableFuture<Void> done, Outcome outcome) {
    if (outcome == Outcome.ACCEPTED) {
      done.complete(null);
    } else {
      done.completeExceptionally(new NotAcceptedException(outcome));
    }
  }

  private @Nullable Receipt publish(Lane lane, TopicEntry topic, byte[] payload, Message message) {
    Outgoing out = lane.outgoing();
    out.begin(topic, Unpooled.wrappedBuffer(payload), 0, payload.length);
    out.qos = message.qos();
    out.retain = message.retain();
    out.properties = message.properties();
    out.expiresAtMillis = message.expiresAtMillis();
    out.nowMillis = lane.nowMillis();
    out.publisher = null;
    out.passing = false;
    return distribution.route(lane, out, message.origin());
  }

  @Override
  public Registration attach(TopicFilter filter, Sink sink) {
    Attachment attachment = new Attachment(sink);
    router.index().add(filter, attachment);
    return () -> router.index().remove(filter, attachment);
  }
}
