package io.thingstead.function;

import io.thingstead.function.Invocation.Ended;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * One process of a function. It has one event at a time: {@link #run} gives it to whoever of the
 * process asks for the {@link #next} one and waits for the answer. A process that is too late or
 * dies is not used again.
 */
final class Worker {
  private static final System.Logger LOG = System.getLogger(Worker.class.getName());
  private static final JsonMapper JSON = JsonMapper.builder().build();

  /** Has no id. */
  private static final Invocation END = Invocation.of("", new byte[0], null);

  private static final int LINE_BYTES_MAX = 16 * 1024;
  private static final int TAIL_CHARS = 4096;
  private static final String MARK = "\0end ";

  /** From the start of a process to its first question. */
  private static final Duration INIT = Duration.ofSeconds(10);

  /** How long an answer waits for what the handler has written before it. */
  private static final Duration LOGGED = Duration.ofSeconds(1);

  private static final Duration LOGGED_WITHOUT_MARK = Duration.ofMillis(20);

  private final Facts facts;
  private final FunctionLog log;
  private final InstantSource clock;
  private final BlockingQueue<Invocation> events = new ArrayBlockingQueue<>(2);
  private final StringBuilder tail = new StringBuilder();
  private volatile @Nullable Process process;
  private volatile @Nullable Invocation current;
  private volatile @Nullable Ended initError;
  private volatile boolean dead;
  private volatile long idleSinceMillis;

  /**
   * What is known of it from the start.
   *
   * @param marks whether it tells the end of what the handler has written
   * @param group whether it leads a process group that is to be stopped as a whole
   * @param until when its credentials end, at the latest
   */
  record Facts(
      String function,
      String arn,
      String revision,
      int timeoutSeconds,
      boolean marks,
      boolean group,
      Instant until) {}

  Worker(Facts facts, FunctionLog log, InstantSource clock) {
    this.facts = facts;
    this.log = log;
    this.clock = clock;
    idleSinceMillis = clock.millis();
  }

  Facts facts() {
    return facts;
  }

  String arn() {
    return facts.arn();
  }

  long deadlineMillis(Invocation event) {
    return clock.millis() + TimeUnit.SECONDS.toMillis(facts.timeoutSeconds());
  }

  boolean dead() {
    return dead;
  }

  long idleSinceMillis() {
    return idleSinceMillis;
  }

  // The process's life, on a thread of its own.

  /**
   * Starts the process, reads what it writes and returns when it has ended. The thread lives as
   * long as the process does: when it ends, the kernel ends the process.
   */
  void live(ProcessBuilder builder) {
    int code = -1;
    try {
      Process started = builder.redirectErrorStream(true).start();
      process = started;
      if (dead) {
        kill();
      }
      started.getOutputStream().close();
      read(started.getInputStream());
      code = started.waitFor();
    } catch (IOException e) {
      written("the process cannot be started: " + e.getMessage());
    } catch (InterruptedException e) {
      kill();
    }
    exited(code);
  }

  private void read(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    byte[] some = new byte[8192];
    for (int count = in.read(some); count >= 0; count = in.read(some)) {
      for (int i = 0; i < count; i++) {
        if (some[i] == '\n' || line.size() == LINE_BYTES_MAX) {
          written(line.toString(StandardCharsets.UTF_8));
          line.reset();
        }
        if (some[i] != '\n') {
          line.write(some[i]);
        }
      }
    }
    if (line.size() > 0) {
      written(line.toString(StandardCharsets.UTF_8));
    }
  }

  private void written(String line) {
    int mark = line.indexOf(MARK);
    String text = mark < 0 ? line : line.substring(0, mark);
    if (!text.isEmpty()) {
      log(text.replace('\r', '\n'));
    }
    Invocation now = current;
    if (mark >= 0 && now != null && line.endsWith(now.id())) {
      now.logged().complete(null);
    }
  }

  private void log(String text) {
    log.add(clock.millis(), text);
    synchronized (tail) {
      tail.append(text).append('\n');
      if (tail.length() > 2 * TAIL_CHARS) {
        tail.delete(0, tail.length() - TAIL_CHARS);
      }
    }
  }

  private void exited(int code) {
    dead = true;
    events.clear();
    var _ = events.offer(END);
    Invocation now = current;
    if (now != null) {
      Ended why = initError;
      now.ended().complete(why == null ? exitError(now, code) : why);
      now.logged().complete(null);
    }
  }

  /** It never came to life. */
  void died() {
    exited(-1);
  }

  private static Ended exitError(Invocation event, int code) {
    String how =
        code > 128 ? "signal: " + (code == 137 ? "killed" : code - 128) : "exit status " + code;
    return error(
        "Runtime.ExitError",
        "RequestId: "
            + event.id()
            + " Error: "
            + (code == 0
                ? "Runtime exited without providing a reason"
                : "Runtime exited with error: " + how));
  }

  private static Ended error(String type, String message) {
    byte[] json =
        JSON.writeValueAsBytes(
            JSON.createObjectNode().put("errorType", type).put("errorMessage", message));
    return new Ended(json, FunctionResult.UNHANDLED);
  }

  /** Ends the process and all that it has started, without asking. */
  void kill() {
    dead = true;
    Process running = process;
    if (running == null) {
      return;
    }
    if (facts.group()) {
      running.descendants().forEach(ProcessHandle::destroyForcibly);
      try {
        var _ =
            new ProcessBuilder("sh", "-c", "kill -KILL -- -" + running.pid())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor(1, TimeUnit.SECONDS);
      } catch (IOException e) {
        LOG.log(System.Logger.Level.WARNING, "cannot stop a function's process group", e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    running.destroyForcibly();
  }

  // What the process says, on threads of the Runtime API.

  /** Waits for an event; null when the process is to end. */
  @Nullable Invocation next() throws InterruptedException {
    if (dead) {
      return null;
    }
    Invocation next = events.take();
    if (next.id().isEmpty()) {
      var _ = events.offer(END);
      return null;
    }
    next.taken().complete(null);
    return next;
  }

  private boolean ended(String id, Ended how) {
    Invocation now = current;
    return now != null && now.id().equals(id) && now.ended().complete(how);
  }

  boolean answered(String id, byte[] body) {
    return ended(id, new Ended(body, null));
  }

  boolean failed(String id, byte[] body) {
    return ended(id, new Ended(body, FunctionResult.UNHANDLED));
  }

  void tooLong(String id) {
    var _ =
        ended(
            id,
            error(
                "Function.ResponseSizeTooLarge",
                "Response payload size exceeded maximum allowed payload size (6291556 bytes)."));
  }

  void initFailed(byte[] body) {
    Ended how = new Ended(body, FunctionResult.UNHANDLED);
    initError = how;
    Invocation now = current;
    if (now != null) {
      now.ended().complete(how);
    }
  }

  // One event, on the caller's thread.

  /**
   * Has the process handle an event.
   *
   * @param patience of the caller; the function's own timeout may be shorter
   */
  FunctionResult run(Invocation event, Duration patience) throws InterruptedException {
    long begun = System.nanoTime();
    synchronized (tail) {
      tail.setLength(0);
    }
    log("START RequestId: " + event.id() + " Version: " + FunctionName.LATEST);
    current = event;
    events.put(event);
    if (dead) {
      exited(-1);
    }
    Ended how = await(event, patience);
    await(event.logged(), facts.marks() ? LOGGED : LOGGED_WITHOUT_MARK);
    current = null;
    idleSinceMillis = clock.millis();
    double millis = (System.nanoTime() - begun) / 1e6;
    log("END RequestId: " + event.id());
    log(
        String.format(
            Locale.ROOT,
            "REPORT RequestId: %s\tDuration: %.2f ms%s",
            event.id(),
            millis,
            told(how)));
    synchronized (tail) {
      int from = Math.max(0, tail.length() - TAIL_CHARS);
      return new FunctionResult(how.payload(), how.error(), tail.substring(from));
    }
  }

  private static String told(Ended how) {
    return how.error() == null ? "" : "\tStatus: error";
  }

  private Ended await(Invocation event, Duration patience) throws InterruptedException {
    long begun = System.nanoTime();
    boolean taken =
        await(CompletableFuture.anyOf(event.taken(), event.ended()), shorter(INIT, patience));
    Duration left = patience.minusNanos(System.nanoTime() - begun);
    Duration own = Duration.ofSeconds(facts.timeoutSeconds());
    if (taken && await(event.ended(), shorter(own, left))) {
      return event.ended().join();
    }
    Duration allowed = taken ? shorter(own, patience) : shorter(INIT, patience);
    var _ =
        event
            .ended()
            .complete(
                error(
                    "Sandbox.Timedout",
                    String.format(
                        Locale.ROOT,
                        "RequestId: %s Error: Task timed out after %.2f seconds",
                        event.id(),
                        allowed.toMillis() / 1e3)));
    kill();
    return event.ended().join();
  }

  private static Duration shorter(Duration a, Duration b) {
    return a.compareTo(b) < 0 ? a : b;
  }

  /** Whether it completed in time. */
  private static boolean await(CompletableFuture<?> future, Duration most)
      throws InterruptedException {
    try {
      future.get(Math.max(0, most.toNanos()), TimeUnit.NANOSECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      throw new CompletionException(e);
    }
  }
}
