package io.thingstead.rules;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.thingstead.account.Account;
import io.thingstead.api.iot.CreateTopicRuleDestinationRequest;
import io.thingstead.api.iot.HttpUrlDestinationConfiguration;
import io.thingstead.api.iot.HttpUrlDestinationProperties;
import io.thingstead.api.iot.HttpUrlDestinationSummary;
import io.thingstead.api.iot.ListTopicRuleDestinationsResponse;
import io.thingstead.api.iot.TopicRuleDestination;
import io.thingstead.api.iot.TopicRuleDestinationStatus;
import io.thingstead.api.iot.TopicRuleDestinationSummary;
import io.thingstead.engine.AccountShard;
import io.thingstead.engine.Key;
import io.thingstead.engine.Rows;
import io.thingstead.engine.Tx;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import io.thingstead.model.Limits;
import io.thingstead.model.Uuids;
import io.thingstead.row.Json;
import io.thingstead.row.Page;
import io.thingstead.rules.action.HttpCalls;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP destinations of one account: web servers that have confirmed that they want what rules
 * post. Methods wait for the registry shard: for virtual threads, not for event loops.
 */
public final class Destinations {
  private static final String RESOURCE = "ruledestination/http/";
  private static final int URL_CHARS_MAX = 2048;

  /** How long a token confirms; then the destination is in ERROR until asked again. */
  private static final Duration CONFIRMATION_TIME = Duration.ofHours(24);

  private final Account account;
  private final AccountShard shard;
  private final HttpCalls calls;
  private final Confirmation confirmation;
  private final Work work;
  private final int max;
  private final Set<URI> enabled = ConcurrentHashMap.newKeySet();

  Destinations(
      Account account,
      AccountShard shard,
      HttpCalls calls,
      String endpoint,
      Work work,
      Limits.Rules limits) {
    this.account = account;
    this.shard = shard;
    this.calls = calls;
    this.work = work;
    this.max = limits.destinations();
    confirmation = new Confirmation(calls, endpoint);
  }

  /** Reads what is enabled. */
  void start() {
    for (Rows.Row row : shard.durable().scan(Tables.DESTINATION, Key.ALL, null, max)) {
      apply(Json.decode(row.value(), DestinationRow.class));
    }
  }

  /** Whether an enabled destination has this confirmation URL. */
  boolean isEnabled(URI confirmationUrl) {
    return enabled.contains(confirmationUrl);
  }

  /**
   * CreateTopicRuleDestination: asks the server behind the URL for confirmation.
   *
   * @throws ApiException ResourceAlreadyExists when the URL has a destination
   */
  public TopicRuleDestination create(CreateTopicRuleDestinationRequest request) {
    HttpUrlDestinationConfiguration http =
        request.destinationConfiguration().httpUrlConfiguration();
    if (http == null || request.destinationConfiguration().vpcConfiguration() != null) {
      throw invalid("only httpUrlConfiguration is supported by this server yet");
    }
    DestinationRow fresh = fresh(http.confirmationUrl());
    return shard.call(
        tx -> {
          byte[] known = tx.get(Tables.DESTINATION_BY_URL, Key.of(fresh.url()));
          if (known != null) {
            throw new ApiException(
                AwsError.RESOURCE_ALREADY_EXISTS,
                "the URL has a destination already: " + arn(new String(known, UTF_8)));
          }
          return described(ask(tx, fresh), tx.now());
        });
  }

  /** A destination for a URL that a rule names, not yet stored. */
  DestinationRow fresh(String url) {
    if (url.length() > URL_CHARS_MAX) {
      throw invalid("confirmationUrl has more than " + URL_CHARS_MAX + " characters");
    }
    calls.guard().require("confirmationUrl", url);
    long now = work.clock().millis();
    return new DestinationRow(
        Uuids.next(work.random()),
        url,
        TopicRuleDestinationStatus.IN_PROGRESS,
        "",
        token(),
        now,
        now);
  }

