package io.thingstead.boot;

import static org.assertj.core.api.Assertions.assertThat;

import io.thingstead.cli.Cli;
import io.thingstead.cli.Surroundings;
import io.thingstead.config.Machine;
import io.thingstead.net.TestAuthority;
import io.thingstead.net.TestAuthority.Identity;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.iot.IotClient;
import software.amazon.awssdk.services.iot.model.ApplicationProtocol;
import software.amazon.awssdk.services.iot.model.AuthenticationType;
import software.amazon.awssdk.services.iot.model.AuthorizerStatus;
import software.amazon.awssdk.services.iot.model.CreateDomainConfigurationRequest;
import software.amazon.awssdk.services.iot.model.CreateDomainConfigurationResponse;
import software.amazon.awssdk.services.iot.model.DescribeDomainConfigurationResponse;
import software.amazon.awssdk.services.iot.model.DomainConfigurationStatus;
import software.amazon.awssdk.services.iot.model.DomainConfigurationSummary;
import software.amazon.awssdk.services.iot.model.DomainType;
import software.amazon.awssdk.services.iot.model.ServerCertificateStatus;
import software.amazon.awssdk.services.iot.model.ServiceType;
import software.amazon.awssdk.services.iot.model.Tag;
import software.amazon.awssdk.services.iot.model.UpdateDomainConfigurationRequest;
import tools.jackson.databind.json.JsonMapper;

/** Domain configurations through the API: each operation, each member, each error. */
class DomainApiTest extends ApiTest {
  private static final String INVALID = "InvalidRequestException";
  private static final String NOT_FOUND = "ResourceNotFoundException";
  private static final String EXISTS = "ResourceAlreadyExistsException";
  private static final String NOT_VALID = "CertificateValidationException";
  private static final String OTHER = "123456789012";
  private static final String CERTIFICATES = "/_thingstead/server-certificates";
  private static final String FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function:f";
  private static final Pattern ARN = Pattern.compile("arn:aws:acm:[^\"]+");
  private static final Duration DAY = Duration.ofDays(1);

  private final TestAuthority authority = new TestAuthority();

  @BeforeAll
  void others() throws Exception {
    node().account(OTHER);
    iot()
        .createAuthorizer(
            a ->
                a.authorizerName("door")
                    .authorizerFunctionArn(FUNCTION)
                    .signingDisabled(true)
                    .status(AuthorizerStatus.ACTIVE));
  }

  @AfterEach
  void clear() {
    names("managed")
        .filter(name -> !name.startsWith("iot:"))
        .forEach(
            name -> {
              disable(name);
              iot().deleteDomainConfiguration(d -> d.domainConfigurationName(name));
            });
  }

  /** All but one. */
  private Stream<String> names(String but) {
    return iot().listDomainConfigurations(l -> {}).domainConfigurations().stream()
        .map(DomainConfigurationSummary::domainConfigurationName)
        .filter(name -> !name.equals(but));
  }

  private void disable(String name) {
    iot()
        .updateDomainConfiguration(
            u ->
                u.domainConfigurationName(name)
                    .domainConfigurationStatus(DomainConfigurationStatus.DISABLED));
  }

  private CreateDomainConfigurationResponse create(
      Consumer<CreateDomainConfigurationRequest.Builder> request) {
    return iot().createDomainConfiguration(request);
  }

  private void refusedToCreate(
      int status, String error, Consumer<CreateDomainConfigurationRequest.Builder> request) {
    refused(
        status,
        error,
        () ->
            create(
                c -> {
                  c.domainConfigurationName("no").domainName("no.example");
                  request.accept(c);
                }));
  }

  private void refusedToUpdate(
      int status,
      String error,
      String name,
      Consumer<UpdateDomainConfigurationRequest.Builder> request) {
    refused(
        status,
        error,
        () ->
            iot()
                .updateDomainConfiguration(
                    u -> {
                      u.domainConfigurationName(name);
                      request.accept(u);
                    }));
  }

  private void refusedToDelete(int status, String error, String name) {
    refused(
        status, error, () -> iot().deleteDomainConfiguration(d -> d.domainConfigurationName(name)));
  }

  private DescribeDomainConfigurationResponse describe(String name) {
    return iot().describeDomainConfiguration(d -> d.domainConfigurationName(name));
  }

