package io.thingstead.domain;

import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;

/** Host names, as callers give them and as certificates cover them. */
final class HostNames {
  private static final int CHARS_MAX = 253;
  private static final int SUBJECT_NAME_DNS = 2;

  /** Labels of letters, digits and inner hyphens, the last not all digits (RFC 1123 2.1). */
  private static final Pattern NAME =
      Pattern.compile(
          "([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)*(?![0-9]+$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");

  /** Accounts without a name of their own are chosen by such names. */
  private static final Pattern OF_ACCOUNT = Pattern.compile("[0-9]{12}\\..*");

  private HostNames() {}

  /**
   * A host name in lower case.
   *
   * @throws ApiException INVALID_REQUEST when SNI could not carry it, or it chooses an account
   */
  static String parse(String given) {
    String name = given.toLowerCase(Locale.ROOT);
    if (name.length() > CHARS_MAX || !NAME.matcher(name).matches()) {
      throw new ApiException(
          AwsError.INVALID_REQUEST,
          "domainName '"
              + given
              + "' is not a host name that a client can ask for by SNI: labels of letters, digits"
              + " and hyphens, no wildcard, no IP address");
    }
    if (OF_ACCOUNT.matcher(name).matches()) {
      throw new ApiException(
          AwsError.INVALID_REQUEST,
          "domainName '" + given + "' begins as the own endpoint of an account does; use another");
    }
    return name;
  }

  /** Those that a certificate is for: its alternative names, or else its common name. */
  static Set<String> of(X509Certificate certificate) {
    Set<String> names = new TreeSet<>();
    try {
      Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
      if (alternatives != null) {
        for (List<?> each : alternatives) {
          if (each.getFirst() instanceof Integer type && type == SUBJECT_NAME_DNS) {
            names.add(String.valueOf(each.get(1)).toLowerCase(Locale.ROOT));
          }
        }
      }
      if (names.isEmpty()) {
        for (Rdn each : new LdapName(certificate.getSubjectX500Principal().getName()).getRdns()) {
          if (each.getType().equalsIgnoreCase("CN")) {
            names.add(String.valueOf(each.getValue()).toLowerCase(Locale.ROOT));
          }
        }
      }
    } catch (CertificateParsingException | InvalidNameException e) {
      return Set.of(); // it covers nothing that can be read
    }
    return names;
  }

  /** By name, or by a wildcard for the first label (RFC 6125 section 6.4.3). */
  static boolean covers(X509Certificate certificate, String host) {
    Set<String> names = of(certificate);
    int dot = host.indexOf('.');
    return names.contains(host) || (dot > 0 && names.contains("*" + host.substring(dot)));
  }
}
