package io.thingstead.presence;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Which principals are connected, and whether several clients use one of them at the same time. Any
 * thread may use it. It costs one small entry for each principal that is connected, and nothing for
 * a delivery.
 */
final class LiveClients {
  private final Map<String, Live> live = new ConcurrentHashMap<>();
  private volatile SharedPrincipal shared = (_, _, _) -> {};

  /**
   * @param client the first of them
   * @param count how many there are
   */
  private record Live(String client, int count) {}

  void onShared(SharedPrincipal listener) {
    shared = listener;
  }

  void arrived(String principalId, String clientId) {
    Live now =
        live.merge(
            principalId,
            new Live(clientId, 1),
            (before, _) -> new Live(before.client(), before.count() + 1));
    if (now.count() == 2 && !now.client().equals(clientId)) {
      shared.by(principalId, now.client(), clientId);
    }
  }

  void left(String principalId) {
    live.computeIfPresent(principalId, (_, before) -> less(before));
  }

  private static @Nullable Live less(Live before) {
    return before.count() == 1 ? null : new Live(before.client(), before.count() - 1);
  }
}
