package io.thingstead.rules;

import io.thingstead.account.Account;
import io.thingstead.api.Percent;
import io.thingstead.api.iot.CreateTopicRuleRequest;
import io.thingstead.api.iot.GetTopicRuleResponse;
import io.thingstead.api.iot.ListTopicRulesRequest;
import io.thingstead.api.iot.ListTopicRulesResponse;
import io.thingstead.api.iot.ReplaceTopicRuleRequest;
import io.thingstead.api.iot.TopicRule;
import io.thingstead.api.iot.TopicRuleListItem;
import io.thingstead.broker.Message;
import io.thingstead.broker.Publishing;
import io.thingstead.engine.AccountShard;
import io.thingstead.engine.Key;
import io.thingstead.engine.Rows;
import io.thingstead.engine.Tx;
import io.thingstead.function.FunctionCalls;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import io.thingstead.model.Limits;
import io.thingstead.model.sql.RuleStatement;
import io.thingstead.model.topic.BasicIngest;
import io.thingstead.model.topic.InvalidTopicException;
import io.thingstead.model.topic.Topic;
import io.thingstead.model.topic.TopicFilter;
import io.thingstead.registry.Tags;
import io.thingstead.row.Json;
import io.thingstead.row.Page;
import io.thingstead.rules.action.Action;
import io.thingstead.rules.action.Actions;
import io.thingstead.rules.action.HttpCalls;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The rules of one account. The methods of the API wait for the registry shard: for virtual
 * threads, not for event loops.
 */
public final class Rules implements AutoCloseable {
  /** What ListTopicRules and ListTopicRuleDestinations give at once. */
  static final Page.Size LISTED = new Page.Size("maxResults", 100, 10_000);

  private static final System.Logger LOG = System.getLogger(Rules.class.getName());

  private final Account account;
  private final AccountShard shard;
  private final Publishing publishing;
  private final HttpCalls calls;
  private final Limits.Rules limits;
  private final Work work;
  private final Destinations destinations;
  private final Runner runner;
  private final Map<String, Active> active = new ConcurrentHashMap<>();

  /** Stored rules that do not compile with the present limits. */
  private final Set<String> broken = ConcurrentHashMap.newKeySet();

  private final Map<String, RuleStats> stats = new ConcurrentHashMap<>();
  private final RuleStats deleted = new RuleStats();
  private final LongAdder ruleNotFound = new LongAdder();

  /**
   * @param shard the account's registry shard
   * @param inputs the account's rule shard
   * @param endpoint where destinations are confirmed, such as {@code https://localhost:8443}
   */
  public Rules(
      Account account,
      AccountShard shard,
      AccountShard inputs,
      Publishing publishing,
      HttpCalls calls,
      FunctionCalls functions,
      String endpoint,
      Limits.Rules limits,
      Work work) {
    this.account = account;
    this.shard = shard;
    this.publishing = publishing;
    this.calls = calls;
    this.limits = limits;
    this.work = work;
    destinations = new Destinations(account, shard, calls, endpoint, work, limits);
    Actions actions =
        new Actions(account, publishing, calls, destinations::isEnabled, functions, work.pause());
    runner = new Runner(account, new Inputs(inputs), actions, functions, work, limits);
  }

  /**
   * @param registration null when disabled or without FROM
   */
  private record Active(
      Rule rule, boolean enabled, Publishing.@Nullable Registration registration) {}

  /**
   * Makes the stored rules listen and takes up the messages that a former run has not finished. To
   * be called once, when those have started that the rules publish to, and before clients are let
   * in.
   */
  public void start() {
    runner.open();
    destinations.start();
    for (Rows.Row row : shard.durable().scan(Tables.RULE, Key.ALL, null, limits.rules())) {
      install(Json.decode(row.value(), RuleRow.class));
    }
    runner.recover(
        name -> {
          Active found = active.get(name);
          return found == null ? null : found.rule();
        },
        broken::contains);
  }

  /** Makes all rules deaf; what they have taken goes on. */
  @Override
  public void close() {
    runner.close();
    active.keySet().forEach(this::uninstall);
  }

  public Destinations destinations() {
    return destinations;
  }

  /**
   * What a rule has done since the start of the server, also before it was replaced; nothing when
   * there is no such rule.
   */
  public RuleStats stats(String name) {
    return stats.getOrDefault(name, new RuleStats());
  }

  /** Rules of which something has failed since the start, those that failed most first. */
  public List<String> failing(int limit) {
    ToLongFunction<RuleStats> failed = each -> each.failures().sum() + each.actionsFailed().sum();
    return stats.entrySet().stream()
        .map(each -> Map.entry(each.getKey(), failed.applyAsLong(each.getValue())))
        .filter(each -> each.getValue() > 0)
        .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
        .limit(limit)
        .map(Map.Entry::getKey)
        .toList();
  }

  /** One of the counts of all rules since the start, also of those that were deleted. */
  public long total(Function<RuleStats, LongAdder> count) {
    return count.apply(deleted).sum()
        + stats.values().stream().mapToLong(each -> count.apply(each).sum()).sum();
  }

