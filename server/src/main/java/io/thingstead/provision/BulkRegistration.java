package io.thingstead.provision;

import io.thingstead.account.Account;
import io.thingstead.api.iot.ReportType;
import io.thingstead.api.iot.Status;
import io.thingstead.engine.AccountShard;
import io.thingstead.engine.Command;
import io.thingstead.engine.Key;
import io.thingstead.engine.StoreUnavailableException;
import io.thingstead.engine.Tx;
import io.thingstead.model.ApiException;
import io.thingstead.model.template.ProvisioningTemplate;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * One bulk registration at work, on a virtual thread. A line's thing, what is told of it and how
 * far the work has come are one command, so that after a crash no line is done twice or left out.
 */
final class BulkRegistration implements Runnable {
  private static final System.Logger LOG = System.getLogger(BulkRegistration.class.getName());
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final int LINE_BYTES_MAX = 256 * 1024;

  private final Account account;
  private final AccountShard shard;
  private final Enrolment enrolment;
  private final Writing writing;
  private final Buckets buckets;
  private final String id;

  BulkRegistration(
      Account account,
      AccountShard shard,
      Enrolment enrolment,
      Writing writing,
      Buckets buckets,
      String id) {
    this.account = account;
    this.shard = shard;
    this.enrolment = enrolment;
    this.writing = writing;
    this.buckets = buckets;
    this.id = id;
  }

  @Override
  public void run() {
    try {
      TaskRow task = RegistrationTasks.require(shard.durable(), id);
      ProvisioningTemplate template =
          Templates.read(task.templateBody(), ProvisioningTemplate.Use.REGISTRATION);
      try (InputStream in =
          new BufferedInputStream(Files.newInputStream(buckets.file(task.bucket(), task.key())))) {
        in.skipNBytes(task.offset());
        lines(template, in, task);
      }
    } catch (ApiException e) {
      end(Status.FAILED, e.text());
    } catch (IOException e) {
      end(Status.FAILED, "the file cannot be read: " + e.getMessage());
    } catch (StoreUnavailableException | IllegalStateException e) {
      // The server ends, or cannot write now: the next start goes on.
      LOG.log(
          System.Logger.Level.WARNING,
          "bulk registration " + id + " of account " + account.id() + " waits for the next start",
          e);
    } catch (RuntimeException e) {
      LOG.log(
          System.Logger.Level.ERROR,
          "bulk registration " + id + " of account " + account.id() + " failed",
          e);
      end(Status.FAILED, "the server failed at a line; its log says why");
    }
  }

  private void lines(ProvisioningTemplate template, InputStream in, TaskRow from)
      throws IOException {
    long offset = from.offset();
    long number = from.lines();
    for (byte[] line = line(in); line != null; line = line(in)) {
      offset += line.length;
      number++;
      Status status =
          line(template, new String(line, StandardCharsets.UTF_8).strip(), number, offset);
      if (status == Status.CANCELLING) {
        end(Status.CANCELLED, null);
        return;
      }
    }
    end(Status.COMPLETED, null);
  }

  /** The next line with its end, or null behind the last. */
  private static byte @Nullable [] line(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int next = in.read(); next >= 0; next = in.read()) {
      line.write(next);
      if (next == '\n') {
        return line.toByteArray();
      }
      if (line.size() > LINE_BYTES_MAX) {
        throw new IOException("a line has more than " + LINE_BYTES_MAX + " bytes");
      }
    }
    return line.size() == 0 ? null : line.toByteArray();
  }

  /** The task's status after a line. */
  private Status line(ProvisioningTemplate template, String text, long number, long offset) {
    try {
      Command<Provisioned> command = enrolment.command(Enrolment.fill(template, read(text)));
      return shard.call(
          tx -> {
            Provisioned made = command.decide(tx);
            Map<String, Object> response = new LinkedHashMap<>();
            response.put("CertificatePem", made.certificatePem());
            response.put("ResourceArns", made.resourceArns());
            return done(tx, ReportType.RESULTS, number, offset, response);
          });
    } catch (ApiException e) {
      return shard.call(
          tx -> done(tx, ReportType.ERRORS, number, offset, Map.of("Error", e.text())));
    }
  }

  private Status done(Tx tx, ReportType type, long number, long offset, Map<String, ?> response) {
    TaskRow task = RegistrationTasks.require(tx, id);
    long now = tx.now().toEpochMilli();
    RegistrationTasks.put(tx, id, task.line(type == ReportType.RESULTS, offset, now));
    Map<String, Object> report = new LinkedHashMap<>();
    report.put("LineNumber", number);
    report.put("Offset", offset);
    report.put("Response", response);
    tx.put(Tables.TASK_REPORT, Key.of(id, type.ordinal(), number), JSON.writeValueAsBytes(report));
    return Status.valueOf(task.status());
  }

  private static Map<String, String> read(String line) {
    JsonNode read;
    try {
      read = JSON.readTree(line);
    } catch (JacksonException e) {
      throw Templates.invalid("the line is no JSON");
    }
    if (!read.isObject()) {
      throw Templates.invalid("the line is no JSON object of parameters");
    }
    Map<String, String> parameters = new HashMap<>();
    for (Map.Entry<String, JsonNode> each : read.properties()) {
      if (!each.getValue().isString()) {
        throw Templates.invalid("the parameter " + each.getKey() + " is no string");
      }
      parameters.put(each.getKey(), each.getValue().asString());
    }
    return parameters;
  }

  private void end(Status status, @Nullable String message) {
    TaskRow ended =
        shard.call(
            tx -> {
              TaskRow task = RegistrationTasks.require(tx, id);
              TaskRow over = task.ended(status.name(), message, tx.now().toEpochMilli());
              RegistrationTasks.put(tx, id, over);
              return over;
            });
    // Each line has its place in the reports; here is only what came of them all.
    writing.byItself(
        "iot:RegisterThing",
        Map.of(
            "taskId", id,
            "by", "bulk-registration",
            "status", status.name(),
            "succeeded", String.valueOf(ended.succeeded()),
            "failed", String.valueOf(ended.failed())));
  }
}
