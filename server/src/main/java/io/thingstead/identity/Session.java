package io.thingstead.identity;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * What a temporary key stands for; it is sealed into the key's token, so nothing of it is stored.
 *
 * @param of whose permissions it has
 * @param ownerId unique id of the user or role; one of the same name that is made later is another
 * @param name the session's, empty for a user's own
 * @param policies documents of which one must allow what is done, besides the owner's; empty for no
 *     further bound
 * @param facts values of policy variables by name, in lower case
 * @param identityId of a pool, or empty
 * @param issuedMillis epoch milliseconds
 * @param endsMillis epoch milliseconds
 */
public record Session(
    Of of,
    String ownerId,
    String name,
    List<String> policies,
    Map<String, List<String>> facts,
    String identityId,
    long issuedMillis,
    long endsMillis) {
  /** Whose permissions a session has. */
  public enum Of {
    USER,
    ROLE
  }

  public Session {
    policies = List.copyOf(policies);
    facts = Map.copyOf(facts);
  }

  /** When its key is of no more use. */
  public Instant ends() {
    return Instant.ofEpochMilli(endsMillis);
  }
}
