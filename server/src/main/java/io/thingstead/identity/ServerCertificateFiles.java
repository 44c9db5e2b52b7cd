package io.thingstead.identity;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A user's own server certificate in PEM files. Gives the same object until the files' content
 * changes.
 */
public final class ServerCertificateFiles implements Supplier<ServerIdentity> {
  private final Path certificateFile;
  private final Path keyFile;
  private byte @Nullable [] seenCertificate;
  private byte @Nullable [] seenKey;
  private @Nullable ServerIdentity last;

  /**
   * @param certificateFile the chain, the server's own certificate first
   * @param keyFile its private key, not encrypted, in PKCS#8, PKCS#1 or SEC 1 form
   */
  public ServerCertificateFiles(Path certificateFile, Path keyFile) {
    this.certificateFile = certificateFile;
    this.keyFile = keyFile;
  }

  @Override
  public synchronized ServerIdentity get() {
    try {
      byte[] certificate = Files.readAllBytes(certificateFile);
      byte[] key = Files.readAllBytes(keyFile);
      ServerIdentity known = last;
      if (known != null
          && Arrays.equals(certificate, seenCertificate)
          && Arrays.equals(key, seenKey)) {
        return known;
      }
      ServerIdentity read =
          ServerIdentity.fromPem(
              new String(certificate, StandardCharsets.UTF_8),
              new String(key, StandardCharsets.UTF_8));
      seenCertificate = certificate;
      seenKey = key;
      last = read;
      return read;
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException(
          "cannot use the server certificate "
              + certificateFile
              + " with the key "
              + keyFile
              + ": "
              + e.getMessage(),
          e);
    }
  }
}
