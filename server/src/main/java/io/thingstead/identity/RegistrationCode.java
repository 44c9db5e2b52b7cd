package io.thingstead.identity;

import io.thingstead.account.Account;
import io.thingstead.engine.AccountShard;
import io.thingstead.engine.Key;
import io.thingstead.engine.Rows;
import io.thingstead.engine.Tx;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import io.thingstead.row.Json;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x500.style.IETFUtils;
import org.jspecify.annotations.Nullable;

/**
 * An account's registration code. Whoever has a CA sign a certificate with it as common name has
 * that CA's key, and means this account.
 */
public final class RegistrationCode {
  private static final int BYTES = 32;
  private static final Key ROW = Key.of("code");

  private final Account account;
  private final AccountShard registry;
  private final SecureRandom random;

  RegistrationCode(Account account, AccountShard registry, SecureRandom random) {
    this.account = account;
    this.registry = registry;
    this.random = random;
  }

  /** GetRegistrationCode: 64 hex digits, the same until it is deleted. Waits for durability. */
  public String get() {
    byte[] bytes = new byte[BYTES];
    random.nextBytes(bytes);
    String fresh = HexFormat.of().formatHex(bytes);
    return registry.call(
        tx -> {
          Row known = row(tx);
          if (known != null) {
            return known.code();
          }
          tx.put(Tables.REGISTRATION_CODE, ROW, Json.encode(new Row(fresh)));
          return fresh;
        });
  }

  /**
   * DeleteRegistrationCode: verification certificates made for it are worthless from now on. Waits
   * for durability.
   */
  public void delete() {
    registry.call(
        tx -> {
          if (row(tx) == null) {
            throw new ApiException(
                AwsError.RESOURCE_NOT_FOUND, "there is no registration code in this account");
          }
          tx.delete(Tables.REGISTRATION_CODE, ROW);
          return true;
        });
  }

  /**
   * Checks the common name of a verification certificate.
   *
   * @throws ApiException RegistrationCodeValidation when it is another, or there is no code
   */
  void requireIn(Tx tx, X509Certificate proof) {
    Row known = row(tx);
    if (known == null) {
      throw new ApiException(
          AwsError.REGISTRATION_CODE_VALIDATION,
          "the account has no registration code; get one (aws iot get-registration-code) and sign"
              + " a certificate with it as common name");
    }
    List<String> names = commonNames(proof);
    if (!names.equals(List.of(known.code()))) {
      throw new ApiException(
          AwsError.REGISTRATION_CODE_VALIDATION,
          "the common name of verificationCertificate is "
              + names
              + ", not the registration code of account "
              + account.id());
    }
  }

  private static @Nullable Row row(Rows rows) {
    byte[] row = rows.get(Tables.REGISTRATION_CODE, ROW);
    return row == null ? null : Json.decode(row, Row.class);
  }

  private static List<String> commonNames(X509Certificate certificate) {
    List<String> names = new ArrayList<>();
    X500Name subject = X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded());
    for (RDN part : subject.getRDNs(BCStyle.CN)) {
      names.add(IETFUtils.valueToString(part.getFirst().getValue()));
    }
    return names;
  }

  private record Row(String code) {}
}
