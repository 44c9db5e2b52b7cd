package io.thingstead.function;

import io.thingstead.account.Account;
import io.thingstead.function.Interpreters.Interpreter;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Where the functions of all accounts run: what this machine has for it, the sandbox, and the ways
 * between a process and the server. Any thread may use it.
 */
public final class FunctionHost implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(FunctionHost.class.getName());

  /** Ports of the sandbox's own loopback interface. */
  private static final int API_PORT = 9001;

  private static final int SERVER_PORT = 8443;
  private static final String PATH = "/usr/local/bin:/usr/bin:/bin";
  private static final int SECRET_BYTES = 24;
  private static final long MIB = 1 << 20;
  private static final List<String> FILES =
      List.of("bootstrap.mjs", "bootstrap.py", "forward.mjs", "forward.py");

  private final boolean allowUnsandboxed;
  private final boolean openNetwork;
  private final Path hidden;
  private final Doors doors;
  private final Reach reach;
  private final Path runtime;
  private final CodeShelf shelf;
  private final Means means;
  private final AtomicLong numbers = new AtomicLong();
  private @Nullable Tools tools;

  /**
   * What a host works with.
   *
   * @param path where programs are looked for, first to last
   * @param threads a virtual thread for each task
   * @param processes makes the thread that a process lives on: a platform's, for the kernel ends
   *     the process with it
   */
  public record Means(
      List<Path> path,
      Executor threads,
      ThreadFactory processes,
      InstantSource clock,
      RandomGenerator random) {}

  /**
   * How functions reach the server.
   *
   * @param hosts the names that its certificate covers
   * @param address where its port for everything listens; asked when a process starts
   * @param caPem the CA that they trust
   */
  public record Reach(List<String> hosts, Supplier<InetSocketAddress> address, Path caPem) {}

  /**
   * Clears what a former run has left.
   *
   * @param directory its own, in the data directory
   * @param allowUnsandboxed whether functions run without a sandbox
   * @param openNetwork whether those in the sandbox share the machine's network
   */
  public FunctionHost(
      Path directory, boolean allowUnsandboxed, boolean openNetwork, Reach reach, Means means) {
    this.allowUnsandboxed = allowUnsandboxed;
    this.openNetwork = openNetwork;
    this.means = means;
    this.reach = reach;
    shelf = new CodeShelf(directory.resolve("code"));
    runtime = directory.resolve("runtime");
    doors = new Doors(means.threads(), reach.address());
    hidden = Objects.requireNonNull(directory.toAbsolutePath().getParent());
  }

  /**
   * What this machine has, found out once.
   *
   * @param scratch a directory for sockets, whose paths must be short
   */
  private record Tools(Sandbox sandbox, Interpreters interpreters, RuntimeApi api, Path scratch) {}

  private synchronized Tools tools() {
    Tools known = tools;
    if (known != null) {
      return known;
    }
    Path scratch = prepare();
    Sandbox sandbox = Sandbox.find(means.path(), allowUnsandboxed, openNetwork, hidden, runtime);
    Interpreters interpreters = Interpreters.find(means.path());
    boolean shares = !(sandbox instanceof Sandbox.Missing) && !sandbox.closedNetwork();
    Tools found =
        new Tools(sandbox, interpreters, new RuntimeApi(means.threads(), shares), scratch);
    tools = found;
    switch (sandbox) {
      case Sandbox.Bubblewrap _ -> {}
      case Sandbox.Open _ ->
          LOG.log(
              System.Logger.Level.WARNING,
              "functions run without a sandbox: they may do all that the server's user may do");
      case Sandbox.Missing(String why) ->
          LOG.log(System.Logger.Level.WARNING, "no function will run: {0}", why);
    }
    return found;
  }

  /** Finds out what this machine can do, for there are functions: takes a part of a second. */
  void warm() {
    means.threads().execute(this::tools);
  }

  private Path prepare() {
    try {
      Files.createDirectories(runtime);
      for (String each : FILES) {
        try (InputStream in =
            Objects.requireNonNull(FunctionHost.class.getResourceAsStream(each), each)) {
          Files.copy(in, runtime.resolve(each), StandardCopyOption.REPLACE_EXISTING);
        }
      }
      Files.copy(reach.caPem(), runtime.resolve("ca.pem"), StandardCopyOption.REPLACE_EXISTING);
      Files.writeString(
          runtime.resolve("hosts"),
          "127.0.0.1 localhost " + String.join(" ", reach.hosts()) + "\n");
      Files.writeString(
          runtime.resolve("passwd"), "function:x:993:990:function:/tmp:/usr/sbin/nologin\n");
      return Files.createTempDirectory("ts-fn");
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make room for functions in " + runtime, e);
    }
  }

  InstantSource clock() {
    return means.clock();
  }

  Executor threads() {
    return means.threads();
  }

  String newId() {
    return new UUID(means.random().nextLong(), means.random().nextLong()).toString();
  }

  /**
   * Refuses a function that cannot run here.
   *
   * @throws ApiException ACCESS_DENIED without a sandbox, INVALID_RUNTIME without its interpreter
   */
  void require(Language language) {
    tools().sandbox().require();
    var _ = interpreters(language);
  }

  private List<Interpreter> interpreters(Language language) {
    Interpreter node = tools().interpreters().node();
    Interpreter python = tools().interpreters().python();
    return switch (language) {
      case NODE -> List.of(present(node, "Node.js (node)"));
      case PYTHON -> List.of(present(python, "Python (python3)"));
      case PROVIDED -> {
        if (!tools().sandbox().closedNetwork()) {
          yield List.of();
        }
        yield List.of(
            present(python == null ? node : python, "Python or Node.js, which carry its calls"));
      }
    };
  }

  private static Interpreter present(@Nullable Interpreter interpreter, String what) {
    if (interpreter == null) {
      throw new ApiException(
          AwsError.INVALID_RUNTIME, "the server's machine has no " + what + ": install it");
    }
    return interpreter;
  }

  /** What a process is made of. */
  record Recipe(
      Account account,
      String name,
      FunctionRow row,
      Map<String, String> environment,
      RoleKeys keys,
      Supplier<CodeArchive> archive) {}

  /** Starts a process; it is used up when it is dead. */
  Worker start(Recipe recipe, FunctionLog log, Runnable whenDead) {
    FunctionRow row = recipe.row();
    Language language = Language.of(row.runtime());
    List<Interpreter> with = interpreters(language);
    Worker worker =
        new Worker(
            new Worker.Facts(
                recipe.name(),
                FunctionName.arn(recipe.account(), recipe.name()),
                row.revisionId(),
                row.timeoutSeconds(),
                language != Language.PROVIDED,
                tools().sandbox() instanceof Sandbox.Open,
                recipe.keys().expiration()),
            log,
            means.clock());
    Path code =
        shelf.take(
            recipe.account().id() + "-" + recipe.name() + "-" + row.codeSha256().substring(0, 16),
            recipe.archive());
    means
        .processes()
        .newThread(
            () -> {
              try {
                live(worker, recipe, language, with, code);
              } finally {
                worker.kill();
                shelf.giveBack(code);
                whenDead.run();
              }
            })
        .start();
    return worker;
  }

  private void live(
      Worker worker, Recipe recipe, Language language, List<Interpreter> with, Path code) {
    Path room = tools().scratch().resolve(String.valueOf(numbers.incrementAndGet()));
    byte[] bytes = new byte[SECRET_BYTES];
    means.random().nextBytes(bytes);
    String secret = HexFormat.of().formatHex(bytes);
    boolean closed = tools().sandbox().closedNetwork();
    try {
      Files.createDirectory(room);
      try (ServerSocketChannel _ =
              closed ? tools().api().serve(room.resolve("api"), worker) : null;
          ServerSocketChannel _ = closed ? doors.open(room.resolve("server")) : null) {
        tools().api().register(secret, worker);
        Sandbox.Plan plan =
            new Sandbox.Plan(
                command(language, with, code, room),
                code,
                runtime,
                room,
                with,
                recipe.row().memoryMiB() * MIB,
                recipe.row().temporaryMiB() * MIB);
        ProcessBuilder builder =
            new ProcessBuilder(tools().sandbox().wrapped(plan)).directory(code.toFile());
        builder.environment().clear();
        // What runs outside of the sandbox must not be led astray by a function's variables.
        builder.environment().put("PATH", PATH);
        Files.writeString(room.resolve("environment"), script(environment(recipe, code, secret)));
        worker.live(builder);
      }
    } catch (IOException e) {
      LOG.log(System.Logger.Level.ERROR, "cannot start function " + recipe.name(), e);
      worker.died();
    } finally {
      tools().api().forget(secret);
      CodeShelf.delete(room);
    }
  }

  /** Variables as a shell reads them; their names are checked. */
  private static String script(Map<String, String> variables) {
    StringBuilder script = new StringBuilder();
    variables.forEach(
        (name, value) ->
            script.append(name).append("='").append(value.replace("'", "'\\''")).append("'\n"));
    return script.toString();
  }

  private boolean confined() {
    return !(tools().sandbox() instanceof Sandbox.Open);
  }

  private List<String> command(Language language, List<Interpreter> with, Path code, Path room) {
    String files = confined() ? Sandbox.RUNTIME : runtime.toString();
    String task = confined() ? Sandbox.TASK : code.toString();
    String variables = (confined() ? Sandbox.DOORS : room.toString()) + "/environment";
    List<String> command =
        new ArrayList<>(List.of("/bin/sh", "-c", "set -a; . \"$0\"; exec \"$@\"", variables));
    if (!with.isEmpty()) {
      Interpreter interpreter = with.getFirst();
      boolean python = interpreter.equals(tools().interpreters().python());
      command.add(interpreter.executable().toString());
      command.add(
          files
              + (language == Language.PROVIDED ? "/forward" : "/bootstrap")
              + (python ? ".py" : ".mjs"));
    }
    if (language == Language.PROVIDED) {
      command.add(task + "/bootstrap");
    }
    return command;
  }

  private Map<String, String> environment(Recipe recipe, Path code, String secret) {
    FunctionRow row = recipe.row();
    String region = recipe.account().region();
    RoleKeys keys = recipe.keys();
    Map<String, String> all = new TreeMap<>();
    all.put("PATH", PATH);
    all.put("LANG", "C.UTF-8");
    all.put("TZ", ":UTC");
    all.put("HOME", "/tmp");
    all.put("PYTHONDONTWRITEBYTECODE", "1");
    all.putAll(recipe.environment());
    all.put("AWS_LAMBDA_FUNCTION_NAME", recipe.name());
    all.put("AWS_LAMBDA_FUNCTION_VERSION", FunctionName.LATEST);
    all.put("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", String.valueOf(row.memoryMiB()));
    all.put("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/" + recipe.name());
    all.put("AWS_LAMBDA_LOG_STREAM_NAME", FunctionName.LATEST);
    all.put("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand");
    all.put("AWS_EXECUTION_ENV", "AWS_Lambda_" + row.runtime());
    all.put("AWS_REGION", region);
    all.put("AWS_DEFAULT_REGION", region);
    all.put("AWS_ACCESS_KEY_ID", keys.accessKeyId());
    all.put("AWS_SECRET_ACCESS_KEY", keys.secretAccessKey());
    if (keys.sessionToken() != null) {
      all.put("AWS_SESSION_TOKEN", keys.sessionToken());
    }
    String ca = confined() ? Sandbox.RUNTIME + "/ca.pem" : runtime.resolve("ca.pem").toString();
    all.put("AWS_CA_BUNDLE", ca);
    all.put("NODE_EXTRA_CA_CERTS", ca);
    all.put("_HANDLER", row.handler());
    all.put("LAMBDA_TASK_ROOT", confined() ? Sandbox.TASK : code.toString());
    all.put("LAMBDA_RUNTIME_DIR", confined() ? Sandbox.RUNTIME : runtime.toString());
    boolean closed = tools().sandbox().closedNetwork();
    all.put(
        "AWS_LAMBDA_RUNTIME_API", closed ? "127.0.0.1:" + API_PORT : tools().api().address(secret));
    int port = closed ? SERVER_PORT : reach.address().get().getPort();
    all.put("AWS_ENDPOINT_URL", "https://" + host() + ":" + port);
    if (closed) {
      all.put(
          "THINGSTEAD_FORWARD",
          API_PORT + "=" + Sandbox.DOORS + "/api," + SERVER_PORT + "=" + Sandbox.DOORS + "/server");
    }
    return all;
  }

  /** A name that leads here from here. */
  private String host() {
    return reach.hosts().contains("localhost") ? "localhost" : reach.hosts().getFirst();
  }

  @Override
  public synchronized void close() {
    Tools known = tools;
    if (known != null) {
      known.api().close();
      CodeShelf.delete(known.scratch());
    }
  }
}
