package io.thingstead.model.template;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** From JSON to a template, refusing whatever it does not know. */
final class TemplateParser {
  private static final int POLICIES_MAX = 10; // as many as a certificate may have

  private final ProvisioningTemplate.Use use;
  private final Map<String, String> defaults = new LinkedHashMap<>();
  private final Set<String> declared = new TreeSet<>();
  private final Expressions expressions;
  private final List<Parts.Policy> policies = new ArrayList<>();
  private Parts.@Nullable Thing thing;
  private Parts.@Nullable Certificate certificate;

  TemplateParser(ProvisioningTemplate.Use use) {
    this.use = use;
    if (use != ProvisioningTemplate.Use.REGISTRATION) {
      declared.addAll(ProvisioningTemplate.OF_CERTIFICATE);
    }
    if (use == ProvisioningTemplate.Use.FLEET) {
      declared.retainAll(Set.of(ProvisioningTemplate.CERTIFICATE_ID));
    }
    this.expressions = new Expressions(declared::contains);
  }

  ProvisioningTemplate parse(Located.Members root) {
    Properties sections =
        new Properties(
            "a template", root, "Parameters", "Mappings", "Resources", "DeviceConfiguration");
    sections.ifPresent("Parameters", this::parameters);
    Map<String, Map<String, Map<String, String>>> mappings = new LinkedHashMap<>();
    sections.ifPresent("Mappings", value -> mappings(value, mappings));
    resources(sections.require("Resources"));
    Map<String, Expression> configuration = new LinkedHashMap<>();
    sections.ifPresent("DeviceConfiguration", value -> configuration(value, configuration));
    checkUse(root.at());
    return new ProvisioningTemplate(
        defaults, mappings, thing, certificate, policies, configuration);
  }

  private void parameters(Located value) {
    members(value, "Parameters")
        .values()
        .forEach(
            (name, parameter) -> {
              Properties of =
                  new Properties("parameter " + name, members(parameter, name), "Type", "Default");
              Located type = of.require("Type");
              if (!(type instanceof Located.Text(String text, _)) || !text.equals("String")) {
                throw new TemplateException(type.at(), "the Type of a parameter is String");
              }
              of.ifPresent("Default", given -> defaults.put(name, plain(given, "a Default")));
              refuseForeign(name, parameter.at());
              declared.add(name);
            });
  }

  /** Of a certificate's owner nothing is asked but what the certificate says. */
  private void refuseForeign(String name, Position at) {
    if (use == ProvisioningTemplate.Use.JUST_IN_TIME
        && !ProvisioningTemplate.OF_CERTIFICATE.contains(name)) {
      throw new TemplateException(
          at,
          "just-in-time provisioning has no parameter "
              + name
              + ", only "
              + String.join(", ", new TreeSet<>(ProvisioningTemplate.OF_CERTIFICATE)));
    }
  }

  private void mappings(Located value, Map<String, Map<String, Map<String, String>>> mappings) {
    requireFleet("Mappings", value.at());
    members(value, "Mappings")
        .values()
        .forEach(
            (map, keys) -> {
              Map<String, Map<String, String>> byKey = new LinkedHashMap<>();
              members(keys, "the mapping " + map)
                  .values()
                  .forEach((key, names) -> byKey.put(key, names(names, map + "." + key)));
              mappings.put(map, byKey);
            });
  }

  private static Map<String, String> names(Located value, String what) {
    Map<String, String> names = new LinkedHashMap<>();
    members(value, "the mapping " + what)
        .values()
        .forEach((name, text) -> names.put(name, plain(text, "a value of " + what)));
    return names;
  }

  private void configuration(Located value, Map<String, Expression> configuration) {
    requireFleet("DeviceConfiguration", value.at());
    members(value, "DeviceConfiguration")
        .values()
        .forEach(
            (name, given) ->
                configuration.put(name, expressions.text(given, "DeviceConfiguration." + name)));
  }

  private void requireFleet(String section, Position at) {
    if (use == ProvisioningTemplate.Use.JUST_IN_TIME) {
      throw new TemplateException(at, section + " is for fleet provisioning only");
    }
  }

  private void resources(Located value) {
    Located.Members all = members(value, "Resources");
    if (all.values().isEmpty()) {
      throw new TemplateException(all.at(), "Resources names none");
    }
    all.values()
        .forEach(
            (name, resource) -> {
              Properties of =
                  new Properties(
                      "the resource " + name,
                      members(resource, name),
                      "Type",
                      "Properties",
                      "OverrideSettings");
              Located type = of.require("Type");
              Located properties = of.require("Properties");
              Located settings = of.find("OverrideSettings");
              switch (plain(type, "the Type of a resource")) {
                case "AWS::IoT::Thing" -> thing(name, properties, settings);
                case "AWS::IoT::Certificate" -> certificate(name, properties, settings);
                case "AWS::IoT::Policy" -> policy(name, properties, settings);
                default ->
                    throw new TemplateException(
                        type.at(),
                        "the Type of a resource is AWS::IoT::Thing, AWS::IoT::Certificate or"
                            + " AWS::IoT::Policy");
              }
            });
  }

