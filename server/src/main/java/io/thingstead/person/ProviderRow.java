package io.thingstead.person;

import java.util.List;
import java.util.Map;

/** A stored provider of web identities. */
record ProviderRow(
    String url,
    List<String> clientIds,
    List<String> thumbprints,
    long createdMillis,
    Map<String, String> tags) {
  ProviderRow {
    clientIds = List.copyOf(clientIds);
    thumbprints = List.copyOf(thumbprints);
    tags = Map.copyOf(tags);
  }

  ProviderRow with(List<String> newClientIds) {
    return new ProviderRow(url, newClientIds, thumbprints, createdMillis, tags);
  }
}
