package io.thingstead.model.template;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A provisioning template that was read and checked (developer guide, "Provisioning templates").
 * Immutable.
 */
public final class ProvisioningTemplate {
  /** The longest text of a template, in characters. */
  public static final int CHARS_MAX = 10_240;

  /** The parameter by which a template speaks of the certificate that a device has shown. */
  public static final String CERTIFICATE_ID = "AWS::IoT::Certificate::Id";

  /** The parameters that are taken from a certificate instead of being given. */
  public static final Set<String> OF_CERTIFICATE =
      Set.of(
          CERTIFICATE_ID,
          "AWS::IoT::Certificate::Country",
          "AWS::IoT::Certificate::Organization",
          "AWS::IoT::Certificate::OrganizationalUnit",
          "AWS::IoT::Certificate::DistinguishedNameQualifier",
          "AWS::IoT::Certificate::StateName",
          "AWS::IoT::Certificate::CommonName",
          "AWS::IoT::Certificate::SerialNumber");

  private final Map<String, String> defaults;
  private final Map<String, Map<String, Map<String, String>>> mappings;
  private final Parts.@Nullable Thing thing;
  private final Parts.@Nullable Certificate certificate;
  private final List<Parts.Policy> policies;
  private final Map<String, Expression> deviceConfiguration;

  ProvisioningTemplate(
      Map<String, String> defaults,
      Map<String, Map<String, Map<String, String>>> mappings,
      Parts.@Nullable Thing thing,
      Parts.@Nullable Certificate certificate,
      List<Parts.Policy> policies,
      Map<String, Expression> deviceConfiguration) {
    this.defaults = Map.copyOf(defaults);
    this.mappings = mappings;
    this.thing = thing;
    this.certificate = certificate;
    this.policies = List.copyOf(policies);
    this.deviceConfiguration = deviceConfiguration;
  }

  /** What a template is for, which decides what it may say. */
  public enum Use {
    /** RegisterThing and bulk registration. */
    REGISTRATION,
    /** Fleet provisioning. */
    FLEET,
    /** Just-in-time provisioning. */
    JUST_IN_TIME
  }

  /**
   * Reads a template.
   *
   * @throws TemplateException saying where it is not one
   */
  public static ProvisioningTemplate parse(String text, Use use) {
    if (text.length() > CHARS_MAX) {
      throw new TemplateException(
          "it has " + text.length() + " characters, more than " + CHARS_MAX);
    }
    return new TemplateParser(use).parse(Located.read(text));
  }

  /**
   * What it wants of the device that these parameters speak of. Parameters that it does not use are
   * ignored.
   *
   * @throws TemplateException when a parameter is missing or a function fails
   */
  public Filled fill(Map<String, String> parameters) {
    Map<String, String> values = new LinkedHashMap<>(defaults);
    values.putAll(parameters);
    Scope scope = new Scope(values, mappings);
    Map<String, String> told = new LinkedHashMap<>();
    deviceConfiguration.forEach((name, value) -> told.put(name, value.in(scope)));
    return new Filled(
        thing == null ? null : thing.in(scope),
        certificate == null ? null : certificate.in(scope),
        policies.stream().map(policy -> policy.in(scope)).toList(),
        told);
  }
}
