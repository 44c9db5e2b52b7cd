package io.thingstead.person;

import io.thingstead.identity.Credential;
import io.thingstead.identity.MasterKey;
import io.thingstead.identity.Principal;
import io.thingstead.identity.Session;
import io.thingstead.model.AccountId;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import io.thingstead.row.Json;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * Makes temporary keys and knows them again. A key's token holds all that there is to know of it,
 * sealed under the master key and bound to the key's id, so nothing is stored and every restart and
 * account takes it. Any thread may use it.
 */
public final class SessionTokens {
  private static final String PREFIX = "ASIA";
  private static final int SECRET_BYTES = 30; // 40 characters of Base64
  private static final int TOKEN_CHARS_MAX = 32_768;

  private final MasterKey master;
  private final SecureRandom random;
  private final InstantSource clock;
  private final Ids ids;

  public SessionTokens(MasterKey master, SecureRandom random, InstantSource clock) {
    this.master = master;
    this.random = random;
    this.clock = clock;
    this.ids = new Ids(random);
  }

  InstantSource clock() {
    return clock;
  }

  TemporaryKey issue(AccountId account, String arn, boolean administrator, Session session) {
    String id = ids.key(PREFIX);
    byte[] bytes = new byte[SECRET_BYTES];
    random.nextBytes(bytes);
    String secret = Base64.getEncoder().encodeToString(bytes);
    TokenRow row = new TokenRow(account.digits(), arn, administrator, secret, session);
    byte[] sealed = master.seal(Json.encode(row), context(id));
    // URL-safe: many clients put it into a query.
    String token = Base64.getUrlEncoder().withoutPadding().encodeToString(sealed);
    return new TemporaryKey(id, secret, token, session.ends(), arn);
  }

  /**
   * The credential of a temporary key, or null when the token is not this key's.
   *
   * @throws ApiException ExpiredToken when it has ended
   */
  public @Nullable Credential open(String accessKeyId, String token) {
    TokenRow row = read(accessKeyId, token);
    if (row == null) {
      return null;
    }
    if (!clock.instant().isBefore(row.session().ends())) {
      throw new ApiException(
          AwsError.EXPIRED_TOKEN,
          "The security token included in the request is expired: it ended at "
              + row.session().ends());
    }
    return new Credential(
        new Principal.AccessKey(accessKeyId, row.arn(), row.administrator(), row.session()),
        new AccountId(row.account()),
        row.secret());
  }

  private @Nullable TokenRow read(String accessKeyId, String token) {
    if (!accessKeyId.startsWith(PREFIX) || token.length() > TOKEN_CHARS_MAX) {
      return null;
    }
    try {
      byte[] sealed = Base64.getUrlDecoder().decode(token);
      return Json.decode(master.open(sealed, context(accessKeyId)), TokenRow.class);
    } catch (IllegalArgumentException | IllegalStateException _) {
      return null; // not Base64, or not sealed here for this key
    }
  }

  private static String context(String id) {
    return "session/" + id;
  }
}
