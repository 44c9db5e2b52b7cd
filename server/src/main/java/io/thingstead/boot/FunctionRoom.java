package io.thingstead.boot;

import io.thingstead.config.DataDirectory;
import io.thingstead.config.Settings;
import io.thingstead.function.FunctionHost;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;

/** Where functions run: on this machine, with what its settings give them. */
final class FunctionRoom {
  private FunctionRoom() {}

  static FunctionHost open(
      Settings settings,
      Listening listening,
      ExecutorService virtualThreads,
      Clock clock,
      SecureRandom random) {
    DataDirectory data = new DataDirectory(settings.data());
    List<Path> path =
        Arrays.stream(System.getenv().getOrDefault("PATH", "/usr/bin:/bin").split(":"))
            .filter(each -> !each.isEmpty())
            .map(Path::of)
            .toList();
    return new FunctionHost(
        data.functions(),
        settings.functions().allowUnsandboxed(),
        settings.functions().openNetwork(),
        new FunctionHost.Reach(settings.hosts(), listening::controlAddress, data.caPem()),
        new FunctionHost.Means(
            path,
            virtualThreads,
            task -> Thread.ofPlatform().daemon().name("function").unstarted(task),
            clock,
            random));
  }
}
