package io.thingstead.person;

import io.thingstead.identity.AccessKeys;
import io.thingstead.identity.Credential;
import io.thingstead.identity.Principal;
import io.thingstead.model.AccountId;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** Finds the credential of any access key of any account. Any thread may ask. */
public final class KeyDirectory {
  private static final int SHOWN_MAX = 10_000;

  private final AccessKeys administrators;
  private final SessionTokens tokens;
  private final List<UserKeys> users = new CopyOnWriteArrayList<>();

  /** Temporary keys that were shown lately, by id: nothing is stored of them. */
  private final Map<String, Credential> shown = new ConcurrentHashMap<>();

  public KeyDirectory(AccessKeys administrators, SessionTokens tokens) {
    this.administrators = administrators;
    this.tokens = tokens;
  }

  /** Of some that are there, one that is over, or any, makes room. */
  private void remember(Credential opened) {
    if (shown.containsKey(opened.accessKeyId())) {
      return;
    }
    if (shown.size() >= SHOWN_MAX) {
      shown.keySet().stream().limit(SHOWN_MAX / 10).forEach(shown::remove);
    }
    shown.put(opened.accessKeyId(), opened);
  }

  /**
   * What a temporary key stands for that an account has seen lately, for explanations.
   *
   * @return null when it was not shown since the start, or too many others were
   */
  public Principal.@Nullable AccessKey temporary(AccountId account, String accessKeyId) {
    Credential known = shown.get(accessKeyId);
    return known != null && known.account().equals(account) ? known.principal() : null;
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
      Credential opened = tokens.open(accessKeyId, token);
      if (opened != null) {
        remember(opened);
      }
      return opened;
    }
    Credential found = administrators.find(accessKeyId);
    for (UserKeys each : users) {
      found = found == null ? each.find(accessKeyId) : found;
    }
    return found;
  }
}
