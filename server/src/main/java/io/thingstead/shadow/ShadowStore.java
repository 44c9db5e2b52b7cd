package io.thingstead.shadow;

import io.thingstead.broker.Publishing;
import io.thingstead.engine.AccountShard;
import io.thingstead.engine.Command;
import io.thingstead.engine.Key;
import io.thingstead.engine.Rows;
import io.thingstead.engine.Tx;
import io.thingstead.model.Limits;
import io.thingstead.model.shadow.ShadowDocument;
import io.thingstead.model.shadow.ShadowException;
import io.thingstead.model.shadow.ShadowName;
import io.thingstead.model.shadow.ShadowUpdate;
import io.thingstead.model.shadow.UpdateRequest;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The shadows of one shard. All three operations are commands for it, so that they see and are seen
 * by each other in one order; they refuse with {@link ShadowException}.
 */
final class ShadowStore {
  private static final int UPDATED = 0;
  private static final int DELETED = 1;

  private final AccountShard shard;
  private final Limits.Shadows limits;
  private final Announcements announcements;

  ShadowStore(AccountShard shard, Publishing broker, Limits.Shadows limits, Later later) {
    this.shard = shard;
    this.limits = limits;
    announcements = new Announcements(shard, broker, later);
  }

  void resume() {
    announcements.resume();
  }

  void close() {
    announcements.close();
  }

  AccountShard shard() {
    return shard;
  }

  Command<byte[]> get(ShadowName name, @Nullable String clientToken) {
    return tx -> require(tx, name, clientToken).get(tx.now().getEpochSecond(), clientToken);
  }

  Command<byte[]> update(ShadowName name, UpdateRequest request, int hops) {
    return tx -> update(tx, name, request, hops);
  }

  private byte[] update(Tx tx, ShadowName name, UpdateRequest request, int hops) {
    Key key = key(name);
    ShadowDocument existing = document(tx, key);
    byte[] tombstone = existing == null ? tx.get(Tables.TOMBSTONE, key) : null;
    long lastVersion = tombstone == null ? 0 : Key.ofBytes(tombstone).read().number();
    ShadowUpdate update =
        ShadowUpdate.apply(existing, lastVersion, request, tx.now().getEpochSecond(), limits);
    tx.put(Tables.SHADOW, key, update.current().encode());
    if (tombstone != null) {
      tx.delete(Tables.TOMBSTONE, key);
    }
    byte[] accepted = update.accepted();
    List<Announcement.Part> parts = new ArrayList<>();
    String topic = name.topicPrefix() + "/update/";
    parts.add(new Announcement.Part(topic + "accepted", accepted));
    byte[] delta = update.delta();
    if (delta != null) {
      parts.add(new Announcement.Part(topic + "delta", delta));
    }
    parts.add(new Announcement.Part(topic + "documents", update.documents()));
    announce(tx, name, update.current().version(), UPDATED, hops, parts);
    return accepted;
  }

  Command<byte[]> delete(ShadowName name, @Nullable String clientToken, int hops) {
    return tx -> delete(tx, name, clientToken, hops);
  }

  private byte[] delete(Tx tx, ShadowName name, @Nullable String clientToken, int hops) {
    long version = require(tx, name, clientToken).version();
    Key key = key(name);
    tx.delete(Tables.SHADOW, key);
    tx.put(Tables.TOMBSTONE, key, Key.of(version).bytes());
    byte[] deleted = ShadowDocument.deleted(version, tx.now().getEpochSecond(), clientToken);
    String topic = name.topicPrefix() + "/delete/accepted";
    announce(tx, name, version, DELETED, hops, List.of(new Announcement.Part(topic, deleted)));
    return deleted;
  }

  private void announce(
      Tx tx, ShadowName name, long version, int what, int hops, List<Announcement.Part> parts) {
    announcements.add(
        tx,
        Key.of(name.thing(), name.shadow(), version, what),
        new Announcement(hops, tx.now().toEpochMilli(), parts));
  }

  private static ShadowDocument require(Rows rows, ShadowName name, @Nullable String clientToken) {
    ShadowDocument document = document(rows, key(name));
    if (document == null) {
      throw ShadowException.notFound(name, clientToken);
    }
    return document;
  }

  private static @Nullable ShadowDocument document(Rows rows, Key key) {
    byte[] stored = rows.get(Tables.SHADOW, key);
    return stored == null ? null : ShadowDocument.decode(stored);
  }

  private static Key key(ShadowName name) {
    return Key.of(name.thing(), name.shadow());
  }
}
