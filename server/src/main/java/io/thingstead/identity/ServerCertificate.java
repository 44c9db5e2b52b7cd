package io.thingstead.identity;

import io.thingstead.engine.AccountShard;
import io.thingstead.engine.Key;
import io.thingstead.row.Json;
import java.net.InetAddress;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.bouncycastle.util.IPAddress;

/**
 * The server's certificate: issued by the own CA for every name the server has, renewed before it
 * ends and whenever the names change; or the user's own from files, read again when they change.
 * Call {@link #refresh} every few seconds; any thread may read {@link #current}.
 */
public final class ServerCertificate {
  private static final System.Logger LOG = System.getLogger(ServerCertificate.class.getName());
  private static final Key ROW = Key.of("server");
  private static final String CONTEXT = "server-certificate";

  private final Supplier<ServerIdentity> source;
  private final List<Consumer<ServerIdentity>> listeners = new CopyOnWriteArrayList<>();
  private volatile ServerIdentity current;

  private ServerCertificate(Supplier<ServerIdentity> source) {
    this.source = source;
    this.current = source.get();
  }

  /**
   * Issued by the own CA.
   *
   * @param server the server shard
   * @param names every host name and IP address by which clients call the server, at least one;
   *     asked again at each refresh
   */
  public static ServerCertificate issued(
      AccountShard server,
      MasterKey master,
      OwnCa ca,
      KeyPairs keys,
      InstantSource clock,
      Supplier<List<String>> names) {
    return new ServerCertificate(new Issued(server, master, ca, keys, clock, names));
  }

  /**
   * The user's own.
   *
   * @throws IllegalStateException when the files hold no certificate with its key
   */
  public static ServerCertificate fromFiles(ServerCertificateFiles files) {
    return new ServerCertificate(files);
  }

  /** What a new connection is answered with. */
  public ServerIdentity current() {
    return current;
  }

  /** Calls with each later identity, on the refreshing thread. */
  public void onChange(Consumer<ServerIdentity> listener) {
    listeners.add(listener);
  }

  /** Renews or reads again if it is time; keeps what there is, and logs, when that fails. */
  public synchronized void refresh() {
    ServerIdentity next;
    try {
      next = source.get();
    } catch (RuntimeException e) {
      LOG.log(
          System.Logger.Level.WARNING,
          "server certificate not renewed, the old one stays: {0}",
          e.getMessage());
      return;
    }
    if (!next.equals(current)) {
      current = next;
      LOG.log(
          System.Logger.Level.INFO,
          "server certificate renewed: {0} until {1}",
          next.leaf().getSubjectX500Principal().getName(),
          next.leaf().getNotAfter().toInstant());
      listeners.forEach(listener -> listener.accept(next));
    }
  }

  /** Keeps the issued certificate in the server shard, so that a restart does not change it. */
  private static final class Issued implements Supplier<ServerIdentity> {
    private final AccountShard server;
    private final MasterKey master;
    private final OwnCa ca;
    private final KeyPairs keys;
    private final InstantSource clock;
    private final Supplier<List<String>> names;
    private ServerIdentity last;

    Issued(
        AccountShard server,
        MasterKey master,
        OwnCa ca,
        KeyPairs keys,
        InstantSource clock,
        Supplier<List<String>> names) {
      this.server = server;
      this.master = master;
      this.ca = ca;
      this.keys = keys;
      this.clock = clock;
      this.names = names;
      byte[] stored = server.durable().get(Tables.SERVER_KEY, ROW);
      this.last = stored == null ? issue() : read(stored);
    }

    @Override
    public ServerIdentity get() {
      if (!good(last.leaf())) {
        last = issue();
      }
      return last;
    }

    private ServerIdentity read(byte[] stored) {
      SealedCertificate row = Json.decode(stored, SealedCertificate.class);
      return new ServerIdentity(
          row.key(master, CONTEXT), List.of(row.certificate(), ca.certificate()));
    }

    private boolean good(X509Certificate leaf) {
      return !ca.isDue(leaf, clock.instant())
          && namesIn(leaf).equals(new TreeSet<>(canonical(names.get())));
    }

    /** As a certificate gives them back, so that the two can be compared. */
    private static List<String> canonical(List<String> names) {
      return names.stream()
          .map(
              name ->
                  IPAddress.isValid(name)
                      ? InetAddress.ofLiteral(name).getHostAddress()
                      : name.toLowerCase(Locale.ROOT))
          .toList();
    }

    private static Set<String> namesIn(X509Certificate leaf) {
      TreeSet<String> found = new TreeSet<>();
      try {
        var alternatives = leaf.getSubjectAlternativeNames();
        if (alternatives != null) {
          alternatives.forEach(pair -> found.add(String.valueOf(pair.get(1))));
        }
      } catch (CertificateParsingException e) {
        throw new IllegalStateException("our own certificate cannot be read", e);
      }
      return found;
    }

    private ServerIdentity issue() {
      ServerIdentity made = ca.issue(canonical(names.get()), keys, clock.instant());
      SealedCertificate row = SealedCertificate.of(made.leaf(), made.key(), master, CONTEXT);
      server.call(
          tx -> {
            tx.put(Tables.SERVER_KEY, ROW, Json.encode(row));
            return true;
          });
      return made;
    }
  }
}
