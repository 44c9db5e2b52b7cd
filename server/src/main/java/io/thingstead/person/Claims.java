package io.thingstead.person;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a web identity token says, verified.
 *
 * @param provider its issuer without the scheme
 * @param subject whom it speaks of
 * @param audience for whom it was made
 * @param methods how the subject proved itself; empty when it does not say
 */
record Claims(String provider, String subject, String audience, List<String> methods) {
  /** Whose tokens the pools of this server give out. */
  static final String COGNITO = "cognito-identity.amazonaws.com";

  Claims {
    methods = List.copyOf(methods);
  }

  /** The policy variables that it gives, by name in lower case. */
  Map<String, List<String>> facts() {
    String prefix = provider.toLowerCase(Locale.ROOT);
    Map<String, List<String>> facts = new HashMap<>();
    facts.put(prefix + ":sub", List.of(subject));
    facts.put(prefix + ":aud", List.of(audience));
    facts.put("aws:federatedprovider", List.of(provider));
    if (!methods.isEmpty()) {
      facts.put(prefix + ":amr", methods);
    }
    return facts;
  }
}
