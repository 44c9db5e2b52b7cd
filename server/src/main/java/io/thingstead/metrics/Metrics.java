package io.thingstead.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/**
 * The meters of the process, in the Prometheus text format. Features count in plain adders, which
 * are read only when somebody scrapes. Any thread may call it.
 */
public final class Metrics implements AutoCloseable {
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

  /** The registry's counters hold what they read only weakly, and stand still when it is gone. */
  private final Queue<LongSupplier> counted = new ConcurrentLinkedQueue<>();

  private final JvmGcMetrics collections = new JvmGcMetrics();

  /** Adds the meters of the JVM and the process; reads their beans, so not before it is needed. */
  public void bindProcess() {
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
    collections.bindTo(registry);
  }

  /**
   * Counts what only grows.
   *
   * @param name with dots, such as {@code thingstead.http.requests}
   * @param tags names and values in turn
   */
  public void counter(String name, String meaning, LongSupplier value, String... tags) {
    counted.add(value);
    FunctionCounter.builder(name, value, each -> (double) each.getAsLong())
        .description(meaning)
        .tags(Tags.of(tags))
        .register(registry);
  }

  /** Shows what goes up and down; arguments as of {@link #counter}. */
  public void gauge(String name, String meaning, LongSupplier value, String... tags) {
    // Strongly referenced: whoever binds a lambda does not keep it.
    Gauge.builder(name, value, each -> (double) each.getAsLong())
        .description(meaning)
        .tags(Tags.of(tags))
        .strongReference(true)
        .register(registry);
  }

  /**
   * Binds every public {@link LongAdder} field of an object as a counter: {@code refusedNoSpace} of
   * {@code engine} becomes {@code thingstead_engine_refused_no_space_total}.
   */
  public void adders(String part, Object stats) {
    for (Field field : stats.getClass().getFields()) {
      if (field.getType() != LongAdder.class || Modifier.isStatic(field.getModifiers())) {
        continue;
      }
      try {
        LongAdder adder = (LongAdder) field.get(stats);
        String words = field.getName().replaceAll("([A-Z])", ".$1").toLowerCase(Locale.ROOT);
        counter(
            "thingstead." + part + "." + words,
            field.getName() + " of " + stats.getClass().getSimpleName(),
            adder::sum);
      } catch (IllegalAccessException e) {
        throw new IllegalStateException("cannot read " + field, e);
      }
    }
  }

  /** The registry, for code that has meters of its own. */
  public MeterRegistry registry() {
    return registry;
  }

  /** All meters in the Prometheus text format 0.0.4. */
  public String scrape() {
    return registry.scrape();
  }

  @Override
  public void close() {
    collections.close();
    registry.close();
  }
}