  /** Stores a destination and asks for confirmation unless its URL has one already. */
  void ensure(Tx tx, DestinationRow fresh) {
    if (tx.get(Tables.DESTINATION_BY_URL, Key.of(fresh.url())) == null) {
      ask(tx, fresh);
    }
  }

  private String token() {
    return (Uuids.next(work.random()) + Uuids.next(work.random())).replace("-", "");
  }

  private DestinationRow ask(Tx tx, DestinationRow row) {
    if (tx.get(Tables.DESTINATION, Key.of(row.id())) == null
        && tx.scan(Tables.DESTINATION, Key.ALL, null, max).size() == max) {
      throw invalid("the account has its " + max + " destinations already");
    }
    put(tx, row);
    tx.put(Tables.DESTINATION_BY_URL, Key.of(row.url()), row.id().getBytes(UTF_8));
    tx.put(Tables.DESTINATION_BY_TOKEN, Key.of(row.token()), row.id().getBytes(UTF_8));
    tx.afterDurable(() -> work.threads().execute(() -> send(row)));
    return row;
  }

  /** Posts the request for confirmation; a destination that cannot be reached is in ERROR. */
  private void send(DestinationRow row) {
    String failure = confirmation.send(arn(row.id()), row);
    if (failure == null) {
      return;
    }
    change(
        tx -> {
          DestinationRow now = find(tx, row.id());
          if (now != null
              && now.token().equals(row.token())
              && now.status() == TopicRuleDestinationStatus.IN_PROGRESS) {
            put(tx, now.with(TopicRuleDestinationStatus.ERROR, failure, tx.now().toEpochMilli()));
          }
        });
  }

  /**
   * ConfirmTopicRuleDestination: whoever knows the token may; repeating it changes nothing.
   *
   * @throws ApiException Unauthorized for an unknown token or one that is too old
   */
  public void confirm(String token) {
    change(
        tx -> {
          byte[] id = tx.get(Tables.DESTINATION_BY_TOKEN, Key.of(token));
          DestinationRow row = id == null ? null : find(tx, new String(id, UTF_8));
          if (row == null || isLate(row, tx.now())) {
            throw new ApiException(
                AwsError.UNAUTHORIZED,
                "the confirmation token is unknown or too old: set the destination to IN_PROGRESS"
                    + " to get another");
          }
          boolean waits =
              row.status() == TopicRuleDestinationStatus.IN_PROGRESS
                  || row.status() == TopicRuleDestinationStatus.ERROR;
          if (waits) {
            put(tx, row.with(TopicRuleDestinationStatus.ENABLED, "", tx.now().toEpochMilli()));
          }
        });
  }

  /** GetTopicRuleDestination; an unknown one is Unauthorized, as an unknown rule is. */
  public TopicRuleDestination get(String arn) {
    return described(require(shard.durable(), arn), work.clock().instant());
  }

  /** ListTopicRuleDestinations. */
  public ListTopicRuleDestinationsResponse list(
      @Nullable Integer maxResults, @Nullable String nextToken) {
    Instant now = work.clock().instant();
    var page =
        Page.read(
            shard.durable(),
            Tables.DESTINATION,
            Key.ALL,
            Rules.LISTED.of(maxResults),
            nextToken,
            row -> summary(Json.decode(row.value(), DestinationRow.class), now));
    return new ListTopicRuleDestinationsResponse(page.items(), page.next());
  }

  /**
   * UpdateTopicRuleDestination: ENABLED and DISABLED change into each other; IN_PROGRESS asks for
   * confirmation again.
   */
  public void update(String arn, TopicRuleDestinationStatus status) {
    String token = token();
    change(
        tx -> {
          DestinationRow row = require(tx, arn);
          long now = tx.now().toEpochMilli();
          switch (status) {
            case IN_PROGRESS -> {
              tx.delete(Tables.DESTINATION_BY_TOKEN, Key.of(row.token()));
              ask(
                  tx,
                  new DestinationRow(
                      row.id(), row.url(), status, "", token, row.createdMillis(), now));
            }
            case ENABLED, DISABLED -> {
              boolean confirmed =
                  row.status() == TopicRuleDestinationStatus.ENABLED
                      || row.status() == TopicRuleDestinationStatus.DISABLED;
              if (!confirmed) {
                throw invalid(
                    "a destination that is "
                        + row.status()
                        + " cannot become "
                        + status
                        + ": it has to be confirmed first");
              }
              put(tx, row.with(status, "", now));
            }
            case ERROR, DELETING -> throw invalid("no caller may set the status " + status);
          }
        });
  }

