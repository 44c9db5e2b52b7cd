package io.thingstead.person;

import io.thingstead.identity.AccessKeys;
import io.thingstead.identity.Credential;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** Finds the credential of any access key of any account. Any thread may ask. */
public final class KeyDirectory {
  private final AccessKeys administrators;
  private final SessionTokens tokens;
  private final List<UserKeys> users = new CopyOnWriteArrayList<>();

  public KeyDirectory(AccessKeys administrators, SessionTokens tokens) {
    this.administrators = administrators;
    this.tokens = tokens;
  }

  /** From now on an account's users are found. */
  public void add(Persons persons) {
    users.add(persons.keys());
  }

  /**
   * The credential of a key.
   *
   * @param token what came beside it, or null
   * @return null when there is no such key, or not with this token
   * @throws io.thingstead.model.ApiException ExpiredToken when it has ended
   */
  public @Nullable Credential find(String accessKeyId, @Nullable String token) {
    if (token != null) {
      return tokens.open(accessKeyId, token);
    }
    Credential found = administrators.find(accessKeyId);
    for (UserKeys each : users) {
      found = found == null ? each.find(accessKeyId) : found;
    }
    return found;
  }
}
