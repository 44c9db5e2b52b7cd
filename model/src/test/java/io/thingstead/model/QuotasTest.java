package io.thingstead.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QuotasTest {
  /** AWS IoT Core endpoints and quotas: message broker, protocol and thing quotas. */
  @ParameterizedTest
  @CsvSource({
    "connect.clientIdBytes, 128",
    "connect.perSecond, 3000",
    "connect.perClientIdPerSecond, 1",
    "connect.keepAliveMaxSeconds, 1200",
    "connect.keepAliveMinSeconds, 30",
    "connect.connections, 500000",
    "connect.signedLifetime, 86400",
    "messages.payloadBytes, 131072",
    "messages.packetBytes, 149504",
    "messages.contentTypeBytes, 256",
    "messages.correlationDataBytes, 8192",
    "messages.userPropertiesBytes, 8192",
    "messages.topicAliases, 8",
    "messages.expirySeconds, 604800",
    "messages.clientPacketBytesMin, 512",
    "messages.unackedIn, 100",
    "messages.unackedOut, 100",
    "messages.publishesPerSecond, 100",
    "messages.bytesPerSecond, 524288",
    "messages.inPerSecond, 20000",
    "messages.outPerSecond, 20000",
    "messages.retryV3Seconds, 3600",
    "messages.retryV5Seconds, 960",
    "topics.bytes, 256",
    "topics.slashes, 7",
    "retained.messages, 500000",
    "retained.perSecond, 500",
    "retained.perTopicPerSecond, 1",
    "subscriptions.perPacket, 8",
    "subscriptions.perConnection, 50",
    "subscriptions.perAccount, 500000",
    "subscriptions.perSecond, 3000",
    "subscriptions.groupsPerAccount, 100",
    "subscriptions.membersPerGroup, 100",
    "subscriptions.groupChangesPerSecond, 100",
    "sessions.expiry, 3600",
    "sessions.expiryMax, 604800",
    "sessions.queuedPerGroup, 500000",
    "sessions.replaysPerSecond, 10",
    "sessions.queuedPerSecond, 500",
    "sessions.drainedPerMember, 20",
    "api.perSecond, 100",
    "api.perClientPerSecond, 1",
    "api.directMessagesPerSecond, 20000",
  })
  void aPublishedQuotaIsTheDefaultOfTheCloudsProfileAndCanBeSet(String name, long published) {
    assertThat(Quotas.list(Limits.of(Profile.AWS))).containsEntry(name, published);

    for (Profile profile : Profile.values()) {
      Limits set = Quotas.of(Map.of(name, 7L)).limits(profile);
      Map<String, Long> expected = Quotas.list(Limits.of(profile));
      expected.put(name, 7L);
      assertThat(Quotas.list(set)).as("nothing else changes").isEqualTo(expected);
    }
  }

  @Test
  void whatIsSetHasItsType() {
    Limits set =
        Quotas.of(
                Map.of(
                    "sessions.expiry",
                    60L,
                    "messages.publishesPerSecond",
                    (long) Limits.UNLIMITED,
                    "rules.pendingBytes",
                    1L << 40))
            .limits(Profile.AWS);
    assertThat(set.sessions().expiry()).isEqualTo(Duration.ofMinutes(1));
    assertThat(set.messages().publishesPerSecond()).isEqualTo(Limits.UNLIMITED);
    assertThat(set.rules().pendingBytes()).isEqualTo(1L << 40);
  }

  @Test
  void whatIsNoQuotaOrNoNumberForOneIsRefusedByName() {
    assertThatThrownBy(() -> Quotas.of(Map.of("messages.perHour", 1L)))
        .hasMessageContaining("no quota 'messages.perHour'")
        .hasMessageContaining("messages.publishesPerSecond");
    assertThatThrownBy(() -> Quotas.of(Map.of("topics.slashes", -1L)))
        .hasMessageContaining("topics.slashes cannot be -1");
  }
}
