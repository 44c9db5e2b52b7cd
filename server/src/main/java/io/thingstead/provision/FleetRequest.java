package io.thingstead.provision;

import io.thingstead.broker.Message;
import io.thingstead.model.topic.Topic;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What a device asks for on a reserved topic.
 *
 * @param clientId of the device, the only one that is answered
 * @param principalId what it has proven itself with: its claim
 */
record FleetRequest(
    Kind kind,
    FleetFormat format,
    Topic topic,
    String clientId,
    @Nullable String principalId,
    byte[] payload) {
  /** What can be asked for. */
  enum Kind {
    /** A certificate and its keys. */
    KEYS("$aws/certificates/create/"),
    /** A certificate on a signing request. */
    REQUEST("$aws/certificates/create-from-csr/"),
    /** To be provisioned by a template. */
    THING("$aws/provisioning-templates/+/provision/");

    private final String prefix;

    Kind(String prefix) {
      this.prefix = prefix;
    }

    String filter(FleetFormat format) {
      return prefix + format.level();
    }
  }

  /** The request in a message, or null when it came over HTTP, so that nobody can be answered. */
  static @Nullable FleetRequest of(Kind kind, FleetFormat format, Message message) {
    String clientId = message.origin().clientId();
    return clientId == null
        ? null
        : new FleetRequest(
            kind,
            format,
            message.topic(),
            clientId,
            message.origin().principalId(),
            message.payloadBytes());
  }

  JsonNode read() throws FleetRefusal {
    return format.read(payload);
  }

  /** A text that the request must have. */
  static String text(JsonNode request, String name) throws FleetRefusal {
    JsonNode value = request.path(name);
    if (!value.isString()) {
      throw FleetRefusal.invalid(name + " is missing, or no string");
    }
    return value.asString();
  }

  /** The template that the topic names. */
  String template() {
    return topic.text().split("/", -1)[2];
  }

  Topic answer(boolean accepted) {
    return new Topic(topic.text() + (accepted ? "/accepted" : "/rejected"));
  }
}
