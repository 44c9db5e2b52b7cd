package io.thingstead.model.template;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The resources of a template, before it is filled. */
final class Parts {
  private Parts() {}

  private static @Nullable String in(@Nullable Expression text, Scope scope) {
    return text == null ? null : text.in(scope);
  }

  record Thing(
      String logicalName,
      Expression name,
      @Nullable Expression typeName,
      Map<String, Expression> attributes,
      Expression.Texts groups,
      @Nullable Expression billingGroup,
      Filled.Overrides existing) {
    Filled.Thing in(Scope scope) {
      Map<String, String> values = new LinkedHashMap<>();
      attributes.forEach((name, value) -> values.put(name, value.in(scope)));
      return new Filled.Thing(
          logicalName,
          name.in(scope),
          Parts.in(typeName, scope),
          values,
          groups.in(scope).stream().distinct().toList(),
          Parts.in(billingGroup, scope),
          existing);
    }
  }

  /**
   * One of {@code request}, {@code id} and {@code pem} is there.
   *
   * @param at where it stands
   */
  record Certificate(
      String logicalName,
      @Nullable Expression request,
      @Nullable Expression id,
      @Nullable Expression pem,
      @Nullable Expression caPem,
      @Nullable Expression status,
      boolean exclusive,
      Existing existing,
      Position at) {
    Filled.Certificate in(Scope scope) {
      return new Filled.Certificate(logicalName, source(scope), active(scope), exclusive, existing);
    }

    private Filled.Source source(Scope scope) {
      if (request != null) {
        return new Filled.Source.Request(request.in(scope));
      }
      if (id != null) {
        return new Filled.Source.Registered(id.in(scope).toLowerCase(Locale.ROOT));
      }
      String given = Parts.in(pem, scope);
      if (given == null) {
        throw new TemplateException(at, "the certificate comes from nowhere");
      }
      return new Filled.Source.Given(given, Parts.in(caPem, scope));
    }

    boolean active(Scope scope) {
      String wanted = status == null ? "ACTIVE" : status.in(scope);
      return switch (wanted.toUpperCase(Locale.ROOT)) {
        case "ACTIVE" -> true;
        case "INACTIVE" -> false;
        default ->
            throw new TemplateException(
                at, "the Status of a certificate is ACTIVE or INACTIVE, not '" + wanted + "'");
      };
    }
  }

  /** One of {@code name} and {@code document} is there. */
  record Policy(String logicalName, @Nullable Expression name, @Nullable Expression document) {
    Filled.Policy in(Scope scope) {
      return new Filled.Policy(logicalName, Parts.in(name, scope), Parts.in(document, scope));
    }
  }
}
