package io.thingstead.model;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What was set for one account instead of its profile's {@link Limits}. Every limit can be set, by
 * its group and name there: {@code messages.publishesPerSecond}. Durations are in seconds.
 * Immutable.
 */
public final class Quotas {
  /** Nothing is set. */
  public static final Quotas NONE = new Quotas(Map.of());

  private final Map<String, Long> set;
  private final EnumMap<Profile, Limits> limits = new EnumMap<>(Profile.class);

  private Quotas(Map<String, Long> set) {
    this.set = Map.copyOf(set);
    for (Profile profile : Profile.values()) {
      limits.put(profile, apply(Limits.of(profile)));
    }
  }

  /**
   * Quotas with these values.
   *
   * @throws IllegalArgumentException saying which name is unknown or which value is out of range
   */
  public static Quotas of(Map<String, Long> set) {
    Map<String, Long> known = list(Limits.DEFAULT);
    set.forEach(
        (name, value) -> {
          if (!known.containsKey(name)) {
            throw new IllegalArgumentException(
                "there is no quota '" + name + "'; there are " + String.join(", ", known.keySet()));
          }
          if (value < 0) {
            throw new IllegalArgumentException(
                "quota " + name + " cannot be " + value + ", which is less than 0");
          }
        });
    return set.isEmpty() ? NONE : new Quotas(set);
  }

  /** The values that were set, by name. */
  public Map<String, Long> set() {
    return set;
  }

  /** A profile's limits with what was set for the account. */
  public Limits limits(Profile profile) {
    return limits.getOrDefault(profile, Limits.DEFAULT);
  }

  /** Every limit by name, in order; {@link Limits#UNLIMITED} and above is none. */
  public static Map<String, Long> list(Limits limits) {
    Map<String, Long> all = new TreeMap<>();
    list("", limits, all);
    return all;
  }

  private static void list(String group, Record values, Map<String, Long> all) {
    for (RecordComponent component : values.getClass().getRecordComponents()) {
      String name = group + component.getName();
      Object value = value(component, values);
      if (value instanceof Record nested) {
        list(name + ".", nested, all);
      } else {
        all.put(name, number(value));
      }
    }
  }

  private Limits apply(Limits initial) {
    return set.isEmpty() ? initial : (Limits) apply("", initial);
  }

  private Record apply(String group, Record initial) {
    List<Object> values = new ArrayList<>();
    for (RecordComponent component : initial.getClass().getRecordComponents()) {
      String name = group + component.getName();
      Object value = value(component, initial);
      Long wanted = set.get(name);
      if (value instanceof Record nested) {
        values.add(apply(name + ".", nested));
      } else {
        values.add(wanted == null ? value : typed(wanted, component.getType()));
      }
    }
    return make(initial.getClass(), values);
  }

  private static long number(Object value) {
    return switch (value) {
      case Integer number -> number;
      case Long number -> number;
      case Duration duration -> duration.toSeconds();
      default -> throw new IllegalStateException("a limit of type " + value.getClass());
    };
  }

  private static Object typed(long value, Class<?> type) {
    if (type == Duration.class) {
      return Duration.ofSeconds(value);
    }
    return type == long.class ? (Object) value : (Object) (int) Math.min(value, Limits.UNLIMITED);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Quotas quotas && quotas.set.equals(set);
  }

  @Override
  public int hashCode() {
    return set.hashCode();
  }

  @Override
  public String toString() {
    return "Quotas" + set;
  }

  private static Object value(RecordComponent component, Record of) {
    try {
      return component.getAccessor().invoke(of);
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Record make(Class<? extends Record> type, List<Object> values) {
    Class<?>[] types =
        Arrays.stream(type.getRecordComponents())
            .map(RecordComponent::getType)
            .toArray(Class<?>[]::new);
    try {
      return type.getDeclaredConstructor(types).newInstance(values.toArray());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }
}
