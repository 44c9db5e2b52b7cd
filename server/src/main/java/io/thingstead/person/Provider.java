package io.thingstead.person;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * An OpenID Connect provider whose tokens are taken.
 *
 * @param name its URL without the scheme, as policies write it
 * @param clientIds for whom its tokens must be made
 * @param thumbprints kept for clients that set them; TLS is verified as everywhere
 */
public record Provider(
    String name,
    String arn,
    String url,
    List<String> clientIds,
    List<String> thumbprints,
    Instant created,
    Map<String, String> tags) {
  public Provider {
    clientIds = List.copyOf(clientIds);
    thumbprints = List.copyOf(thumbprints);
    tags = Map.copyOf(tags);
  }
}
