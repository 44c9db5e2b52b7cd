package io.thingstead.provision;

import io.thingstead.account.Account;
import io.thingstead.api.iot.DescribeThingRegistrationTaskResponse;
import io.thingstead.api.iot.ListThingRegistrationTaskReportsResponse;
import io.thingstead.api.iot.ListThingRegistrationTasksResponse;
import io.thingstead.api.iot.ReportType;
import io.thingstead.api.iot.StartThingRegistrationTaskRequest;
import io.thingstead.api.iot.Status;
import io.thingstead.engine.AccountShard;
import io.thingstead.engine.Key;
import io.thingstead.engine.Rows;
import io.thingstead.engine.Tx;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import io.thingstead.model.Uuids;
import io.thingstead.model.template.ProvisioningTemplate;
import io.thingstead.row.Json;
import io.thingstead.row.Page;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Bulk registrations of one account: things made by a template from a file of parameters, one line
 * a thing. One runs at a time; it goes on behind the last line that is done when the server starts
 * again. Methods wait for the registry shard: for virtual threads, not for event loops. Spec:
 * certificates-provisioning.md section 5.
 */
public final class RegistrationTasks {
  /** How many lines a part of a report has. */
  public static final int REPORT_LINES = 10_000;

  private static final Duration KEPT = Duration.ofDays(30);

  private final Account account;
  private final AccountShard shard;
  private final Enrolment enrolment;
  private final Writing writing;
  private final Buckets buckets;
  private final Executor threads;
  private final RandomGenerator random;
  private final String reports;

  /**
   * @param reports the URL at which administrators read reports
   */
  RegistrationTasks(
      Account account,
      AccountShard shard,
      Enrolment enrolment,
      Writing writing,
      Buckets buckets,
      Executor threads,
      RandomGenerator random,
      String reports) {
    this.account = account;
    this.shard = shard;
    this.enrolment = enrolment;
    this.writing = writing;
    this.buckets = buckets;
    this.threads = threads;
    this.random = random;
    this.reports = reports;
  }

  /** Goes on with what a former run has left. */
  void resume() {
    for (Rows.Row row : all(shard.durable())) {
      String id = row.key().read().text();
      if (isRunning(Json.decode(row.value(), TaskRow.class))) {
        run(id);
      }
    }
  }

  private static List<Rows.Row> all(Rows rows) {
    return rows.scan(Tables.TASK, Key.ALL, null, Integer.MAX_VALUE);
  }

  private static boolean isRunning(TaskRow row) {
    return row.status().equals(Status.IN_PROGRESS.name())
        || row.status().equals(Status.CANCELLING.name());
  }

  private void run(String id) {
    threads.execute(new BulkRegistration(account, shard, enrolment, writing, buckets, id));
  }

  /**
   * StartThingRegistrationTask.
   *
   * @return its id
   * @throws ApiException InvalidRequest when the text is no template, there is no such file, or
   *     another one is running
   */
  public String start(StartThingRegistrationTaskRequest in) {
    Templates.read(in.templateBody(), ProvisioningTemplate.Use.REGISTRATION);
    Path file = buckets.file(in.inputFileBucket(), in.inputFileKey());
    long size;
    try {
      size = Files.size(file);
    } catch (IOException e) {
      throw Templates.invalid("the file cannot be read: " + e.getMessage());
    }
    String id = Uuids.next(random);
    shard.call(
        tx -> {
          for (Rows.Row row : all(tx)) {
            forgetOldOrRefuse(tx, row);
          }
          long now = tx.now().toEpochMilli();
          TaskRow made =
              new TaskRow(
                  in.templateBody(),
                  in.inputFileBucket(),
                  in.inputFileKey(),
                  in.roleArn(),
                  Status.IN_PROGRESS.name(),
                  null,
                  0,
                  0,
                  0,
                  0,
                  size,
                  now,
                  now);
          put(tx, id, made);
          return id;
        });
    run(id);
    return id;
  }

