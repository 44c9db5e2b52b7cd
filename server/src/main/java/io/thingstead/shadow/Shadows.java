package io.thingstead.shadow;

import io.thingstead.account.Account;
import io.thingstead.broker.Message;
import io.thingstead.broker.Origin;
import io.thingstead.broker.Publishing;
import io.thingstead.broker.Qos;
import io.thingstead.engine.AccountShard;
import io.thingstead.engine.Key;
import io.thingstead.engine.Rows;
import io.thingstead.engine.StoreUnavailableException;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import io.thingstead.model.Limits;
import io.thingstead.model.shadow.ShadowError;
import io.thingstead.model.shadow.ShadowException;
import io.thingstead.model.shadow.ShadowName;
import io.thingstead.model.shadow.UpdateRequest;
import io.thingstead.model.topic.TopicFilter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The shadows of one account: requests on {@code $aws/things/+/shadow/…} from {@link #start} on,
 * and the four API operations, which wait and are for virtual threads. A change is told on its
 * {@code accepted}, {@code delta} and {@code documents} topics in this order, at least once;
 * refusals of API calls are not told.
 */
public final class Shadows implements AutoCloseable {
  /** What a caller of {@link #listNamed} gets that does not say how many it wants. */
  public static final int DEFAULT_PAGE = 25;

  private static final int PAGE_MAX = 100;
  private static final System.Logger LOG = System.getLogger(Shadows.class.getName());
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final Account account;
  private final List<ShadowStore> partitions;
  private final Publishing broker;
  private final Limits.Shadows limits;
  private final InFlight inFlight;
  private final List<Publishing.Registration> registrations = new ArrayList<>();

  /**
   * @param partitions the account's part of every shadow shard; a thing's is chosen by a hash of
   *     its name, so their number must stay what it was when the data was written
   * @param later for changes that the broker could not store
   */
  public Shadows(
      Account account,
      List<AccountShard> partitions,
      Publishing broker,
      Limits.Shadows limits,
      Later later) {
    this.account = account;
    this.partitions =
        partitions.stream().map(shard -> new ShadowStore(shard, broker, limits, later)).toList();
    this.broker = broker;
    this.limits = limits;
    inFlight = new InFlight(account.profile());
  }

  /** Answers requests from now on. Once, before anything is published. */
  public void start() {
    for (Operation operation : Operation.values()) {
      for (String shadow : List.of("", "name/+/")) {
        TopicFilter filter = new TopicFilter("$aws/things/+/shadow/" + shadow + operation.level());
        registrations.add(broker.attach(filter, message -> accept(operation, message)));
      }
    }
  }

  /**
   * Tells what a former run could not. Once, before clients connect, and when all sinks are
   * attached: rules may want to hear it.
   */
  public void resume() {
    partitions.forEach(ShadowStore::resume);
  }

  /** No longer answers requests of clients nor tells again what the broker could not store. */
  @Override
  public void close() {
    partitions.forEach(ShadowStore::close);
    registrations.forEach(Publishing.Registration::close);
    registrations.clear();
  }

  private CompletionStage<?> accept(Operation operation, Message message) {
    Request request = Request.of(operation, message);
    String clientId = message.origin().clientId();
    if (!inFlight.enter(clientId)) {
      return reject(request, ShadowError.TOO_MANY_REQUESTS);
    }
    return handle(request)
        .exceptionallyCompose(failure -> reject(request, failure))
        .whenComplete((_, _) -> inFlight.leave(clientId));
  }

  // Completes when the publisher may be acknowledged: the change, or the answer, is durable.
  private CompletionStage<Void> handle(Request request) {
    try {
      ShadowName name = request.name();
      ShadowStore store = store(name);
      byte[] payload = request.payload();
      return switch (request.operation()) {
        case GET ->
            store
                .shard()
                .submit(store.get(name, UpdateRequest.tokenOf(payload)))
                .thenCompose(document -> answer(request, "accepted", document));
        case UPDATE -> {
          UpdateRequest update = UpdateRequest.parse(payload, limits);
          yield store
              .shard()
              .submit(store.update(name, update, request.hops()))
              .thenAccept(_ -> {});
        }
        case DELETE -> {
          String token = UpdateRequest.tokenOf(payload);
          yield store.shard().submit(store.delete(name, token, request.hops())).thenAccept(_ -> {});
        }
      };
    } catch (ShadowException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private CompletionStage<Void> reject(Request request, Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    if (cause instanceof ShadowException refusal) {
      return answer(request, "rejected", refusal.rejected());
    }
    if (!(cause instanceof StoreUnavailableException)) {
      LOG.log(
          System.Logger.Level.ERROR,
          "account " + account.id() + ": request on " + request.topic() + " failed",
          cause);
    }
    return reject(request, ShadowError.INTERNAL);
  }

  private CompletionStage<Void> reject(Request request, ShadowError error) {
    String clientToken = UpdateRequest.tokenOf(request.payload());
    return answer(request, "rejected", ShadowException.of(error, clientToken).rejected());
  }

  private CompletionStage<Void> answer(Request request, String outcome, byte[] document) {
    return broker.publish(
        Message.of(
            request.answer(outcome),
            document,
            Qos.AT_LEAST_ONCE,
            new Origin(null, null, null, request.hops()),
            request.receivedMillis()));
  }

  private ShadowStore store(ShadowName name) {
    CRC32C hash = new CRC32C();
    hash.update(name.thing().getBytes(StandardCharsets.UTF_8));
    return partitions.get((int) (hash.getValue() % partitions.size()));
  }

  /**
   * GetThingShadow.
   *
   * @param shadow null or empty for the classic one
   * @throws ApiException ResourceNotFound
   */
  public byte[] get(String thing, @Nullable String shadow) {
    return orApiError(
        () -> {
          ShadowName name = name(thing, shadow);
          ShadowStore store = store(name);
          return store.shard().call(store.get(name, null));
        });
  }

  /**
   * UpdateThingShadow.
   *
   * @return the accepted document, when the change is durable
   * @throws ApiException InvalidRequest, Conflict, RequestEntityTooLarge,
   *     UnsupportedDocumentEncoding
   */
  public byte[] update(String thing, @Nullable String shadow, byte[] payload) {
    return orApiError(
        () -> {
          ShadowName name = name(thing, shadow);
          if (payload.length > account.limits().messages().payloadBytes()) {
            throw ShadowException.of(ShadowError.TOO_LARGE, null);
          }
          ShadowStore store = store(name);
          UpdateRequest update = UpdateRequest.parse(payload, limits);
          return store.shard().call(store.update(name, update, 0));
        });
  }

  /**
   * DeleteThingShadow.
   *
   * @throws ApiException ResourceNotFound
   */
  public byte[] delete(String thing, @Nullable String shadow) {
    return orApiError(
        () -> {
          ShadowName name = name(thing, shadow);
          ShadowStore store = store(name);
          return store.shard().call(store.delete(name, null, 0));
        });
  }

  /**
   * ListNamedShadowsForThing, in the order of names; empty for a thing without any.
   *
   * @param pageSize 1 to 100
   */
  public byte[] listNamed(String thing, @Nullable String nextToken, int pageSize) {
    if (pageSize < 1 || pageSize > PAGE_MAX) {
      throw new ApiException(
          AwsError.INVALID_REQUEST, "pageSize " + pageSize + " is not in 1.." + PAGE_MAX);
    }
    return orApiError(
        () -> {
          ShadowName classic = ShadowName.classic(thing);
          Key after = Key.of(thing, nextToken == null ? "" : decode(nextToken));
          return store(classic)
              .shard()
              .call(
                  tx -> {
                    List<Rows.Row> rows =
                        tx.scan(Tables.SHADOW, Key.of(thing), after, pageSize + 1);
                    return page(rows, pageSize, tx.now().getEpochSecond());
                  });
        });
  }

  private static byte[] page(List<Rows.Row> rows, int pageSize, long now) {
    ObjectNode page = JSON.createObjectNode();
    ArrayNode results = page.putArray("results");
    String last = "";
    for (Rows.Row row : rows.subList(0, Math.min(pageSize, rows.size()))) {
      Key.Reader key = row.key().read();
      key.text();
      last = key.text();
      results.add(last);
    }
    if (rows.size() > pageSize) {
      byte[] token = last.getBytes(StandardCharsets.UTF_8);
      page.put("nextToken", Base64.getUrlEncoder().withoutPadding().encodeToString(token));
    }
    return JSON.writeValueAsBytes(page.put("timestamp", now));
  }

  private static String decode(String nextToken) {
    try {
      return new String(Base64.getUrlDecoder().decode(nextToken), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException _) {
      throw new ApiException(
          AwsError.INVALID_REQUEST,
          "nextToken was not given by this listing: pass the one of the page before, unchanged");
    }
  }

  private static ShadowName name(String thing, @Nullable String shadow) {
    return new ShadowName(thing, shadow == null ? "" : shadow);
  }

  private static byte[] orApiError(Supplier<byte[]> operation) {
    try {
      return operation.get();
    } catch (ShadowException e) {
      throw e.toApiException();
    }
  }
}
