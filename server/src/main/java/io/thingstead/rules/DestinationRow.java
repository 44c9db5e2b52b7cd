package io.thingstead.rules;

import io.thingstead.api.iot.TopicRuleDestinationStatus;

/**
 * An HTTP destination as it is kept.
 *
 * @param reason why it has its status
 * @param token confirms it; another one with each request for confirmation
 */
record DestinationRow(
    String id,
    String url,
    TopicRuleDestinationStatus status,
    String reason,
    String token,
    long createdMillis,
    long updatedMillis) {
  DestinationRow with(TopicRuleDestinationStatus newStatus, String newReason, long nowMillis) {
    return new DestinationRow(id, url, newStatus, newReason, token, createdMillis, nowMillis);
  }
}
