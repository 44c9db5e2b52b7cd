package io.thingstead.authorize;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.ASN1String;
import org.bouncycastle.asn1.x500.AttributeTypeAndValue;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.jspecify.annotations.Nullable;

/**
 * The policy variables of a certificate (developer guide, "X.509 certificate policy variables"):
 * names in lower case without {@code iot:certificate.}, such as {@code subject.commonname}, to all
 * their values in the certificate's order.
 */
final class CertificateFields {
  private static final String PREFIX = "iot:certificate.";
  private static final int VALUES_MAX = 5;

  private static final Map<String, String> NAMES =
      Map.ofEntries(
          Map.entry("2.5.4.46", "DistinguishedNameQualifier"),
          Map.entry("2.5.4.6", "Country"),
          Map.entry("2.5.4.10", "Organization"),
          Map.entry("2.5.4.11", "OrganizationalUnit"),
          Map.entry("2.5.4.8", "State"),
          Map.entry("2.5.4.3", "CommonName"),
          Map.entry("2.5.4.5", "SerialNumber"),
          Map.entry("2.5.4.12", "Title"),
          Map.entry("2.5.4.4", "Surname"),
          Map.entry("2.5.4.42", "GivenName"),
          Map.entry("2.5.4.43", "Initials"),
          Map.entry("2.5.4.65", "Pseudonym"),
          Map.entry("2.5.4.44", "GenerationQualifier"));

  /** By the numbers of RFC 5280's GeneralName. */
  private static final Map<Integer, String> ALTERNATIVES =
      Map.of(
          1, "RFC822Name",
          2, "DNSName",
          4, "DirectoryName",
          6, "UniformResourceIdentifier",
          7, "IPAddress");

  private final Map<String, List<String>> fields = new LinkedHashMap<>();

  private CertificateFields() {}

  static Map<String, List<String>> of(X509Certificate certificate) {
    CertificateFields found = new CertificateFields();
    found.name("Subject", certificate.getSubjectX500Principal());
    found.name("Issuer", certificate.getIssuerX500Principal());
    try {
      found.alternatives("Subject", certificate.getSubjectAlternativeNames());
      found.alternatives("Issuer", certificate.getIssuerAlternativeNames());
    } catch (CertificateParsingException _) {
      // A name that cannot be read has no value; a policy that asks for it does not apply.
    }
    found.add("SerialNumber", certificate.getSerialNumber().toString(16));
    return found.named();
  }

  private void name(String whose, X500Principal principal) {
    for (RDN rdn : X500Name.getInstance(principal.getEncoded()).getRDNs()) {
      for (AttributeTypeAndValue part : rdn.getTypesAndValues()) {
        String name = NAMES.get(part.getType().getId());
        if (name != null && part.getValue() instanceof ASN1String text) {
          add(whose + "." + name, escaped(text.getString()));
        }
      }
    }
  }

  /** As the guide has it: {@code O\=Amazon.com}. */
  private static String escaped(String value) {
    return value.replaceAll("[,\"\\\\+=<>;]", "\\\\$0");
  }

  private void alternatives(String whose, @Nullable Collection<List<?>> names) {
    for (List<?> entry : names == null ? List.<List<?>>of() : names) {
      String name = ALTERNATIVES.get(entry.get(0));
      if (name != null && entry.get(1) instanceof String text) {
        boolean directory = name.equals("DirectoryName");
        add(whose + ".AlternativeName." + name, directory ? escaped(text) : text);
      }
    }
  }

  private void add(String name, String value) {
    List<String> values = fields.computeIfAbsent(name, _ -> new ArrayList<>());
    if (values.size() < VALUES_MAX) {
      values.add(value);
    }
  }

  private Map<String, List<String>> named() {
    Map<String, List<String>> named = new HashMap<>();
    fields.forEach((name, values) -> named.put(name.toLowerCase(Locale.ROOT), values));
    List<String> available =
        fields.keySet().stream().map(name -> "iot:Certificate." + name).toList();
    named.put("availablekeys", available);
    return Map.copyOf(named);
  }

  /**
   * The values of one variable: the bare name is the first, {@code .1} the second, {@code .List}
   * all of them.
   *
   * @param variable its name in lower case
   */
  static List<String> values(Map<String, List<String>> fields, String variable) {
    String name = variable.substring(PREFIX.length());
    if (name.equals("availablekeys")) {
      return fields.getOrDefault(name, List.of());
    }
    int dot = name.lastIndexOf('.');
    String suffix = name.substring(dot + 1);
    String base = name.substring(0, Math.max(dot, 0));
    if (suffix.equals("list")) {
      return fields.getOrDefault(base, List.of());
    }
    boolean numbered = suffix.length() == 1 && Character.isDigit(suffix.charAt(0));
    List<String> all = fields.getOrDefault(numbered ? base : name, List.of());
    int index = numbered ? suffix.charAt(0) - '0' : 0;
    return index < all.size() ? List.of(all.get(index)) : List.of();
  }

  static boolean isField(String variable) {
    return variable.startsWith(PREFIX);
  }
}
