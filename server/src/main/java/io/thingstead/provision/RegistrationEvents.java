package io.thingstead.provision;

import io.thingstead.account.Account;
import io.thingstead.broker.Broker;
import io.thingstead.broker.Message;
import io.thingstead.broker.Origin;
import io.thingstead.broker.Qos;
import io.thingstead.identity.JustRegistered;
import io.thingstead.model.topic.Topic;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/**
 * Publishes each showing of a certificate that waits for its activation on {@code
 * $aws/events/certificates/registered/CA}, so that a rule can judge it. A lost event is not
 * repeated by the server: the device comes again, and with it the event.
 */
final class RegistrationEvents {
  private static final System.Logger LOG = System.getLogger(RegistrationEvents.class.getName());
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final Account account;
  private final Broker broker;

  RegistrationEvents(Account account, Broker broker) {
    this.account = account;
    this.broker = broker;
  }

  /** Any thread may call; does not wait for the subscribers. */
  void publish(JustRegistered shown) {
    LOG.log(
        System.Logger.Level.INFO,
        "certificate {0} of CA {1} showed itself in account {2} and waits for activation (aws iot"
            + " update-certificate --certificate-id {0} --new-status ACTIVE)",
        shown.certificateId(),
        shown.caCertificateId(),
        account.id());
    long millis = shown.at().toEpochMilli();
    Map<String, Object> event = new LinkedHashMap<>();
    event.put("certificateId", shown.certificateId());
    event.put("caCertificateId", shown.caCertificateId());
    event.put("timestamp", millis);
    event.put("certificateStatus", "PENDING_ACTIVATION");
    event.put("awsAccountId", account.id().digits());
    event.put(
        "certificateRegistrationTimestamp", Long.toString(shown.registeredAt().toEpochMilli()));
    var _ =
        broker
            .publish(
                Message.of(
                    new Topic("$aws/events/certificates/registered/" + shown.caCertificateId()),
                    JSON.writeValueAsBytes(event),
                    Qos.AT_LEAST_ONCE,
                    new Origin(null, null, null, 0),
                    millis))
            .whenComplete(
                (_, failure) -> {
                  if (failure != null) {
                    LOG.log(
                        System.Logger.Level.WARNING,
                        "the registration event of certificate "
                            + shown.certificateId()
                            + " reached not everyone; it is published again when the device"
                            + " connects again",
                        failure);
                  }
                });
  }
}