  @Test
  void aConfigurationIsMadeDescribedUpdatedAndDeleted() {
    CreateDomainConfigurationResponse made =
        create(
            c ->
                c.domainConfigurationName("site")
                    .domainName("MQTT.Site.example")
                    .serviceType(ServiceType.DATA)
                    .authenticationType(AuthenticationType.CUSTOM_AUTH)
                    .applicationProtocol(ApplicationProtocol.SECURE_MQTT)
                    .authorizerConfig(
                        a -> a.defaultAuthorizerName("door").allowAuthorizerOverride(false))
                    .tlsConfig(t -> t.securityPolicy("IoTSecurityPolicy_TLS13_1_3_2022_10"))
                    .tags(Tag.builder().key("site").value("a").build()));
    String arn = made.domainConfigurationArn();
    assertThat(made.domainConfigurationName()).isEqualTo("site");
    assertThat(arn)
        .matches("arn:aws:iot:us-east-1:000000000000:domainconfiguration/site/[a-z0-9]{5}");

    DescribeDomainConfigurationResponse described = describe("site");
    assertThat(described.domainConfigurationArn()).isEqualTo(arn);
    assertThat(described.domainName()).isEqualTo("mqtt.site.example");
    assertThat(described.domainType()).isEqualTo(DomainType.CUSTOMER_MANAGED);
    assertThat(described.domainConfigurationStatus()).isEqualTo(DomainConfigurationStatus.ENABLED);
    assertThat(described.serviceType()).isEqualTo(ServiceType.DATA);
    assertThat(described.serverCertificates()).isEmpty();
    assertThat(described.authenticationType()).isEqualTo(AuthenticationType.CUSTOM_AUTH);
    assertThat(described.applicationProtocol()).isEqualTo(ApplicationProtocol.SECURE_MQTT);
    assertThat(described.authorizerConfig().defaultAuthorizerName()).isEqualTo("door");
    assertThat(described.authorizerConfig().allowAuthorizerOverride()).isFalse();
    assertThat(described.tlsConfig().securityPolicy())
        .isEqualTo("IoTSecurityPolicy_TLS13_1_3_2022_10");
    assertThat(described.serverCertificateConfig().enableOCSPCheck()).isFalse();
    assertThat(described.lastStatusChangeDate())
        .isBetween(Instant.now().minus(DAY), Instant.now().plus(DAY));
    assertThat(iot().listTagsForResource(l -> l.resourceArn(arn)).tags())
        .extracting(Tag::key)
        .containsExactly("site");

    refused(
        409,
        "DeleteConflictException",
        () -> iot().deleteAuthorizer(a -> a.authorizerName("door")));

    iot()
        .updateDomainConfiguration(
            u ->
                u.domainConfigurationName("site")
                    .removeAuthorizerConfig(true)
                    .authenticationType(AuthenticationType.AWS_X509)
                    .clientCertificateConfig(c -> c.clientCertificateCallbackArn(FUNCTION)));
    described = describe("site");
    assertThat(described.authorizerConfig()).isNull();
    assertThat(described.authenticationType()).isEqualTo(AuthenticationType.AWS_X509);
    assertThat(described.applicationProtocol()).isEqualTo(ApplicationProtocol.SECURE_MQTT);
    assertThat(described.tlsConfig().securityPolicy())
        .as("what is not named stays")
        .isEqualTo("IoTSecurityPolicy_TLS13_1_3_2022_10");
    assertThat(described.clientCertificateConfig().clientCertificateCallbackArn())
        .isEqualTo(FUNCTION);

    refusedToDelete(400, INVALID, "site");
    disable("site");
    assertThat(describe("site").domainConfigurationStatus())
        .isEqualTo(DomainConfigurationStatus.DISABLED);
    iot().deleteDomainConfiguration(d -> d.domainConfigurationName("site"));
    refused(404, NOT_FOUND, () -> describe("site"));
    refused(404, NOT_FOUND, () -> iot().listTagsForResource(l -> l.resourceArn(arn)));
  }

