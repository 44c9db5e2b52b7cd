package io.thingstead.presence;

import java.util.ArrayList;
import java.util.List;
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
   * Clients of one principal.
   *
   * @param some of them by name: enough to tell of two, however many there are
   */
  private record Live(List<String> some, int count) {
    private static final int NAMES_MAX = 4;

    Live with(String clientId) {
      if (some.size() == NAMES_MAX) {
        return new Live(some, count + 1);
      }
      List<String> more = new ArrayList<>(some);
      more.add(clientId);
      return new Live(List.copyOf(more), count + 1);
    }

    @Nullable Live without(String clientId) {
      if (count == 1) {
        return null;
      }
      List<String> fewer = new ArrayList<>(some);
      fewer.remove(clientId);
      return new Live(List.copyOf(fewer), count - 1);
    }
  }

  void onShared(SharedPrincipal listener) {
    shared = listener;
  }

  void arrived(String principalId, String clientId) {
    Live now =
        live.merge(
            principalId, new Live(List.of(clientId), 1), (before, _) -> before.with(clientId));
    if (now.count() == 2) {
      now.some().stream()
          .filter(other -> !other.equals(clientId))
          .findFirst()
          .ifPresent(other -> shared.by(principalId, other, clientId));
    }
  }

  void left(String principalId, String clientId) {
    live.computeIfPresent(principalId, (_, before) -> before.without(clientId));
  }
}
