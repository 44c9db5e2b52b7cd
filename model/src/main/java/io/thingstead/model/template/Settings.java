package io.thingstead.model.template;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The OverrideSettings of a resource. */
final class Settings {
  private final Map<String, Located> values = new LinkedHashMap<>();

  /**
   * @param names what can be set; each may also be written like {@code ATTRIBUTE_PAYLOAD}
   */
  Settings(@Nullable Located given, String... names) {
    if (given == null) {
      return;
    }
    List<String> known = List.of(names);
    TemplateParser.members(given, "OverrideSettings")
        .values()
        .forEach(
            (name, value) -> {
              String found =
                  known.stream()
                      .filter(each -> each.equals(name) || constant(each).equals(name))
                      .findFirst()
                      .orElseThrow(
                          () ->
                              new TemplateException(
                                  value.at(),
                                  "OverrideSettings has no '"
                                      + name
                                      + "', only "
                                      + String.join(", ", known)));
              if (values.put(found, value) != null) {
                throw new TemplateException(value.at(), found + " is set twice");
              }
            });
  }

  private static String constant(String name) {
    return name.replaceAll("(?<=[a-z])([A-Z])", "_$1").toUpperCase(java.util.Locale.ROOT);
  }

  /** What was set; nothing is done to what exists if it was not. */
  Existing of(String name, boolean mergeable) {
    Located value = values.get(name);
    if (value == null) {
      return Existing.DO_NOTHING;
    }
    String text = TemplateParser.plain(value, name);
    return List.of(Existing.values()).stream()
        .filter(each -> each.name().equals(text))
        .filter(each -> mergeable || each != Existing.MERGE)
        .findFirst()
        .orElseThrow(
            () ->
                new TemplateException(
                    value.at(),
                    name + " is DO_NOTHING, REPLACE" + (mergeable ? ", MERGE" : "") + " or FAIL"));
  }
}
