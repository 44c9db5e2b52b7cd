package io.thingstead.model.template;

import java.util.Map;

/** The parameters of one filling, and how much text it may still make. */
final class Scope {
  /** Characters that all functions of one filling may make together: no template grows a bomb. */
  static final int MADE_MAX = 512 * 1024;

  private final Map<String, String> parameters;
  private final Map<String, Map<String, Map<String, String>>> mappings;
  private long made;

  Scope(Map<String, String> parameters, Map<String, Map<String, Map<String, String>>> mappings) {
    this.parameters = parameters;
    this.mappings = mappings;
  }

  String parameter(String name, Position at) {
    String value = parameters.get(name);
    if (value == null) {
      throw new TemplateException(
          at, "the parameter " + name + " was not given and has no default");
    }
    return value;
  }

  String mapped(String map, String key, String name, Position at) {
    String value = mappings.getOrDefault(map, Map.of()).getOrDefault(key, Map.of()).get(name);
    if (value == null) {
      throw new TemplateException(
          at, "Mappings have no '%s' under '%s' of '%s'".formatted(name, key, map));
    }
    return value;
  }

  /** Counts a text that was made. */
  String made(String text) {
    made += text.length();
    if (made > MADE_MAX) {
      throw new TemplateException(
          "filled in, the template is longer than " + MADE_MAX + " characters");
    }
    return text;
  }
}
