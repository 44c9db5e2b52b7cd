package io.thingstead.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thingstead.account.Account;
import io.thingstead.account.Accounts;
import io.thingstead.api.iot.CreateDomainConfigurationRequest;
import io.thingstead.api.iot.DomainConfigurationStatus;
import io.thingstead.api.iot.TlsConfig;
import io.thingstead.api.iot.UpdateDomainConfigurationRequest;
import io.thingstead.engine.Family;
import io.thingstead.engine.ShardId;
import io.thingstead.engine.Simulation;
import io.thingstead.function.FunctionCalls;
import io.thingstead.function.FunctionResult;
import io.thingstead.function.Invoker;
import io.thingstead.identity.KeyPairs;
import io.thingstead.identity.MasterKey;
import io.thingstead.identity.OwnCa;
import io.thingstead.model.AccountId;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import io.thingstead.model.Profile;
import io.thingstead.model.Quotas;
import io.thingstead.net.TestAuthority;
import io.thingstead.net.TestAuthority.Identity;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Domain configurations over years and restarts, on a simulated engine. */
class DomainLifeTest {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final Duration YEAR = Duration.ofDays(365);

  private final Simulation simulation = new Simulation(1);
  private final Account account =
      new Account(
          new AccountId("000000000001"),
          "us-east-1",
          Profile.THINGSTEAD,
          Quotas.of(Map.of("domains.certificates", 1L)));
  private final TestAuthority authority = new TestAuthority();

  /** What TLS shows. */
  private final Map<String, Certified> shown = new TreeMap<>();

  @TempDir private Path directory = Path.of("");
  private @Nullable Domains domains;
  private @Nullable DomainConfigurations configurations;

  @BeforeEach
  void start() {
    restart();
  }

  private void restart() {
    shown.clear();
    domains = new Domains(accounts(), List.of("iot.example"), shows());
    DomainConfigurations made = configured(domains());
    configurations = made;
    made.start();
  }

  private Domains domains() {
    return Objects.requireNonNull(domains);
  }

  private DomainConfigurations configurations() {
    return Objects.requireNonNull(configurations);
  }

  private Showing shows() {
    return new Showing(shown::put, shown::remove, _ -> {});
  }

  private Accounts accounts() {
    return new Accounts(
        simulation.engine().shard(new ShardId(ShardId.SERVER, 0)).account(0), account);
  }

  private DomainConfigurations configured(Domains of) {
    MasterKey master = MasterKey.open(directory.resolve("master.key"), RANDOM);
    KeyPairs keys = new KeyPairs(RANDOM, 1);
    OwnCa ca =
        OwnCa.open(
            simulation.engine().shard(new ShardId(ShardId.SERVER, 0)).account(0),
            master,
            keys,
            simulation.clock(),
            RANDOM);
    return new DomainConfigurations(
        account,
        simulation.engine().shard(new ShardId(ShardId.REGISTRY, 0)).account(account.id().number()),
        of,
        new DomainConfigurations.Means(master, ca, keys, simulation.clock(), RANDOM),
        new DomainConfigurations.References("iot.example", _ -> false, new NoFunctions()));
  }

  private static final class NoFunctions implements FunctionCalls {
    @Override
    public FunctionResult invoke(
        String function, byte[] payload, Invoker invoker, Duration patience) {
      throw new AssertionError("called " + function);
    }

    @Override
    public void send(String function, byte[] payload, Invoker invoker) {
      throw new AssertionError("called " + function);
    }
  }

  private void create(String name, String... host) {
    configurations()
        .create(
            CreateDomainConfigurationRequest.builder()
                .domainConfigurationName(name)
                .domainName(host.length == 0 ? null : host[0])
                .serverCertificateArns(host.length == 2 ? List.of(host[1]) : null)
                .tlsConfig(new TlsConfig("IoTSecurityPolicy_TLS13_1_3_2022_10"))
                .build(),
            Map.of());
  }

  private void disable(String name) {
    configurations()
        .update(
            UpdateDomainConfigurationRequest.builder()
                .domainConfigurationName(name)
                .domainConfigurationStatus(DomainConfigurationStatus.DISABLED)
                .build());
  }

  private Certified certified(String host) {
    return Objects.requireNonNull(shown.get(host), host);
  }

  private X509Certificate shownAt(String host) {
    return certified(host).identity().leaf();
  }

  @Test
  void whatIsConfiguredHoldsAfterARestart() {
    create("site", "mqtt.site.example");
    X509Certificate issued = shownAt("mqtt.site.example");
    assertThat(HostNames.of(issued)).containsExactly("mqtt.site.example");
    disable("site");
    configurations()
        .update(
            UpdateDomainConfigurationRequest.builder()
                .domainConfigurationName("iot:Data-ATS")
                .tlsConfig(new TlsConfig("IoTSecurityPolicy_TLS12_1_2_2022_10"))
                .build());

    restart();

    Domain found = domains().find("mqtt.site.example");
    assertThat(found.configuration()).isEqualTo("site");
    assertThat(found.enabled()).isFalse();
    assertThat(found.account().id()).isEqualTo(account.id());
    assertThat(shownAt("mqtt.site.example")).as("the same").isEqualTo(issued);
    assertThat(certified("mqtt.site.example").policy()).isEqualTo(SecurityPolicy.TLS13_1_3_2022_10);
    for (String own : List.of("", "iot.example", "elsewhere.example")) {
      assertThat(domains().find(own).ofAccount()).isTrue();
      assertThat(domains().find(own).securityPolicy()).isEqualTo(SecurityPolicy.TLS12_1_2_2022_10);
    }
  }

