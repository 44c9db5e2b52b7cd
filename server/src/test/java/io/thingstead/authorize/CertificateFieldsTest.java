package io.thingstead.authorize;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CertificateFieldsTest {
  private static Map<String, List<String>> fields(String subject) throws Exception {
    KeyPair keys = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    JcaX509v3CertificateBuilder builder =
        new JcaX509v3CertificateBuilder(
            new X500Name("CN=Issuer,C=DE"),
            BigInteger.valueOf(255),
            Date.from(Instant.parse("2026-01-01T00:00:00Z")),
            Date.from(Instant.parse("2027-01-01T00:00:00Z")),
            new X500Name(subject),
            keys.getPublic());
    builder.addExtension(
        Extension.subjectAlternativeName,
        false,
        new GeneralNames(
            new GeneralName[] {
              new GeneralName(GeneralName.dNSName, "d1.example"),
              new GeneralName(GeneralName.dNSName, "d2.example"),
              new GeneralName(GeneralName.iPAddress, "10.0.0.1"),
              new GeneralName(GeneralName.rfc822Name, "d@x.example"),
              new GeneralName(GeneralName.uniformResourceIdentifier, "urn:d"),
              new GeneralName(GeneralName.directoryName, "CN=d")
            }));
    X509Certificate certificate =
        new JcaX509CertificateConverter()
            .getCertificate(
                builder.build(new JcaContentSignerBuilder("Ed25519").build(keys.getPrivate())));
    return CertificateFields.of(certificate);
  }

  private static List<String> value(Map<String, List<String>> fields, String name) {
    return CertificateFields.values(fields, "iot:certificate." + name);
  }

  @Test
  void fieldsHaveFirstNumberedAndAllValues() throws Exception {
    Map<String, List<String>> fields = fields("CN=device,O=One,O=Two,OU=x\\=y");
    assertThat(value(fields, "subject.commonname")).containsExactly("device");
    assertThat(value(fields, "subject.organization")).containsExactly("One");
    assertThat(value(fields, "subject.organization.1")).containsExactly("Two");
    assertThat(value(fields, "subject.organization.2")).isEmpty();
    assertThat(value(fields, "subject.organization.list")).containsExactly("One", "Two");
    assertThat(value(fields, "subject.organizationalunit")).containsExactly("x\\=y");
    assertThat(value(fields, "subject.title")).isEmpty();
    assertThat(value(fields, "issuer.country")).containsExactly("DE");
    assertThat(value(fields, "serialnumber")).containsExactly("ff");
  }

  @Test
  void alternativeNamesAreFields() throws Exception {
    Map<String, List<String>> fields = fields("CN=device");
    assertThat(value(fields, "subject.alternativename.dnsname")).containsExactly("d1.example");
    assertThat(value(fields, "subject.alternativename.dnsname.1")).containsExactly("d2.example");
    assertThat(value(fields, "subject.alternativename.ipaddress")).containsExactly("10.0.0.1");
    assertThat(value(fields, "availablekeys"))
        .contains(
            "iot:Certificate.Subject.CommonName",
            "iot:Certificate.Issuer.Country",
            "iot:Certificate.Subject.AlternativeName.DNSName");
  }

  @ParameterizedTest
  @CsvSource({
    "DistinguishedNameQualifier, q",
    "Country, DE",
    "Organization, o",
    "OrganizationalUnit, u",
    "State, s",
    "CommonName, c",
    "SerialNumber, 17",
    "Title, t",
    "Surname, sn",
    "GivenName, g",
    "Initials, i",
    "Pseudonym, p",
    "GenerationQualifier, III",
    "AlternativeName.DNSName, d1.example",
    "AlternativeName.IPAddress, 10.0.0.1",
    "AlternativeName.RFC822Name, d@x.example",
    "AlternativeName.UniformResourceIdentifier, urn:d",
    "AlternativeName.DirectoryName, CN\\=d"
  })
  void everyFieldOfTheGuideHasItsValue(String field, String expected) throws Exception {
    Map<String, List<String>> fields =
        fields(
            "DN=q,C=DE,O=o,OU=u,ST=s,CN=c,SERIALNUMBER=17,T=t,SURNAME=sn,GIVENNAME=g,INITIALS=i,"
                + "Pseudonym=p,GENERATION=III");
    assertThat(value(fields, "subject." + field.toLowerCase(Locale.ROOT)))
        .containsExactly(expected);
    assertThat(value(fields, "availablekeys")).contains("iot:Certificate.Subject." + field);
  }

  @Test
  void fiveValuesAreTheMost() throws Exception {
    Map<String, List<String>> fields = fields("CN=d,O=1,O=2,O=3,O=4,O=5,O=6");
    assertThat(value(fields, "subject.organization.list")).hasSize(5);
  }
}
