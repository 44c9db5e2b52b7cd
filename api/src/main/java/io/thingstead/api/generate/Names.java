package io.thingstead.api.generate;

import java.util.Locale;
import java.util.Set;
import javax.lang.model.SourceVersion;

/** Java names for the names of a model. */
final class Names {
  private static final Set<String> NOT_FOR_COMPONENTS =
      Set.of(
          "clone", "finalize", "getClass", "hashCode", "notify", "notifyAll", "toString", "wait");

  private Names() {}

  static String type(String shape) {
    return Character.toUpperCase(shape.charAt(0)) + shape.substring(1);
  }

  /** {@code KMSKeyArn} becomes {@code kmsKeyArn}. */
  static String component(String member) {
    int capitals = 0;
    while (capitals < member.length() && Character.isUpperCase(member.charAt(capitals))) {
      capitals++;
    }
    int lowered = capitals > 1 && capitals < member.length() ? capitals - 1 : capitals;
    String name = member.substring(0, lowered).toLowerCase(Locale.ROOT) + member.substring(lowered);
    return SourceVersion.isKeyword(name) || NOT_FOR_COMPONENTS.contains(name) ? name + "_" : name;
  }

  /** {@code CreateOTAUpdate} becomes {@code CREATE_OTA_UPDATE}. */
  static String constant(String camel) {
    return camel
        .replaceAll("([a-z0-9])([A-Z])", "$1_$2")
        .replaceAll("([A-Z]+)([A-Z][a-z])", "$1_$2")
        .toUpperCase(Locale.ROOT);
  }

  static String enumConstant(String value) {
    String name =
        value
            .replaceAll("[^A-Za-z0-9]+", "_")
            .replaceAll("([a-z])([A-Z])", "$1_$2")
            .toUpperCase(Locale.ROOT);
    return name.isEmpty() || Character.isDigit(name.charAt(0)) ? "_" + name : name;
  }
}
