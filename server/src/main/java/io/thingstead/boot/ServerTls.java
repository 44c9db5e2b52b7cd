package io.thingstead.boot;

import io.thingstead.config.Settings;
import io.thingstead.identity.RevocationLists;
import io.thingstead.identity.ServerCertificate;
import io.thingstead.identity.ServerCertificateFiles;
import io.thingstead.net.ServerContexts;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** The server's certificate, and the looks at it and at revocation lists that go on for ever. */
final class ServerTls implements AutoCloseable {
  private static final int CHECK_SECONDS = 10;

  private final ServerCertificate certificate;
  private final RevocationLists revoked;
  private final ServerContexts contexts;
  private final ScheduledExecutorService checks;
  private final List<Runnable> others = new CopyOnWriteArrayList<>();

  /**
   * @param issued makes the certificate of the server's own CA, if the settings name no file
   */
  ServerTls(Settings settings, Supplier<ServerCertificate> issued, RevocationLists revoked) {
    Settings.CertificateFiles files = settings.serverCertificate();
    this.certificate =
        files == null
            ? issued.get()
            : ServerCertificate.fromFiles(
                new ServerCertificateFiles(files.certificate(), files.key()));
    this.revoked = revoked;
    this.contexts = new ServerContexts(List.of(certificate.current()));
    certificate.onChange(identity -> contexts.replace(List.of(identity)));
    checks =
        Executors.newSingleThreadScheduledExecutor(
            task -> Thread.ofPlatform().daemon().name("certificates").unstarted(task));
    var _ =
        checks.scheduleWithFixedDelay(this::check, CHECK_SECONDS, CHECK_SECONDS, TimeUnit.SECONDS);
  }

  ServerContexts contexts() {
    return contexts;
  }

  /** When the certificate ends that new connections are answered with. */
  Instant ends() {
    return certificate.current().leaf().getNotAfter().toInstant();
  }

  /** Names of the server have come: they have to be in the certificate. */
  void refresh() {
    certificate.refresh();
  }

  /** Does something else too whenever it looks whether something has changed. */
  void alsoCheck(Runnable other) {
    others.add(other);
  }

  /** Looks at once whether certificates and revocation lists have changed. */
  void check() {
    certificate.refresh();
    revoked.refresh();
    others.forEach(Runnable::run);
  }

  @Override
  public void close() {
    checks.shutdownNow();
    contexts.close();
  }
}
