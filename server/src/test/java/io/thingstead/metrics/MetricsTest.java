package io.thingstead.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.ref.WeakReference;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;

class MetricsTest {
  /** Fields as the engine's. */
  public static final class Stats {
    public final LongAdder refusedNoSpace = new LongAdder();
    public final LongAdder commits = new LongAdder();
  }

  @Test
  void addersAreReadAtEachScrape() {
    try (Metrics metrics = new Metrics()) {
      Stats stats = new Stats();
      metrics.adders("engine", stats);
      stats.refusedNoSpace.add(3);
      assertThat(metrics.scrape())
          .contains("thingstead_engine_refused_no_space_total 3.0")
          .contains("thingstead_engine_commits_total 0.0");
      stats.commits.increment();
      assertThat(metrics.scrape()).contains("thingstead_engine_commits_total 1.0");
    }
  }

  /** Nobody but the registry holds on to what a counter reads. */
  @Test
  void countersGoOnAfterGarbageWasCollected() {
    try (Metrics metrics = new Metrics()) {
      LongAdder requests = new LongAdder();
      metrics.counter("thingstead.requests", "requests", requests::sum);
      WeakReference<Object> garbage = new WeakReference<>(new Object());
      while (garbage.get() != null) {
        System.gc();
      }
      requests.increment();
      assertThat(metrics.scrape()).contains("thingstead_requests_total 1.0");
    }
  }

  @Test
  void tagsTellMetersOfOneNameApart() {
    try (Metrics metrics = new Metrics()) {
      AtomicLong open = new AtomicLong(5);
      metrics.gauge("thingstead.connections", "open", open::get, "role", "device");
      metrics.gauge("thingstead.connections", "open", () -> 1, "role", "admin");
      assertThat(metrics.scrape())
          .contains("thingstead_connections{role=\"device\"} 5.0")
          .contains("thingstead_connections{role=\"admin\"} 1.0");
    }
  }

  @Test
  void theProcessIsMeasured() {
    try (Metrics metrics = new Metrics()) {
      metrics.bindProcess();
      assertThat(metrics.scrape()).contains("jvm_memory_used_bytes").contains("process_uptime");
    }
  }
}