  @Test
  void aCertificateOfTheOwnCaIsRenewedAMonthBeforeItEnds() {
    create("site", "mqtt.site.example");
    X509Certificate first = shownAt("mqtt.site.example");
    simulation.advanceWithoutTurns(YEAR);
    configurations().renew();
    assertThat(shownAt("mqtt.site.example")).isEqualTo(first);
    simulation.advanceWithoutTurns(Duration.ofDays(3));
    configurations().renew();
    X509Certificate second = shownAt("mqtt.site.example");
    assertThat(second.getNotAfter()).isAfter(first.getNotAfter());
    configurations().renew();
    assertThat(shownAt("mqtt.site.example")).isEqualTo(second);
    restart();
    assertThat(shownAt("mqtt.site.example")).isEqualTo(second);
  }

  @Test
  void aHostNameMadeByTheServerCanBeDeletedInTheEnd() {
    create("managed");
    String host = shown.keySet().iterator().next();
    assertThat(host).matches("d[a-z0-9]{14}\\.iot\\.example");
    disable("managed");
    simulation.advanceWithoutTurns(Duration.ofDays(7).minusSeconds(1));
    assertThatThrownBy(() -> configurations().delete("managed"))
        .isInstanceOf(ApiException.class)
        .hasMessageContaining("domains.managedDisabled");
    simulation.advanceWithoutTurns(Duration.ofSeconds(2));
    configurations().delete("managed");
    assertThat(shown).isEmpty();
    assertThat(domains().find(host).ofAccount()).isTrue();
  }

  private static String pem(String kind, byte[] der) {
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
        .formatted(kind, Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der), kind);
  }

  private String bring(Identity identity) throws Exception {
    return configurations()
        .certificates()
        .add(
            pem("CERTIFICATE", identity.certificate().getEncoded()),
            pem("PRIVATE KEY", identity.key().getEncoded()));
  }

  private Identity good(String host) {
    Instant now = simulation.clock().instant();
    return authority.server(
        now.minusSeconds(60), now.plus(Duration.ofDays(90)), KeyPurposeId.id_kp_serverAuth, host);
  }

  @Test
  void anAccountHasSoManyCertificates() throws Exception {
    bring(good("a.example"));
    assertThatThrownBy(() -> bring(good("b.example")))
        .isInstanceOfSatisfying(
            ApiException.class, e -> assertThat(e.error()).isEqualTo(AwsError.LIMIT_EXCEEDED));
  }

  @Test
  void oneThatHasEndedIsToldAndStillShown() throws Exception {
    String arn = bring(good("gate.example"));
    create("gate", "gate.example", arn);
    simulation.advanceWithoutTurns(Duration.ofDays(91));
    restart();
    assertThat(HostNames.covers(shownAt("gate.example"), "gate.example")).isTrue();
    assertThat(configurations().describe("gate").serverCertificates())
        .singleElement()
        .satisfies(
            each -> {
              assertThat(String.valueOf(each.serverCertificateStatus())).isEqualTo("INVALID");
              assertThat(each.serverCertificateStatusDetail()).startsWith("it ended on");
            });
    assertThatThrownBy(() -> create("next", "next.example", arn))
        .isInstanceOfSatisfying(
            ApiException.class,
            e -> assertThat(e.error()).isEqualTo(AwsError.CERTIFICATE_VALIDATION));
  }

  @Test
  void noKeyIsStoredOpenly() throws Exception {
    Identity brought = good("gate.example");
    create("gate", "gate.example", bring(brought));
    create("site", "site.example");
    byte[] end = new byte[64];
    Arrays.fill(end, (byte) 0xFF);
    List<String> rows =
        simulation.engine().tables().scan(Family.STATE, new byte[1], end, 1000).stream()
            .map(entry -> new String(entry.value(), StandardCharsets.ISO_8859_1))
            .toList();
    for (byte[] key :
        List.of(
            brought.key().getEncoded(), certified("site.example").identity().key().getEncoded())) {
      String open = Base64.getEncoder().encodeToString(key).substring(0, 88);
      assertThat(rows).isNotEmpty().noneMatch(row -> row.contains(open));
    }
  }

  @Test
  void oneThatTlsCannotUseKeepsNoServerDown() {
    create("site", "site.example");
    Domains broken =
        new Domains(
            accounts(),
            List.of("iot.example"),
            new Showing(
                (_, _) -> {
                  throw new IllegalArgumentException("no");
                },
                shown::remove,
                _ -> {}));
    configured(broken).start();
    assertThat(broken.find("site.example").configuration()).isEqualTo("site");
  }
}
