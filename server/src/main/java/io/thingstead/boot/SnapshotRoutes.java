package io.thingstead.boot;

import io.thingstead.account.Accounts;
import io.thingstead.api.ApiResponse;
import io.thingstead.api.Headers;
import io.thingstead.config.DataDirectory;
import io.thingstead.engine.Engine;
import io.thingstead.http.Call;
import io.thingstead.http.OperationTable;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import io.thingstead.net.Role;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A snapshot of the store within the data directory, from which {@code ./thingstead backup} copies.
 * Its files are links to the store's own, so that it takes next to no time and room.
 */
final class SnapshotRoutes {
  private static final String PATH = "/_thingstead/snapshot";
  private static final Set<Role> ADMIN = Set.of(Role.ADMIN, Role.ALL);

  private final DataDirectory data;
  private final Engine engine;
  private final Accounts accounts;

  SnapshotRoutes(DataDirectory data, Engine engine, Accounts accounts) {
    this.data = data;
    this.engine = engine;
    this.accounts = accounts;
  }

  void bind(OperationTable table) {
    table.administratorRoute(ADMIN, "POST", PATH, this::make);
    table.administratorRoute(ADMIN, "DELETE", PATH, this::remove);
  }

  /** Takes away what a backup that did not end has left. */
  void clear() {
    if (!Files.exists(data.snapshot())) {
      return;
    }
    try (Stream<Path> files = Files.walk(data.snapshot())) {
      List<Path> all = files.sorted(Comparator.reverseOrder()).toList();
      for (Path each : all) {
        Files.delete(each);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot remove " + data.snapshot(), e);
    }
  }

  private synchronized ApiResponse make(Call call) {
    requireFirst(call);
    clear();
    engine.checkpoint(data.snapshot());
    return new ApiResponse(200, new Headers(), new byte[0]);
  }

  private synchronized ApiResponse remove(Call call) {
    requireFirst(call);
    clear();
    return new ApiResponse(200, new Headers(), new byte[0]);
  }

  private void requireFirst(Call call) {
    if (!call.account().id().equals(accounts.first().id())) {
      throw new ApiException(
          AwsError.ACCESS_DENIED,
          "backups are of all accounts, so for administrators of account " + accounts.first().id());
    }
  }
}
