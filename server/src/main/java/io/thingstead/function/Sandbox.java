package io.thingstead.function;

import io.thingstead.function.Interpreters.Interpreter;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** How functions are kept from what is not theirs. */
sealed interface Sandbox {
  System.Logger LOG = System.getLogger(Sandbox.class.getName());

  /** Where a function finds its code. */
  String TASK = "/var/task";

  /** Where it finds what runs it. */
  String RUNTIME = "/opt/thingstead";

  /** Where it finds the sockets that lead out. */
  String DOORS = "/run/thingstead";

  /**
   * Bubblewrap: namespaces of its own for users, processes, files, network and names. Of the
   * machine's files it sees the system's programs and libraries, read-only, and nothing else; its
   * {@code /tmp} is its own and bounded; its network is an empty loopback interface.
   *
   * @param program {@code bwrap}
   * @param openNetwork whether it shares the machine's network after all
   * @param hidden the data directory, which nobody sees even if it lies in the system's
   */
  record Bubblewrap(Path program, boolean openNetwork, Path hidden) implements Sandbox {
    private List<String> line(Plan plan) {
      List<String> line = new ArrayList<>(List.of(program.toString(), "--unshare-all"));
      if (openNetwork) {
        line.add("--share-net");
        for (String each : List.of("/etc/resolv.conf", "/etc/nsswitch.conf")) {
          line.addAll(List.of("--ro-bind-try", each, each));
        }
      }
      line.addAll(List.of("--die-with-parent", "--new-session", "--cap-drop", "ALL"));
      line.addAll(List.of("--uid", "993", "--gid", "990", "--hostname", "function"));
      line.addAll(system());
      if (hidden.startsWith("/usr")) {
        line.addAll(List.of("--tmpfs", hidden.toString()));
      }
      line.addAll(List.of("--proc", "/proc", "--dev", "/dev"));
      line.addAll(List.of("--size", String.valueOf(plan.temporaryBytes), "--tmpfs", "/tmp"));
      for (Interpreter each : plan.interpreters) {
        for (Path needed : each.needs()) {
          if (!needed.startsWith("/usr")) {
            line.addAll(List.of("--ro-bind-try", needed.toString(), needed.toString()));
          }
        }
      }
      line.addAll(List.of("--ro-bind", plan.code.toString(), TASK));
      line.addAll(List.of("--ro-bind", plan.runtime.toString(), RUNTIME));
      line.addAll(List.of("--ro-bind", plan.doors.toString(), DOORS));
      line.addAll(List.of("--ro-bind", plan.runtime.resolve("hosts").toString(), "/etc/hosts"));
      line.addAll(List.of("--ro-bind", plan.runtime.resolve("passwd").toString(), "/etc/passwd"));
      line.addAll(List.of("--chdir", TASK, "--"));
      return line;
    }
  }

  /** None: functions may do what the server's user may. */
  record Open() implements Sandbox {}

  /**
   * None, and so no functions.
   *
   * @param why for people
   */
  record Missing(String why) implements Sandbox {}

  /** What a process needs. */
  record Plan(
      List<String> command,
      Path code,
      Path runtime,
      Path doors,
      List<Interpreter> interpreters,
      long memoryBytes,
      long temporaryBytes) {
    public Plan {
      command = List.copyOf(command);
      interpreters = List.copyOf(interpreters);
    }
  }

  /** Files that one process may have open. */
  int OPEN_FILES = 1024;

  int PROBE_SECONDS = 10;

  /**
   * Tries whether Bubblewrap works here, which depends on the kernel and its settings.
   *
   * @param allowOpen whether functions may run without
   * @param hidden the data directory
   * @param scratch a directory that anything may be read in
   */
  static Sandbox find(
      List<Path> path, boolean allowOpen, boolean openNetwork, Path hidden, Path scratch) {
    if (allowOpen) {
      return new Open();
    }
    Path program = Interpreters.which(path, "bwrap");
    if (program == null) {
      return new Missing("bubblewrap (bwrap) is not installed");
    }
    Bubblewrap sandbox = new Bubblewrap(program, openNetwork, hidden);
    Plan nothing =
        new Plan(
            List.of("/usr/bin/true"), scratch, scratch, scratch, List.of(), 1L << 30, 1L << 20);
    try {
      Process process =
          new ProcessBuilder(sandbox.wrapped(nothing)).redirectErrorStream(true).start();
      boolean ended = process.waitFor(PROBE_SECONDS, TimeUnit.SECONDS);
      if (!ended) {
        process.destroyForcibly();
        return new Missing("bubblewrap does not end on this machine");
      }
      String said =
          new String(process.getInputStream().readNBytes(1000), StandardCharsets.UTF_8).strip();
      return process.exitValue() == 0
          ? sandbox
          : new Missing("bubblewrap does not work on this machine: " + said);
    } catch (IOException e) {
      return new Missing("bubblewrap cannot be run: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Missing("the server stops");
    }
  }

  /**
   * Refuses to run anything without a sandbox that nobody has waived.
   *
   * @throws ApiException ACCESS_DENIED
   */
  default void require() {
    if (this instanceof Missing(String why)) {
      throw new ApiException(
          AwsError.ACCESS_DENIED,
          "functions do not run on this server: "
              + why
              + ". Install bubblewrap, or start the server with --allow-unsandboxed-functions if"
              + " you trust every function with all that the server's user may do");
    }
  }

  /** Whether the process has a network of its own and needs doors out of it. */
  default boolean closedNetwork() {
    return this instanceof Bubblewrap(_, boolean openNetwork, _) && !openNetwork;
  }

  /** The whole command line. */
  default List<String> wrapped(Plan plan) {
    List<String> line = new ArrayList<>();
    // Each process of it may have so much data of its own; the kernel counts.
    line.addAll(
        List.of(
            "prlimit", "--data=" + plan.memoryBytes, "--core=0", "--nofile=" + OPEN_FILES, "--"));
    switch (this) {
      case Bubblewrap bubblewrap -> line.addAll(bubblewrap.line(plan));
      // A session of its own is a process group of its own, so that all of it can be stopped.
      case Open _ -> line.add("setsid");
      case Missing _ -> require();
    }
    line.addAll(plan.command);
    return line;
  }

  private static List<String> system() {
    List<String> line = new ArrayList<>(List.of("--ro-bind", "/usr", "/usr"));
    for (String each : List.of("/bin", "/sbin", "/lib", "/lib64", "/lib32")) {
      Path path = Path.of(each);
      try {
        if (Files.isSymbolicLink(path)) {
          line.addAll(List.of("--symlink", Files.readSymbolicLink(path).toString(), each));
        } else if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
          line.addAll(List.of("--ro-bind", each, each));
        }
      } catch (IOException e) {
        LOG.log(System.Logger.Level.WARNING, "functions do without " + each, e);
      }
    }
    for (String each :
        List.of(
            "/etc/alternatives", "/etc/ld.so.cache", "/etc/localtime", "/etc/ssl", "/etc/pki")) {
      line.addAll(List.of("--ro-bind-try", each, each));
    }
    return line;
  }
}
