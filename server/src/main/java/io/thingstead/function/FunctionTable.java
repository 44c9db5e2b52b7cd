package io.thingstead.function;

import io.thingstead.account.Account;
import io.thingstead.engine.AccountShard;
import io.thingstead.engine.Key;
import io.thingstead.engine.Rows;
import io.thingstead.engine.Tx;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import io.thingstead.row.Json;
import java.io.ByteArrayOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The rows of functions and the pieces of their code. An archive is written piece by piece before
 * the row that names it, so that no batch is large; what no row names is deleted at the start.
 */
final class FunctionTable {
  private static final int PIECE = 1 << 20;
  private static final int SCAN = 100;

  private final Account account;
  private final AccountShard shard;

  FunctionTable(Account account, AccountShard shard) {
    this.account = account;
    this.shard = shard;
  }

  AccountShard shard() {
    return shard;
  }

  static @Nullable FunctionRow find(Rows rows, String name) {
    byte[] stored = rows.get(Tables.FUNCTION, Key.of(name));
    return stored == null ? null : Json.decode(stored, FunctionRow.class);
  }

  FunctionRow require(Rows rows, String name) {
    FunctionRow row = find(rows, name);
    if (row == null) {
      throw FunctionName.notFound(FunctionName.arn(account, name));
    }
    return row;
  }

  static void put(Tx tx, String name, FunctionRow row) {
    tx.put(Tables.FUNCTION, Key.of(name), Json.encode(row));
  }

  static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /** Makes the pieces of an archive durable; a row must name them next. */
  void keep(String name, String sha256, byte[] zip) {
    for (int from = 0, piece = 0; from < zip.length; from += PIECE, piece++) {
      byte[] part = Arrays.copyOfRange(zip, from, Math.min(zip.length, from + PIECE));
      Key key = Key.of(name, sha256, piece);
      shard.call(
          tx -> {
            tx.put(Tables.CODE, key, part);
            return key;
          });
    }
  }

  static void forget(Tx tx, String name, String sha256) {
    tx.deleteAll(Tables.CODE, Key.of(name, sha256));
  }

  /**
   * An archive that a row names.
   *
   * @throws ApiException SERVICE when what is on disk is not what was sent
   */
  byte[] code(String name, FunctionRow row) {
    ByteArrayOutputStream whole = new ByteArrayOutputStream((int) row.codeBytes());
    Key prefix = Key.of(name, row.codeSha256());
    Key after = null;
    List<Rows.Row> some;
    do {
      some = shard.durable().scan(Tables.CODE, prefix, after, SCAN);
      for (Rows.Row each : some) {
        whole.writeBytes(each.value());
        after = each.key();
      }
    } while (some.size() == SCAN);
    byte[] zip = whole.toByteArray();
    if (!sha256(zip).equals(row.codeSha256())) {
      throw new ApiException(
          AwsError.SERVICE,
          "the code of function "
              + name
              + " is not what was stored: send it again by"
              + " UpdateFunctionCode");
    }
    return zip;
  }

  /** Deletes the code that a stopped upload has left; before anything is called. */
  void sweep() {
    Key after = null;
    List<Rows.Row> some;
    do {
      some = shard.durable().scan(Tables.CODE, Key.ALL, after, 1);
      for (Rows.Row each : some) {
        Key.Reader key = each.key().read();
        String name = key.text();
        String sha256 = key.text();
        FunctionRow row = find(shard.durable(), name);
        if (row == null || !row.codeSha256().equals(sha256)) {
          shard.call(
              tx -> {
                forget(tx, name, sha256);
                return name;
              });
        }
        // Behind the last piece there can be.
        after = Key.of(name, sha256, Long.MAX_VALUE);
      }
    } while (!some.isEmpty());
  }
}