  /** DeleteTopicRuleDestination; deleting one that is not there is no error. */
  public void delete(String arn) {
    String id = id(arn);
    change(
        tx -> {
          DestinationRow row = find(tx, id);
          if (row != null) {
            tx.delete(Tables.DESTINATION, Key.of(id));
            tx.delete(Tables.DESTINATION_BY_URL, Key.of(row.url()));
            tx.delete(Tables.DESTINATION_BY_TOKEN, Key.of(row.token()));
            tx.afterDurable(() -> enabled.remove(uri(row)));
          }
        });
  }

  private void change(Consumer<Tx> change) {
    shard.call(
        tx -> {
          change.accept(tx);
          return true;
        });
  }

  private void put(Tx tx, DestinationRow row) {
    tx.put(Tables.DESTINATION, Key.of(row.id()), Json.encode(row));
    tx.afterDurable(() -> apply(row));
  }

  private void apply(DestinationRow row) {
    if (row.status() == TopicRuleDestinationStatus.ENABLED) {
      enabled.add(uri(row));
    } else {
      enabled.remove(uri(row));
    }
  }

  private static URI uri(DestinationRow row) {
    return URI.create(row.url()).normalize();
  }

  private String arn(String id) {
    return account.arn(RESOURCE + id);
  }

  private String id(String arn) {
    String prefix = account.arn(RESOURCE);
    if (!arn.startsWith(prefix)) {
      throw invalid("'" + arn + "' is not the ARN of an HTTP destination of this account");
    }
    return arn.substring(prefix.length());
  }

  private static @Nullable DestinationRow find(Rows rows, String id) {
    byte[] stored = rows.get(Tables.DESTINATION, Key.of(id));
    return stored == null ? null : Json.decode(stored, DestinationRow.class);
  }

  private DestinationRow require(Rows rows, String arn) {
    DestinationRow row = find(rows, id(arn));
    if (row == null) {
      throw new ApiException(AwsError.UNAUTHORIZED, "there is no destination " + arn);
    }
    return row;
  }

  /** Whether nobody has confirmed in time. */
  private static boolean isLate(DestinationRow row, Instant now) {
    return row.status() == TopicRuleDestinationStatus.IN_PROGRESS
        && now.isAfter(Instant.ofEpochMilli(row.updatedMillis()).plus(CONFIRMATION_TIME));
  }

  private TopicRuleDestination described(DestinationRow row, Instant now) {
    return new TopicRuleDestination(
        arn(row.id()),
        status(row, now),
        Instant.ofEpochMilli(row.createdMillis()),
        Instant.ofEpochMilli(row.updatedMillis()),
        reason(row, now),
        new HttpUrlDestinationProperties(row.url()),
        null);
  }

  private TopicRuleDestinationSummary summary(DestinationRow row, Instant now) {
    return new TopicRuleDestinationSummary(
        arn(row.id()),
        status(row, now),
        Instant.ofEpochMilli(row.createdMillis()),
        Instant.ofEpochMilli(row.updatedMillis()),
        reason(row, now),
        new HttpUrlDestinationSummary(row.url()),
        null);
  }

  private static TopicRuleDestinationStatus status(DestinationRow row, Instant now) {
    return isLate(row, now) ? TopicRuleDestinationStatus.ERROR : row.status();
  }

  private static @Nullable String reason(DestinationRow row, Instant now) {
    if (isLate(row, now)) {
      return "Nobody confirmed within " + CONFIRMATION_TIME.toHours() + " hours.";
    }
    return row.reason().isEmpty() ? null : row.reason();
  }

  private static ApiException invalid(String why) {
    return new ApiException(AwsError.INVALID_REQUEST, why);
  }
}
