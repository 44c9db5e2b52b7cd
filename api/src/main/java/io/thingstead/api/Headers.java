package io.thingstead.api;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** HTTP header fields: names in any case, values in the order they came. Not thread-safe. */
public final class Headers {
  private final Map<String, List<String>> fields = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);

  public Headers add(String name, String value) {
    fields.computeIfAbsent(name, _ -> new ArrayList<>(1)).add(value);
    return this;
  }

  /** The first value, or null. */
  public @Nullable String first(String name) {
    List<String> values = fields.get(name);
    return values == null ? null : values.getFirst();
  }

  /** All values of a name, perhaps none. */
  public List<String> all(String name) {
    return fields.getOrDefault(name, List.of());
  }

  public Map<String, List<String>> asMap() {
    return fields;
  }

  @Override
  public String toString() {
    return fields.keySet().toString(); // values may be secret
  }
}
