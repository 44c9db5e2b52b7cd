package io.thingstead.provision;

import io.thingstead.account.Account;
import io.thingstead.api.iot.TemplateType;
import io.thingstead.engine.Rows;
import io.thingstead.event.Whence;
import io.thingstead.identity.Certificates;
import io.thingstead.identity.JustRegistered;
import io.thingstead.identity.RegistrationTemplate;
import io.thingstead.model.ApiException;
import io.thingstead.model.template.ProvisioningTemplate;
import java.security.cert.X509Certificate;
import java.util.HashMap;
import java.util.Map;
import org.bouncycastle.asn1.ASN1String;
import org.bouncycastle.asn1.x500.AttributeTypeAndValue;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;

/**
 * Certificates that a CA of the account brought in and that nobody has activated yet: provisioned
 * at their first connection if the CA has a template, else told on {@code
 * $aws/events/certificates/registered/CA} for somebody to decide. For the executor of TLS tasks.
 * Spec: certificates-provisioning.md sections 2 and 3.
 */
final class Newcomers {
  private static final System.Logger LOG = System.getLogger(Newcomers.class.getName());

  /** What templates call the parts of a subject, by their object identifiers. */
  private static final Map<String, String> SUBJECT =
      Map.of(
          "2.5.4.6", "AWS::IoT::Certificate::Country",
          "2.5.4.10", "AWS::IoT::Certificate::Organization",
          "2.5.4.11", "AWS::IoT::Certificate::OrganizationalUnit",
          "2.5.4.46", "AWS::IoT::Certificate::DistinguishedNameQualifier",
          "2.5.4.8", "AWS::IoT::Certificate::StateName",
          "2.5.4.3", "AWS::IoT::Certificate::CommonName",
          "2.5.4.5", "AWS::IoT::Certificate::SerialNumber");

  private final Account account;
  private final Certificates certificates;
  private final Templates templates;
  private final Enrolment enrolment;
  private final RegistrationEvents events;
  private final Writing writing;
  private final Provisioning.Counts counts;

  Newcomers(
      Account account,
      Certificates certificates,
      Templates templates,
      Enrolment enrolment,
      RegistrationEvents events,
      Writing writing,
      Provisioning.Counts counts) {
    this.account = account;
    this.certificates = certificates;
    this.templates = templates;
    this.enrolment = enrolment;
    this.events = events;
    this.writing = writing;
    this.counts = counts;
  }

  /** Refuses what a CA cannot provision by. */
  static void check(Rows rows, RegistrationTemplate template) {
    String body = template.body();
    String name = template.name();
    if ((body == null) == (name == null)) {
      throw Templates.invalid(
          "a registrationConfig has either a templateBody or a templateName of type JITP");
    }
    if (name != null) {
      Templates.require(rows, name, TemplateType.JITP);
    } else if (body != null) {
      if (template.roleArn() == null) {
        throw Templates.invalid("a registrationConfig with a templateBody has a roleArn");
      }
      Templates.read(body, ProvisioningTemplate.Use.JUST_IN_TIME);
    }
  }

  /** A CA's word has registered a certificate that showed itself. */
  void registered(String certificateId, String caCertificateId) {
    writing.done(
        "iot:RegisterCertificate",
        certificateId,
        about(certificateId, caCertificateId, "just-in-time-registration"),
        Whence.text());
  }

  private static Map<String, String> about(String certificateId, String caId, String by) {
    Map<String, String> about = new HashMap<>();
    about.put("certificateId", certificateId);
    about.put("caCertificateId", caId);
    about.put("by", by);
    return about;
  }

  /** A newcomer showed itself; why its connection is refused, or empty. */
  String shown(JustRegistered shown) {
    RegistrationTemplate how = certificates.cas().template(shown.caCertificateId());
    if (how == null) {
      events.publish(shown);
      return "";
    }
    String id = shown.certificateId();
    Map<String, String> about = about(id, shown.caCertificateId(), "just-in-time-provisioning");
    if (how.name() != null) {
      about.put("templateName", how.name());
    }
    try {
      Provisioned made = enrolment.register(template(how), parameters(id));
      if (made.thingName() != null) {
        about.put("thingName", made.thingName());
      }
      writing.done("iot:RegisterThing", id, about, Whence.text());
      counts.justInTime().increment();
      LOG.log(
          System.Logger.Level.INFO,
          "certificate {0} of CA {1} was provisioned in account {2}",
          id,
          shown.caCertificateId(),
          account.id());
      return "certificate " + id + " was provisioned just now; it may connect again";
    } catch (ApiException e) {
      counts.justInTimeFailed().increment();
      writing.refused(
          "iot:RegisterThing", id, about, Whence.text(), e.error().wireName(), e.text());
      LOG.log(
          System.Logger.Level.WARNING,
          "certificate {0} of CA {1} cannot be provisioned in account {2}: {3}",
          id,
          shown.caCertificateId(),
          account.id(),
          e.text());
      return "certificate " + id + " cannot be provisioned: " + e.text();
    }
  }

  private ProvisioningTemplate template(RegistrationTemplate how) {
    String body = how.body();
    if (body != null) {
      return Templates.read(body, ProvisioningTemplate.Use.JUST_IN_TIME);
    }
    String name = String.valueOf(how.name());
    Templates.InForce found = templates.find(name, TemplateType.JITP);
    if (found == null || !found.enabled()) {
      throw Templates.invalid(
          "provisioning template "
              + name
              + " is not enabled (aws iot update-provisioning-template --template-name "
              + name
              + " --enabled)");
    }
    return found.template();
  }

  /** What templates can know of a certificate; the first value of each part of the subject. */
  private Map<String, String> parameters(String id) {
    Map<String, String> parameters = new HashMap<>();
    parameters.put(ProvisioningTemplate.CERTIFICATE_ID, id);
    X509Certificate certificate = certificates.certificate(id);
    if (certificate == null) {
      return parameters;
    }
    X500Name subject = X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded());
    for (RDN rdn : subject.getRDNs()) {
      for (AttributeTypeAndValue part : rdn.getTypesAndValues()) {
        String name = SUBJECT.get(part.getType().getId());
        if (name != null && part.getValue() instanceof ASN1String text) {
          parameters.putIfAbsent(name, text.getString());
        }
      }
    }
    return parameters;
  }
}