  private void thing(String name, Located properties, @Nullable Located settings) {
    refuseSecond(thing, "thing", properties.at());
    Properties of =
        new Properties(
            "the thing " + name,
            members(properties, "Properties"),
            "ThingName",
            "ThingTypeName",
            "AttributePayload",
            "ThingGroups",
            "BillingGroup");
    Map<String, Expression> attributes = new LinkedHashMap<>();
    of.ifPresent(
        "AttributePayload",
        given ->
            members(given, "AttributePayload")
                .values()
                .forEach(
                    (key, text) ->
                        attributes.put(key, expressions.text(text, "the attribute " + key))));
    Located groups = of.find("ThingGroups");
    Settings existing = new Settings(settings, "AttributePayload", "ThingTypeName", "ThingGroups");
    thing =
        new Parts.Thing(
            name,
            expressions.text(of.require("ThingName"), "ThingName"),
            optional(of, "ThingTypeName"),
            attributes,
            groups == null
                ? new Expression.Texts.Listed(List.of())
                : expressions.texts(groups, "ThingGroups"),
            optional(of, "BillingGroup"),
            new Filled.Overrides(
                existing.of("AttributePayload", true),
                existing.of("ThingTypeName", false),
                existing.of("ThingGroups", true)));
  }

  private void certificate(String name, Located properties, @Nullable Located settings) {
    refuseSecond(certificate, "certificate", properties.at());
    Located.Members given = members(properties, "Properties");
    Properties of =
        new Properties(
            "the certificate " + name,
            given,
            "CertificateSigningRequest",
            "CertificateId",
            "CertificatePem",
            "CACertificatePem",
            "Status",
            "ThingPrincipalType");
    Set<String> sources =
        new TreeSet<>(Set.of("CertificateSigningRequest", "CertificateId", "CertificatePem"));
    sources.retainAll(given.values().keySet());
    if (sources.size() != 1) {
      throw new TemplateException(
          given.at(),
          "a certificate has one of CertificateSigningRequest, CertificateId and CertificatePem,"
              + " this one "
              + (sources.isEmpty() ? "none" : String.join(" and ", sources)));
    }
    if (given.values().containsKey("CACertificatePem") && !sources.contains("CertificatePem")) {
      throw new TemplateException(given.at(), "CACertificatePem goes with CertificatePem only");
    }
    Parts.Certificate made =
        new Parts.Certificate(
            name,
            optional(of, "CertificateSigningRequest"),
            optional(of, "CertificateId"),
            optional(of, "CertificatePem"),
            optional(of, "CACertificatePem"),
            optional(of, "Status"),
            exclusive(of.find("ThingPrincipalType")),
            new Settings(settings, "Status").of("Status", false),
            given.at());
    if (made.status() instanceof Expression.Literal) {
      // Said at once, not when the first device comes.
      var _ = made.active(new Scope(Map.of(), Map.of()));
    }
    certificate = made;
  }

  private static boolean exclusive(@Nullable Located type) {
    return type != null
        && switch (plain(type, "ThingPrincipalType")) {
          case "EXCLUSIVE_THING" -> true;
          case "NON_EXCLUSIVE_THING" -> false;
          default ->
              throw new TemplateException(
                  type.at(), "ThingPrincipalType is EXCLUSIVE_THING or NON_EXCLUSIVE_THING");
        };
  }

  private void policy(String name, Located properties, @Nullable Located settings) {
    if (settings != null) {
      throw new TemplateException(settings.at(), "a policy has no OverrideSettings");
    }
    Located.Members given = members(properties, "Properties");
    Properties of = new Properties("the policy " + name, given, "PolicyName", "PolicyDocument");
    if (given.values().size() != 1) {
      throw new TemplateException(
          given.at(), "a policy has one of PolicyName, of one that exists, and PolicyDocument");
    }
    if (policies.size() == POLICIES_MAX) {
      throw new TemplateException(
          given.at(), "a certificate has at most " + POLICIES_MAX + " policies");
    }
    Located document = of.find("PolicyDocument");
    policies.add(
        new Parts.Policy(
            name,
            optional(of, "PolicyName"),
            document == null ? null : expressions.document(document, "PolicyDocument")));
  }

  private void checkUse(Position root) {
    Parts.Certificate made = certificate;
    if (made == null) {
      if (!policies.isEmpty() || use != ProvisioningTemplate.Use.REGISTRATION) {
        throw new TemplateException(
            root,
            use == ProvisioningTemplate.Use.REGISTRATION
                ? "a policy needs a certificate to be attached to"
                : "Resources has no AWS::IoT::Certificate");
      }
      return;
    }
    boolean shown =
        made.id() instanceof Expression.Ref(String name, _)
            && name.equals(ProvisioningTemplate.CERTIFICATE_ID);
    if (use != ProvisioningTemplate.Use.REGISTRATION && !shown) {
      throw new TemplateException(
          made.at(),
          "the CertificateId must be {\"Ref\": \"" + ProvisioningTemplate.CERTIFICATE_ID + "\"}");
    }
  }

  private @Nullable Expression optional(Properties of, String name) {
    Located value = of.find(name);
    return value == null ? null : expressions.text(value, name);
  }

  private static void refuseSecond(@Nullable Object first, String what, Position at) {
    if (first != null) {
      throw new TemplateException(at, "a template has one " + what + ", not two");
    }
  }

  static Located.Members members(Located value, String what) {
    if (value instanceof Located.Members members) {
      return members;
    }
    throw new TemplateException(value.at(), what + " is a JSON object");
  }

  static String plain(Located value, String what) {
    if (value instanceof Located.Text(String text, _)) {
      return text;
    }
    throw new TemplateException(value.at(), what + " is a string, no function");
  }
}