  private static void forgetOldOrRefuse(Tx tx, Rows.Row row) {
    String id = row.key().read().text();
    TaskRow task = Json.decode(row.value(), TaskRow.class);
    if (isRunning(task)) {
      throw Templates.invalid(
          "bulk registration " + id + " is running; one runs at a time in an account");
    }
    if (tx.now().isAfter(Instant.ofEpochMilli(task.modifiedMillis()).plus(KEPT))) {
      tx.delete(Tables.TASK, row.key());
      tx.deleteAll(Tables.TASK_REPORT, Key.of(id));
    }
  }

  /** StopThingRegistrationTask: the line it is at is finished; one that has ended stays so. */
  public void stop(String id) {
    shard.call(
        tx -> {
          TaskRow row = require(tx, id);
          if (row.status().equals(Status.IN_PROGRESS.name())) {
            put(tx, id, row.ended(Status.CANCELLING.name(), null, tx.now().toEpochMilli()));
          }
          return id;
        });
  }

  /** DescribeThingRegistrationTask. */
  public DescribeThingRegistrationTaskResponse describe(String id) {
    TaskRow row = require(shard.durable(), id);
    return DescribeThingRegistrationTaskResponse.builder()
        .taskId(id)
        .creationDate(Instant.ofEpochMilli(row.createdMillis()))
        .lastModifiedDate(Instant.ofEpochMilli(row.modifiedMillis()))
        .templateBody(row.templateBody())
        .inputFileBucket(row.bucket())
        .inputFileKey(row.key())
        .roleArn(row.roleArn())
        .status(Status.valueOf(row.status()))
        .message(row.message())
        .successCount(row.succeeded())
        .failureCount(row.failed())
        .percentageProgress((int) (row.size() == 0 ? 100 : row.offset() * 100 / row.size()))
        .build();
  }

  /** ListThingRegistrationTasks: their ids. */
  public ListThingRegistrationTasksResponse list(
      @Nullable Status status, @Nullable Integer maxResults, @Nullable String nextToken) {
    Page<String> page =
        Page.filtered(
            shard.durable(),
            Tables.TASK,
            Key.ALL,
            Page.Size.RESULTS.of(maxResults),
            nextToken,
            row ->
                status == null
                        || Json.decode(row.value(), TaskRow.class).status().equals(status.name())
                    ? row.key().read().text()
                    : null);
    return new ListThingRegistrationTasksResponse(page.items(), page.next());
  }

  /** ListThingRegistrationTaskReports: where the parts of a report are; none when it is empty. */
  public ListThingRegistrationTaskReportsResponse reports(
      String id, ReportType type, @Nullable Integer maxResults, @Nullable String nextToken) {
    if (nextToken != null) {
      throw Templates.invalid("nextToken was not given by this listing: it has one page");
    }
    int limit = Page.Size.RESULTS.of(maxResults);
    TaskRow row = require(shard.durable(), id);
    int lines = type == ReportType.RESULTS ? row.succeeded() : row.failed();
    int parts = Math.min(limit, (lines + REPORT_LINES - 1) / REPORT_LINES);
    List<String> links =
        IntStream.range(0, parts)
            .mapToObj(part -> reports + "?task=" + id + "&type=" + type + "&part=" + part)
            .toList();
    return new ListThingRegistrationTaskReportsResponse(links, type, null);
  }

  /** A part of a report, a JSON object on each line. */
  public String report(String id, ReportType type, int part) {
    Rows rows = shard.durable();
    require(rows, id);
    StringBuilder text = new StringBuilder();
    Key prefix = Key.of(id, type.ordinal());
    rows.scan(Tables.TASK_REPORT, prefix, null, (part + 1) * REPORT_LINES).stream()
        .skip((long) part * REPORT_LINES)
        .forEach(row -> text.append(new String(row.value(), StandardCharsets.UTF_8)).append('\n'));
    return text.toString();
  }

  static TaskRow require(Rows rows, String id) {
    byte[] stored = rows.get(Tables.TASK, Key.of(id));
    if (stored == null) {
      throw new ApiException(AwsError.RESOURCE_NOT_FOUND, "there is no bulk registration " + id);
    }
    return Json.decode(stored, TaskRow.class);
  }

  static void put(Tx tx, String id, TaskRow row) {
    tx.put(Tables.TASK, Key.of(id), Json.encode(row));
  }
}
