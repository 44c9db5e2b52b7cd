package io.thingstead.console;

import io.thingstead.account.Account;
import io.thingstead.event.Tries;
import io.thingstead.http.KeyRing;
import io.thingstead.identity.Credential;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/** Lets administrators in, by a link or by their access key. Any thread may call it. */
final class SignIn {
  /** Failed tries of one address, also of this machine's own. */
  static final int TRIES_PER_MINUTE = 10;

  private final KeyRing keys;
  private final SignInLinks links;
  private final Tries tries;

  SignIn(KeyRing keys, SignInLinks links, Tries tries) {
    this.keys = keys;
    this.links = links;
    this.tries = tries;
  }

  /** The key by which a link was asked for; the link is used up. */
  Credential byLink(Account account, InetAddress from, String token) {
    checkTries(from);
    Credential key = links.use(token);
    if (key == null) {
      var _ = tries.failed(account, from);
      throw new ApiException(
          AwsError.UNAUTHORIZED,
          "the sign-in link has been used or is older than "
              + SignInLinks.LIFETIME.toMinutes()
              + " minutes: get another by ./thingstead console");
    }
    return key;
  }

  /** The key of this id, if that is its secret, in a time that tells nothing of the secret. */
  Credential byKey(Account account, InetAddress from, String accessKeyId, String secretAccessKey) {
    checkTries(from);
    Credential key = keys.find(accessKeyId, null);
    byte[] given = secretAccessKey.getBytes(StandardCharsets.UTF_8);
    boolean right = MessageDigest.isEqual(given, secret(key, given));
    if (key == null || !right) {
      var _ = tries.failed(account, from);
      throw new ApiException(
          AwsError.UNAUTHORIZED, "there is no access key of this id with this secret");
    }
    if (!key.principal().administrator()) {
      throw new ApiException(
          AwsError.ACCESS_DENIED, "the console is for administrators; this key is none's");
    }
    return key;
  }

  private static byte[] secret(@Nullable Credential key, byte[] given) {
    return key == null ? given : key.secretAccessKey().getBytes(StandardCharsets.UTF_8);
  }

  private void checkTries(InetAddress from) {
    if (tries.standing(from) == Tries.Standing.SHUT) {
      throw new ApiException(
          AwsError.THROTTLING,
          "too many failed tries to sign in from "
              + from.getHostAddress()
              + ": wait "
              + tries.retryAfterSeconds(from)
              + " s, or use ./thingstead console on the server's machine");
    }
  }
}
