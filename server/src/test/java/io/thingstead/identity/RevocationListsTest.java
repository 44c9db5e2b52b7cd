package io.thingstead.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thingstead.net.TestAuthority;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RevocationListsTest {
  private final TestAuthority authority = new TestAuthority();
  private final X509Certificate lost = authority.client("lost").certificate();
  private final X509Certificate kept = authority.client("kept").certificate();
  @TempDir private Path directory = Path.of("");

  private Path file(byte[] content) throws IOException {
    return Files.write(directory.resolve("ca.crl"), content);
  }

  private static RevocationLists read(Path file) {
    return new RevocationLists(List.of(file), InstantSource.system());
  }

  @Test
  void namesWhatTheListNamesAndNothingElse() throws IOException {
    Path file = file(authority.revocationList(lost));
    RevocationLists lists = read(file);
    assertThat(lists.refusal(lost))
        .contains("its CA has revoked it on ")
        .contains("serial number " + lost.getSerialNumber().toString(16))
        .contains(file.toString());
    assertThat(lists.refusal(kept)).isNull();
  }

  @Test
  void sameSerialNumberOfAnotherCaIsAnotherCertificate() throws IOException {
    byte[] list = authority.revocationList(lost);
    // The name inside is of the same length, so the list is well formed and of nobody we know.
    byte[] other =
        new String(list, StandardCharsets.ISO_8859_1)
            .replace("Test root", "Best root")
            .getBytes(StandardCharsets.ISO_8859_1);
    assertThat(read(file(other)).refusal(lost)).isNull();
  }

  @Test
  void severalListsInPemFormMayShareAFile() throws IOException {
    String pem = pem(authority.revocationList(lost)) + pem(authority.revocationList(kept));
    RevocationLists lists = read(file(pem.getBytes(StandardCharsets.US_ASCII)));
    assertThat(lists.refusal(lost)).isNotNull();
    assertThat(lists.refusal(kept)).isNotNull();
  }

  private static String pem(byte[] der) {
    return "-----BEGIN X509 CRL-----\n"
        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
        + "\n-----END X509 CRL-----\n";
  }

  @Test
  void changedFileIsReadAgainAndABrokenOneKeepsTheOldList() throws IOException {
    Path file = file(authority.revocationList());
    RevocationLists lists = read(file);
    assertThat(lists.refusal(lost)).isNull();
    file(authority.revocationList(lost));
    lists.refresh();
    assertThat(lists.refusal(lost)).isNotNull();
    file("half a fi".getBytes(StandardCharsets.US_ASCII));
    lists.refresh();
    assertThat(lists.refusal(lost)).isNotNull();
    Files.delete(file);
    lists.refresh();
    assertThat(lists.refusal(lost)).isNotNull();
    file(authority.revocationList(kept));
    lists.refresh();
    assertThat(lists.refusal(lost)).isNull();
    assertThat(lists.refusal(kept)).isNotNull();
  }

  @Test
  void listsBesideCertificatesMustBeSignedByOneOfThem() throws Exception {
    byte[] list = pem(authority.revocationList(lost)).getBytes(StandardCharsets.US_ASCII);
    byte[] signer = certificate(authority.root());
    byte[] stranger = certificate(new TestAuthority().root());
    Path file = file(concat(stranger, signer, list));
    RevocationLists lists = read(file);
    assertThat(lists.refusal(lost)).isNotNull();
    List<String> told = new ArrayList<>();
    lists.onChange(() -> told.add("changed"));
    file(concat(stranger, pem(authority.revocationList()).getBytes(StandardCharsets.US_ASCII)));
    lists.refresh();
    assertThat(lists.refusal(lost)).as("a forged list is not taken").isNotNull();
    assertThat(told).isEmpty();
    file(concat(signer, pem(authority.revocationList()).getBytes(StandardCharsets.US_ASCII)));
    lists.refresh();
    assertThat(lists.refusal(lost)).isNull();
    assertThat(told).containsExactly("changed");
    Path forged = file(concat(stranger, list));
    assertThatThrownBy(() -> read(forged)).hasMessageContaining("signed by no certificate");
  }

  private static byte[] certificate(X509Certificate certificate) throws Exception {
    return ("-----BEGIN CERTIFICATE-----\n"
            + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(certificate.getEncoded())
            + "\n-----END CERTIFICATE-----\n")
        .getBytes(StandardCharsets.US_ASCII);
  }

  private static byte[] concat(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }

  @Test
  void oldListStillHolds() throws IOException {
    Path file = file(authority.revocationList(lost));
    RevocationLists lists =
        new RevocationLists(
            List.of(file), InstantSource.fixed(Instant.now().plusSeconds(30L * 86_400)));
    lists.refresh();
    assertThat(lists.refusal(lost)).isNotNull();
  }

  @Test
  void fileThatIsNoListEndsTheStart() throws IOException {
    Path file = file("nothing".getBytes(StandardCharsets.US_ASCII));
    assertThatThrownBy(() -> read(file)).hasMessageContaining("cannot use the revocation list");
    assertThatThrownBy(() -> read(directory.resolve("none")))
        .hasMessageContaining("cannot use the revocation list");
  }
}