  /** Messages in work: a gauge. */
  public int pending() {
    return runner.pending();
  }

  /** Basic Ingest messages for rules that are not there or disabled: a counter. */
  public long ruleNotFound() {
    return ruleNotFound.sum();
  }

  /**
   * A message of Basic Ingest, for one rule, whatever its FROM. Called on the publisher's event
   * loop; does not block.
   *
   * @return as {@link io.thingstead.broker.Sink#accept}
   */
  public @Nullable CompletionStage<?> ingest(String ruleName, Message message) {
    Active found = active.get(ruleName);
    BasicIngest ingest = BasicIngest.of(message.topic().text());
    String topic = ingest == null ? message.topic().text() : ingest.topic();
    if (found == null || !found.enabled()) {
      ruleNotFound.increment();
      LOG.log(
          System.Logger.Level.WARNING,
          "a message on {0} is dropped: there is no enabled rule {1}",
          message.topic().text(),
          ruleName);
      return null;
    }
    return runner.take(found.rule(), topic, message);
  }

  /**
   * CreateTopicRule.
   *
   * @throws ApiException SqlParseException, InvalidRequestException or
   *     ResourceAlreadyExistsException
   */
  public void create(CreateTopicRuleRequest request) {
    RuleRow row =
        new RuleRow(
            Rule.checkName(request.ruleName()),
            request.topicRulePayload(),
            Boolean.TRUE.equals(request.topicRulePayload().ruleDisabled()),
            work.clock().millis(),
            1);
    List<DestinationRow> wanted = wanted(compile(row, new RuleStats()));
    Map<String, String> tags = tags(request.tags());
    change(
        tx -> {
          if (find(tx, row.name()) != null) {
            throw new ApiException(
                AwsError.RESOURCE_ALREADY_EXISTS, "the rule " + row.name() + " already exists");
          }
          if (tx.scan(Tables.RULE, Key.ALL, null, limits.rules()).size() == limits.rules()) {
            throw new ApiException(
                AwsError.INVALID_REQUEST,
                "the account has its " + limits.rules() + " rules already");
          }
          wanted.forEach(destination -> destinations.ensure(tx, destination));
          put(tx, row);
          Tags.attach(tx, arn(row.name()), tags);
        });
  }

  // The header x-amz-tagging has the form of a query string.
  private static Map<String, String> tags(@Nullable String given) {
    Map<String, String> tags = new LinkedHashMap<>();
    for (String pair : given == null || given.isEmpty() ? new String[0] : given.split("&", -1)) {
      int equals = pair.indexOf('=');
      String key = Percent.decode(equals < 0 ? pair : pair.substring(0, equals));
      String value = Percent.decode(equals < 0 ? "" : pair.substring(equals + 1));
      if (key == null || value == null || tags.put(key, value) != null) {
        throw new ApiException(
            AwsError.INVALID_REQUEST,
            "tags must be key1=value1&key2=value2, percent-encoded, no key twice");
      }
    }
    return tags;
  }

  /** Whether there is a rule of this name, by rows of the registry shard. */
  public static boolean exists(Rows rows, String name) {
    return find(rows, name) != null;
  }

  /** ReplaceTopicRule: all but the time of creation. */
  public void replace(ReplaceTopicRuleRequest request) {
    String name = Rule.checkName(request.ruleName());
    boolean disabled = Boolean.TRUE.equals(request.topicRulePayload().ruleDisabled());
    RuleRow checked = new RuleRow(name, request.topicRulePayload(), disabled, 0, 0);
    List<DestinationRow> wanted = wanted(compile(checked, new RuleStats()));
    change(
        tx -> {
          RuleRow old = require(tx, name);
          wanted.forEach(destination -> destinations.ensure(tx, destination));
          put(
              tx,
              new RuleRow(
                  name, checked.payload(), disabled, old.createdMillis(), old.revision() + 1));
        });
  }

  /** The destinations that come into being with the rule. */
  private List<DestinationRow> wanted(Rule rule) {
    return Stream.concat(rule.actions().stream(), Stream.ofNullable(rule.errorAction()))
        .filter(Action.Http.class::isInstance)
        .map(action -> ((Action.Http) action).confirmationUrl())
        .filter(url -> url.isLiteral())
        .map(url -> url.source())
        .distinct()
        .map(destinations::fresh)
        .toList();
  }

  /** DeleteTopicRule; deleting a rule that is not there is no error. */
  public void delete(String name) {
    Rule.checkName(name);
    change(
        tx -> {
          Tags.forget(tx, arn(name));
          tx.delete(Tables.RULE, Key.of(name));
          tx.afterDurable(
              () -> {
                uninstall(name);
                broken.remove(name);
                RuleStats last = stats.remove(name);
                if (last != null) {
                  deleted.add(last);
                }
                runner.giveUp(name);
              });
        });
  }

  /** EnableTopicRule. */
  public void enable(String name) {
    setDisabled(name, false);
  }

  /** DisableTopicRule. */
  public void disable(String name) {
    setDisabled(name, true);
  }