  @Test
  void theAccountsOwnEndpointsAreAmongThem() {
    create(c -> c.domainConfigurationName("a").domainName("a.example"));
    create(c -> c.domainConfigurationName("z").domainName("z.example"));
    assertThat(names("managed"))
        .containsExactly("a", "iot:CredentialProvider", "iot:Data-ATS", "iot:Jobs", "z");
    assertThat(
            iot()
                .listDomainConfigurations(l -> l.serviceType(ServiceType.JOBS))
                .domainConfigurations())
        .extracting(DomainConfigurationSummary::domainConfigurationName)
        .containsExactly("iot:Jobs");
    List<String> paged =
        iot().listDomainConfigurationsPaginator(l -> l.pageSize(2)).stream()
            .flatMap(page -> page.domainConfigurations().stream())
            .map(DomainConfigurationSummary::domainConfigurationName)
            .toList();
    assertThat(paged).containsExactlyElementsOf(names("").toList());

    for (String name : List.of("iot:CredentialProvider", "iot:Data-ATS", "iot:Jobs")) {
      DescribeDomainConfigurationResponse described = describe(name);
      assertThat(described.domainType()).isEqualTo(DomainType.ENDPOINT);
      assertThat(described.domainName())
          .isEqualTo(iot().describeEndpoint(e -> e.endpointType(name)).endpointAddress());
      refusedToDelete(400, INVALID, name);
    }
    String policy = "IoTSecurityPolicy_TLS12_1_2_2022_10";
    refusedToUpdate(400, INVALID, "iot:Jobs", u -> u.tlsConfig(t -> t.securityPolicy(policy)));
    refusedToUpdate(
        400,
        INVALID,
        "iot:Data-ATS",
        u -> u.domainConfigurationStatus(DomainConfigurationStatus.DISABLED));
    refused(400, INVALID, () -> iot().listDomainConfigurations(l -> l.marker("AAAA")));
  }

  @Test
  void aHostNameMadeByTheServerIsKeptForAWeek() {
    create(c -> c.domainConfigurationName("managed"));
    DescribeDomainConfigurationResponse described = describe("managed");
    assertThat(described.domainType()).isEqualTo(DomainType.AWS_MANAGED);
    assertThat(described.domainName()).matches("d[a-z0-9]{14}\\.localhost");
    disable("managed");
    refusedToDelete(400, INVALID, "managed");
  }

  @Test
  void whatGoesNotTogetherIsRefusedByTheExactError() {
    Stream.of(
            "*.site.example",
            "10.0.0.1",
            "localhost",
            "127.0.0.1",
            OTHER + ".site.example",
            "under_score.example",
            "-a.example",
            "a".repeat(64) + ".example")
        .forEach(host -> refusedToCreate(400, INVALID, c -> c.domainName(host)));
    refusedToCreate(400, INVALID, c -> c.domainConfigurationName("iot:mine"));
    refusedToCreate(400, INVALID, c -> c.serviceType(ServiceType.JOBS));
    refusedToCreate(400, INVALID, c -> c.serviceType("OTHER"));
    refusedToCreate(400, INVALID, c -> c.tlsConfig(t -> t.securityPolicy("mine")));
    refusedToCreate(400, INVALID, c -> c.serverCertificateConfig(s -> s.enableOCSPCheck(true)));
    refusedToCreate(400, INVALID, c -> c.authorizerConfig(a -> a.defaultAuthorizerName("nobody")));
    refusedToCreate(
        400,
        INVALID,
        c -> c.clientCertificateConfig(v -> v.clientCertificateCallbackArn(FUNCTION)));
    refusedToCreate(
        400,
        INVALID,
        c ->
            c.authenticationType(AuthenticationType.AWS_X509)
                .applicationProtocol(ApplicationProtocol.HTTPS)
                .clientCertificateConfig(v -> v.clientCertificateCallbackArn("look")));
    Map<AuthenticationType, List<ApplicationProtocol>> not =
        Map.of(
            AuthenticationType.AWS_X509,
            List.of(ApplicationProtocol.MQTT_WSS, ApplicationProtocol.DEFAULT),
            AuthenticationType.CUSTOM_AUTH_X509,
            List.of(ApplicationProtocol.MQTT_WSS, ApplicationProtocol.DEFAULT),
            AuthenticationType.AWS_SIGV4,
            List.of(ApplicationProtocol.SECURE_MQTT, ApplicationProtocol.DEFAULT),
            AuthenticationType.CUSTOM_AUTH,
            List.of(ApplicationProtocol.DEFAULT),
            AuthenticationType.DEFAULT,
            List.of(ApplicationProtocol.SECURE_MQTT, ApplicationProtocol.HTTPS));
    not.forEach(
        (type, protocols) ->
            protocols.forEach(
                protocol ->
                    refusedToCreate(
                        400,
                        INVALID,
                        c -> c.authenticationType(type).applicationProtocol(protocol))));
    refused(404, NOT_FOUND, () -> describe("no"));
    refusedToUpdate(404, NOT_FOUND, "no", u -> {});
    refusedToDelete(404, NOT_FOUND, "no");

    create(c -> c.domainConfigurationName("yes").domainName("yes.example"));
    refusedToUpdate(
        400,
        INVALID,
        "yes",
        u -> u.removeAuthorizerConfig(true).authorizerConfig(a -> a.defaultAuthorizerName("door")));
    refusedToUpdate(400, INVALID, "yes", u -> u.authenticationType(AuthenticationType.AWS_X509));
    refusedToUpdate(400, INVALID, "yes", u -> u.tlsConfig(t -> t.securityPolicy("mine")));
    refusedToUpdate(
        400, INVALID, "yes", u -> u.authorizerConfig(a -> a.defaultAuthorizerName("nobody")));
  }

