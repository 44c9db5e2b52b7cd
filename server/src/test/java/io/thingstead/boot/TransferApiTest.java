package io.thingstead.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.iot.IotClient;
import software.amazon.awssdk.services.iot.model.CertificateDescription;
import software.amazon.awssdk.services.iot.model.CertificateStatus;
import software.amazon.awssdk.services.iot.model.OutgoingCertificate;

/** Certificates that go from one account of a server to another. */
class TransferApiTest extends ApiTest {
  private static final String FIRST = "000000000000";
  private static final String OTHER = "222222222222";
  private static final String INVALID = "InvalidRequestException";
  private static final String MISSING = "ResourceNotFoundException";
  private static final String STATE = "CertificateStateException";
  private static final String CONFLICT = "TransferConflictException";
  private static final String COMPLETED = "TransferAlreadyCompletedException";
  private @Nullable IotClient other;

  @BeforeAll
  void makeAnAccount() throws Exception {
    var made =
        node()
            .signed(
                "POST", "/_thingstead/accounts", Map.of(), "{\"accountId\": \"" + OTHER + "\"}");
    assertThat(made.statusCode()).as(made.body()).isEqualTo(200);
    other = node().iot(OTHER);
  }

  @AfterAll
  void close() {
    other().close();
  }

  private IotClient other() {
    return Objects.requireNonNull(other);
  }

  private String certificate(boolean active) {
    return iot().createKeysAndCertificate(r -> r.setAsActive(active)).certificateId();
  }

  private static CertificateDescription described(IotClient of, String id) {
    return of.describeCertificate(r -> r.certificateId(id)).certificateDescription();
  }

  private void transfer(String id) {
    iot()
        .transferCertificate(
            r -> r.certificateId(id).targetAwsAccount(OTHER).transferMessage("take it"));
  }

  @Test
  void aCertificateIsOfferedAndAccepted() {
    String id = certificate(false);
    assertThat(
            iot()
                .transferCertificate(
                    r -> r.certificateId(id).targetAwsAccount(OTHER).transferMessage("yours"))
                .transferredCertificateArn())
        .isEqualTo("arn:aws:iot:us-east-1:" + FIRST + ":cert/" + id);
    CertificateDescription offered = described(iot(), id);
    assertThat(offered.status()).isEqualTo(CertificateStatus.PENDING_TRANSFER);
    assertThat(offered.transferData().transferMessage()).isEqualTo("yours");
    assertThat(offered.transferData().transferDate()).isNotNull();
    assertThat(iot().listOutgoingCertificates().outgoingCertificates())
        .extracting(OutgoingCertificate::certificateId, OutgoingCertificate::transferredTo)
        .contains(org.assertj.core.groups.Tuple.tuple(id, OTHER));
    refused(404, MISSING, () -> described(other(), id));
    refused(406, STATE, () -> transfer(id));
    refused(
        406, STATE, () -> iot().updateCertificate(r -> r.certificateId(id).newStatus("ACTIVE")));
    refused(406, STATE, () -> iot().deleteCertificate(r -> r.certificateId(id)));
    other().acceptCertificateTransfer(r -> r.certificateId(id).setAsActive(true));
    CertificateDescription accepted = described(other(), id);
    assertThat(accepted.status()).isEqualTo(CertificateStatus.ACTIVE);
    assertThat(accepted.ownedBy()).isEqualTo(OTHER);
    assertThat(accepted.previousOwnedBy()).isEqualTo(FIRST);
    assertThat(accepted.certificatePem()).isEqualTo(offered.certificatePem());
    assertThat(accepted.transferData().acceptDate()).isNotNull();
    refused(404, MISSING, () -> described(iot(), id));
    refused(410, COMPLETED, () -> iot().cancelCertificateTransfer(r -> r.certificateId(id)));
    refused(410, COMPLETED, () -> other().acceptCertificateTransfer(r -> r.certificateId(id)));
    refused(410, COMPLETED, () -> other().rejectCertificateTransfer(r -> r.certificateId(id)));
    assertThat(iot().listOutgoingCertificates().outgoingCertificates())
        .extracting(OutgoingCertificate::certificateId)
        .doesNotContain(id);
  }

  @Test
  void anOfferIsRejectedOrCancelled() {
    String id = certificate(false);
    transfer(id);
    other().rejectCertificateTransfer(r -> r.certificateId(id).rejectReason("not ours"));
    CertificateDescription back = described(iot(), id);
    assertThat(back.status()).isEqualTo(CertificateStatus.INACTIVE);
    assertThat(back.transferData().rejectReason()).isEqualTo("not ours");
    assertThat(back.transferData().rejectDate()).isNotNull();
    refused(404, MISSING, () -> other().acceptCertificateTransfer(r -> r.certificateId(id)));
    refused(410, COMPLETED, () -> iot().cancelCertificateTransfer(r -> r.certificateId(id)));
    transfer(id);
    iot().cancelCertificateTransfer(r -> r.certificateId(id));
    assertThat(described(iot(), id).status()).isEqualTo(CertificateStatus.INACTIVE);
    refused(404, MISSING, () -> other().acceptCertificateTransfer(r -> r.certificateId(id)));
    refused(400, INVALID, () -> iot().cancelCertificateTransfer(r -> r.certificateId(id)));
  }

  @Test
  void aCertificateInUseIsNotTransferred() {
    String id = certificate(true);
    String arn = described(iot(), id).certificateArn();
    refused(406, STATE, () -> transfer(id));
    iot().updateCertificate(r -> r.certificateId(id).newStatus("INACTIVE"));
    iot().createPolicy(r -> r.policyName("holds").policyDocument(RunningNode.ANY_POLICY));
    iot().attachPolicy(r -> r.policyName("holds").target(arn));
    refused(409, CONFLICT, () -> transfer(id));
    iot().detachPolicy(r -> r.policyName("holds").target(arn));
    iot().createThing(r -> r.thingName("holds"));
    iot().attachThingPrincipal(r -> r.thingName("holds").principal(arn));
    refused(409, CONFLICT, () -> transfer(id));
    iot().detachThingPrincipal(r -> r.thingName("holds").principal(arn));
    refused(
        400,
        INVALID,
        () -> iot().transferCertificate(r -> r.certificateId(id).targetAwsAccount(FIRST)));
    refused(
        400,
        INVALID,
        () -> iot().transferCertificate(r -> r.certificateId(id).targetAwsAccount("333333333333")));
    refused(404, MISSING, () -> transfer("0".repeat(64)));
    transfer(id);
  }

  @Test
  void anAccountThatHasTheCertificateItselfCannotAcceptIt() {
    String id = certificate(false);
    String pem = described(iot(), id).certificatePem();
    other().registerCertificateWithoutCA(r -> r.certificatePem(pem));
    transfer(id);
    refused(400, INVALID, () -> other().acceptCertificateTransfer(r -> r.certificateId(id)));
    other().deleteCertificate(r -> r.certificateId(id));
    other().acceptCertificateTransfer(r -> r.certificateId(id));
    assertThat(described(other(), id).status()).isEqualTo(CertificateStatus.INACTIVE);
  }
}
