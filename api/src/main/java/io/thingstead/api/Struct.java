package io.thingstead.api;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A value of a structure: the members that are set, by the model's names. Unmodifiable. {@link
 * Shape} says which Java types the values have.
 */
public final class Struct {
  public static final Struct EMPTY = new Struct(Map.of());

  private final Map<String, Object> members;

  private Struct(Map<String, Object> members) {
    this.members = members;
  }

  /** A value of exactly these members. */
  public static Struct of(Map<String, Object> members) {
    return new Struct(Collections.unmodifiableMap(new LinkedHashMap<>(members)));
  }

  public static Builder builder() {
    return new Builder();
  }

  /** The member's value, or null when it is not set. */
  public @Nullable Object get(String name) {
    return members.get(name);
  }

  /** The value of a member that the model requires. */
  public Object require(String name) {
    Object value = members.get(name);
    if (value == null) {
      throw new IllegalArgumentException("the required member " + name + " is not set");
    }
    return value;
  }

  public Map<String, Object> members() {
    return members;
  }

  /** Reads a list of the tree, null as null; the result is unmodifiable. */
  public static <T> @Nullable List<T> readList(@Nullable Object value, Function<Object, T> each) {
    return value == null ? null : writeList((List<?>) value, each);
  }

  /** Reads a map of the tree, null as null; the result is unmodifiable and keeps the order. */
  public static <T> @Nullable Map<String, T> readMap(
      @Nullable Object value, Function<Object, T> each) {
    if (value == null) {
      return null;
    }
    Map<String, T> mapped = new LinkedHashMap<>();
    ((Map<?, ?>) value).forEach((key, element) -> mapped.put((String) key, each.apply(element)));
    return Collections.unmodifiableMap(mapped);
  }

  /** Makes a list for the tree, null from null. */
  public static <F, T> @Nullable List<T> writeList(
      @Nullable List<F> value, Function<? super F, T> each) {
    if (value == null) {
      return null;
    }
    List<T> mapped = new ArrayList<>(value.size());
    for (F element : value) {
      mapped.add(each.apply(element));
    }
    return Collections.unmodifiableList(mapped);
  }

  /** Makes a map for the tree, null from null. */
  public static <F, T> @Nullable Map<String, T> writeMap(
      @Nullable Map<String, F> value, Function<? super F, T> each) {
    if (value == null) {
      return null;
    }
    Map<String, T> mapped = new LinkedHashMap<>();
    value.forEach((key, element) -> mapped.put(key, each.apply(element)));
    return Collections.unmodifiableMap(mapped);
  }

  /** An unmodifiable copy in the same order. */
  public static <T> List<T> copy(List<T> list) {
    return List.copyOf(list);
  }

  /** An unmodifiable copy in the same order. */
  public static <K, V> Map<K, V> copy(Map<K, V> map) {
    return Collections.unmodifiableMap(new LinkedHashMap<>(map));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Struct struct && members.equals(struct.members);
  }

  @Override
  public int hashCode() {
    return members.hashCode();
  }

  @Override
  public String toString() {
    return members.toString();
  }

  /** Collects members. */
  public static final class Builder {
    private final Map<String, Object> members = new LinkedHashMap<>();

    /** Sets a member; null leaves it unset. */
    public Builder put(String name, @Nullable Object value) {
      if (value != null) {
        members.put(name, value);
      }
      return this;
    }

    public Struct build() {
      return members.isEmpty() ? EMPTY : new Struct(Collections.unmodifiableMap(members));
    }
  }
}
