package io.thingstead.function;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What this machine has to run handlers with.
 *
 * @param node null when there is none
 * @param python null when there is none
 */
record Interpreters(@Nullable Interpreter node, @Nullable Interpreter python) {
  private static final int ANSWER_SECONDS = 10;

  /**
   * One of them.
   *
   * @param needs the files and directories without which it does not run, itself among them
   */
  record Interpreter(Path executable, List<Path> needs) {
    Interpreter {
      needs = List.copyOf(needs);
    }
  }

  /**
   * Asks what the search path has; takes some tens of milliseconds.
   *
   * @param path directories, first to last
   */
  static Interpreters find(List<Path> path) {
    Interpreter node = null;
    String told = answer(path, "node", "-p", "fs.realpathSync(process.execPath)");
    if (told != null) {
      node = parse(told);
    }
    String python =
        answer(
            path,
            "python3",
            "-c",
            "import os, sys; print(os.path.realpath(sys.executable));"
                + " print(os.path.join(sys.base_prefix, 'lib'));"
                + " print(os.path.join(sys.base_exec_prefix, sys.platlibdir))");
    return new Interpreters(node, python == null ? null : parse(python));
  }

  /** The first line is the executable, further ones what it needs. */
  private static @Nullable Interpreter parse(String answer) {
    List<Path> paths = answer.strip().lines().map(Path::of).distinct().toList();
    return paths.isEmpty() ? null : new Interpreter(paths.getFirst(), paths);
  }

  static @Nullable Path which(List<Path> path, String name) {
    return path.stream()
        .map(each -> each.resolve(name))
        .filter(Files::isExecutable)
        .findFirst()
        .orElse(null);
  }

  private static @Nullable String answer(List<Path> path, String name, String... arguments) {
    Path program = which(path, name);
    if (program == null) {
      return null;
    }
    try {
      List<String> command = new java.util.ArrayList<>(List.of(program.toString()));
      command.addAll(List.of(arguments));
      Process process =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
      process.getOutputStream().close();
      if (!process.waitFor(ANSWER_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        return null;
      }
      return process.exitValue() == 0
          ? new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
          : null;
    } catch (IOException e) {
      return null;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return null;
    }
  }
}