  private void setDisabled(String name, boolean disabled) {
    Rule.checkName(name);
    change(
        tx -> {
          put(tx, require(tx, name).withDisabled(disabled));
        });
  }

  /**
   * GetTopicRule.
   *
   * @throws ApiException UnauthorizedException when there is none, as AWS answers
   */
  public GetTopicRuleResponse get(String name) {
    RuleRow row = require(shard.durable(), Rule.checkName(name));
    String version = row.payload().awsIotSqlVersion();
    return new GetTopicRuleResponse(
        arn(name),
        new TopicRule(
            name,
            row.payload().sql(),
            row.payload().description(),
            Instant.ofEpochMilli(row.createdMillis()),
            row.payload().actions(),
            row.disabled(),
            version == null ? statement(row).version().text() : version,
            row.payload().errorAction()));
  }

  /** ListTopicRules, in the order of names. */
  public ListTopicRulesResponse list(ListTopicRulesRequest request) {
    int limit = LISTED.of(request.maxResults());
    List<TopicRuleListItem> items = new ArrayList<>();
    Key after = Page.after(Tables.RULE, request.nextToken(), Key.ALL);
    for (Rows.Row stored : shard.durable().scan(Tables.RULE, Key.ALL, after, limits.rules())) {
      RuleRow row = Json.decode(stored.value(), RuleRow.class);
      TopicFilter from = statement(row).from();
      if (isWanted(row, from, request)) {
        if (items.size() == limit) {
          String last = String.valueOf(items.getLast().ruleName());
          return new ListTopicRulesResponse(items, Page.token(Tables.RULE, Key.of(last)));
        }
        items.add(
            new TopicRuleListItem(
                arn(row.name()),
                row.name(),
                from == null ? null : from.text(),
                Instant.ofEpochMilli(row.createdMillis()),
                row.disabled()));
      }
    }
    return new ListTopicRulesResponse(items, null);
  }

  private boolean isWanted(RuleRow row, @Nullable TopicFilter from, ListTopicRulesRequest request) {
    if (request.ruleDisabled() != null && request.ruleDisabled() != row.disabled()) {
      return false;
    }
    if (request.topic() == null) {
      return true;
    }
    try {
      return from != null && from.matches(new Topic(request.topic()), account.profile());
    } catch (InvalidTopicException e) {
      throw new ApiException(AwsError.INVALID_REQUEST, "topic: " + e.getMessage());
    }
  }

  // Without the actions: a rule that cannot run at present is listed all the same.
  private static RuleStatement statement(RuleRow row) {
    return RuleStatement.parse(row.payload().sql(), row.payload().awsIotSqlVersion());
  }

  private Rule compile(RuleRow row, RuleStats counts) {
    Rule rule = Rule.compile(row, calls.guard(), limits.parallelRuns(), counts);
    TopicFilter from = rule.statement().from();
    try {
      if (from != null) {
        TopicFilter.parse(from.text(), account.limits().topics());
      }
    } catch (InvalidTopicException e) {
      throw new ApiException(AwsError.SQL_PARSE, "FROM: " + e.getMessage());
    }
    return rule;
  }

  private void put(Tx tx, RuleRow row) {
    tx.put(Tables.RULE, Key.of(row.name()), Json.encode(row));
    tx.afterDurable(() -> install(row));
  }

  /** Makes a rule listen instead of the one of its name; in the order of the commits. */
  private void install(RuleRow row) {
    try {
      Rule rule = compile(row, stats.computeIfAbsent(row.name(), _ -> new RuleStats()));
      TopicFilter from = rule.statement().from();
      Publishing.Registration registration =
          from == null || row.disabled()
              ? null
              : publishing.attach(
                  from, message -> runner.take(rule, message.topic().text(), message));
      Active before = active.put(row.name(), new Active(rule, !row.disabled(), registration));
      if (before != null && before.registration() != null) {
        before.registration().close();
      }
      broken.remove(row.name());
      runner.resume(rule);
    } catch (ApiException e) {
      uninstall(row.name());
      broken.add(row.name());
      LOG.log(
          System.Logger.Level.ERROR,
          "the rule {0} cannot run with the present limits: {1}",
          row.name(),
          e.text());
    }
  }

  private void uninstall(String name) {
    Active before = active.remove(name);
    if (before != null && before.registration() != null) {
      before.registration().close();
    }
  }

  private void change(Consumer<Tx> change) {
    shard.call(
        tx -> {
          change.accept(tx);
          return true;
        });
  }

  private String arn(String name) {
    return account.arn("rule/" + name);
  }

  private static @Nullable RuleRow find(Rows rows, String name) {
    byte[] stored = rows.get(Tables.RULE, Key.of(name));
    return stored == null ? null : Json.decode(stored, RuleRow.class);
  }

  private RuleRow require(Rows rows, String name) {
    RuleRow row = find(rows, name);
    if (row == null) {
      throw new ApiException(AwsError.UNAUTHORIZED, "there is no rule " + arn(name));
    }
    return row;
  }
}