  @Test
  void aHostNameIsOfOneConfigurationInOneAccount() {
    create(c -> c.domainConfigurationName("one").domainName("one.example"));
    refusedToCreate(409, EXISTS, c -> c.domainConfigurationName("one"));
    refusedToCreate(409, EXISTS, c -> c.domainName("ONE.example"));
    try (IotClient other = node().iot(OTHER)) {
      refused(
          409,
          EXISTS,
          () ->
              other.createDomainConfiguration(
                  c -> c.domainConfigurationName("mine").domainName("one.example")));
      other.createDomainConfiguration(
          c -> c.domainConfigurationName("one").domainName("two.example"));
      assertThat(
              other.describeDomainConfiguration(d -> d.domainConfigurationName("one")).domainName())
          .isEqualTo("two.example");
      assertThat(describe("one").domainName()).isEqualTo("one.example");
    }
  }

  @Test
  void anAccountHasTenOfThem() {
    for (long i = names("").count() - 3; i < 10; i++) {
      String name = "n" + i;
      create(c -> c.domainConfigurationName(name).domainName(name + ".example"));
    }
    refusedToCreate(410, "LimitExceededException", c -> {});
  }

  private static String pem(String kind, byte[] der) {
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
        .formatted(kind, Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der), kind);
  }

  private HttpResponse<String> bring(Identity certificate, Identity key, String arn)
      throws Exception {
    Map<String, String> body =
        Map.of(
            "certificate",
            pem("CERTIFICATE", certificate.certificate().getEncoded()),
            "key",
            pem("PRIVATE KEY", key.key().getEncoded()),
            "certificateArn",
            arn);
    return node()
        .signed("POST", CERTIFICATES, Map.of(), JsonMapper.shared().writeValueAsString(body));
  }

  private String brought(Identity identity) throws Exception {
    String answer = bring(identity, identity, "").body();
    Matcher arn = ARN.matcher(answer);
    assertThat(arn.find()).as(answer).isTrue();
    return arn.group();
  }

  private int delete(String arn) throws Exception {
    String query = "?certificateArn=" + URLEncoder.encode(arn, StandardCharsets.UTF_8);
    return node().signed("DELETE", CERTIFICATES + query, Map.of(), "").statusCode();
  }

  @Test
  void aCertificateOfTheUsersOwnIsBroughtShownReplacedAndForgotten() throws Exception {
    String arn = brought(authority.server("gate.example", "*.site.example"));
    Stream.of("no.example", "a.b.site.example", "site.example")
        .forEach(
            host ->
                refusedToCreate(
                    400, NOT_VALID, c -> c.domainName(host).serverCertificateArns(arn)));
    Stream.of(arn + "0", arn.replace("000000000000", OTHER))
        .forEach(
            other ->
                refusedToCreate(
                    400,
                    NOT_VALID,
                    c -> c.domainName("gate.example").serverCertificateArns(other)));
    refusedToCreate(400, INVALID, c -> c.domainName("gate.example").serverCertificateArns("me"));
    refusedToCreate(400, INVALID, c -> c.serverCertificateArns(arn, arn));
    refused(
        400,
        INVALID,
        () -> create(c -> c.domainConfigurationName("no").serverCertificateArns(arn)));
    create(
        c ->
            c.domainConfigurationName("gate")
                .domainName("a.site.example")
                .serverCertificateArns(arn)
                .validationCertificateArn(arn));
    assertThat(describe("gate").serverCertificates())
        .singleElement()
        .satisfies(
            each -> {
              assertThat(each.serverCertificateArn()).isEqualTo(arn);
              assertThat(each.serverCertificateStatus()).isEqualTo(ServerCertificateStatus.VALID);
            });

    Identity other = authority.server("other.example");
    assertThat(bring(other, other, arn).body()).contains("does not cover a.site.example");
    Identity next = authority.server("a.site.example");
    assertThat(bring(next, other, arn).body()).contains("the key is not the certificate's");
    assertThat(bring(next, next, arn).statusCode()).isEqualTo(200);
    assertThat(node().signed("GET", CERTIFICATES, Map.of(), "").body())
        .contains(arn, "[\"a.site.example\"]", "\"usedBy\":[\"gate\"]", "\"VALID\"")
        .doesNotContain("PRIVATE");

    assertThat(delete(arn)).as("in use").isEqualTo(400);
    clear();
    assertThat(delete(arn)).isEqualTo(200);
    assertThat(delete(arn)).isEqualTo(404);
    assertThat(bring(next, next, arn).statusCode()).isEqualTo(404);
  }

  @Test
  void whatNoClientWouldTrustIsNotTaken() throws Exception {
    Instant now = Instant.now();
    KeyPurposeId server = KeyPurposeId.id_kp_serverAuth;
    Identity good = authority.server("gate.example");
    assertThat(bring(authority.server("gate.example"), good, "").body())
        .contains("the key is not the certificate's");
    Identity over = authority.server(now.minus(DAY), now.minusSeconds(60), server, "gate.example");
    assertThat(bring(over, over, "").body()).contains("it ended on");
    Identity early = authority.server(now.plusSeconds(600), now.plus(DAY), server, "gate.example");
    assertThat(bring(early, early, "").body()).contains("it begins on");
    Identity client =
        authority.server(now.minus(DAY), now.plus(DAY), KeyPurposeId.id_kp_clientAuth, "g.example");
    assertThat(bring(client, client, "").body()).contains("does not name serverAuth");
    Identity many = authority.server("a.example", "b.example", "c.example", "d.example", "e.test");
    HttpResponse<String> refusal = bring(many, many, "");
    assertThat(refusal.statusCode()).isEqualTo(400);
    assertThat(refusal.headers().firstValue("x-amzn-errortype").orElse("")).contains(NOT_VALID);
    assertThat(refusal.body()).contains("5 host names");
    assertThat(node().signed("POST", CERTIFICATES, Map.of(), "{}").statusCode()).isEqualTo(400);
    assertThat(node().signed("POST", CERTIFICATES, Map.of(), "no").statusCode()).isEqualTo(400);
    assertThat(node().signed("DELETE", CERTIFICATES, Map.of(), "").statusCode()).isEqualTo(400);
  }

  private String command(int expected, String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    PrintStream print = new PrintStream(out, true, StandardCharsets.UTF_8);
    List<String> all = new ArrayList<>(List.of("domain"));
    all.addAll(Arrays.asList(arguments));
    all.add("--data=" + node().ca().getParent());
    Surroundings surroundings =
        new Surroundings(Map.of(), Machine.here(), print, print, false, Clock.systemUTC());
    int code = new Cli(_ -> 0, surroundings).run(all.toArray(String[]::new));
    assertThat(code).as(out.toString(StandardCharsets.UTF_8)).isEqualTo(expected);
    return out.toString(StandardCharsets.UTF_8);
  }

  @Test
  void theCommandAddsListsRenewsAndRemoves(@TempDir Path files) throws Exception {
    Identity own = authority.server("api.site.example");
    Path certificate = files.resolve("site.crt");
    Path key = files.resolve("site.key");
    Files.writeString(certificate, pem("CERTIFICATE", own.certificate().getEncoded()));
    Files.writeString(key, pem("PRIVATE KEY", own.key().getEncoded()));
    String[] pair = {"--cert=" + certificate, "--key=" + key};

    assertThat(command(0, "add", "MQTT.site.example", "--authorizer=door"))
        .startsWith("mqtt.site.example  ENABLED  DEFAULT  DEFAULT  IoTSecurityPolicy_TLS13_1_2_20");
    assertThat(
            command(
                0,
                "add",
                "api.site.example",
                pair[0],
                pair[1],
                "--authentication=AWS_SIGV4",
                "--protocol=HTTPS",
                "--security-policy=IoTSecurityPolicy_TLS13_1_3_2022_10"))
        .isEqualTo(
            "api.site.example  ENABLED  AWS_SIGV4  HTTPS  IoTSecurityPolicy_TLS13_1_3_2022_10"
                + "  certificate: VALID\n");
    assertThat(command(1, "add", "no.site.example", pair[0], pair[1]))
        .contains("does not cover no.site.example");
    assertThat(command(0, "list")).contains("mqtt.site.example", "api.site.example");
    assertThat(command(0, "list", "--output=json")).contains("\"authenticationType\"");
    command(0, "certificate", "api.site.example", pair[0], pair[1]);
    assertThat(command(1, "certificate", "mqtt.site.example", pair[0], pair[1]))
        .contains("is of the server's own CA");
    command(0, "remove", "api.site.example");
    command(0, "remove", "mqtt.site.example");
    assertThat(command(1, "remove", "mqtt.site.example")).contains("no domain configuration");
    assertThat(node().signed("GET", CERTIFICATES, Map.of(), "").body())
        .as("what was not used is not kept")
        .doesNotContain("api.site.example");
  }
}
