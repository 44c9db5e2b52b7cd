package io.thingstead.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class BatchTest {
  private static final Table STATE = new Table(1, "state", Family.STATE);
  private static final Table QUEUE = new Table(258, "queue", Family.QUEUE);
  private static final ShardId SHARD = new ShardId(2, 259);

  private static List<String> changes(Batch batch) {
    List<String> seen = new ArrayList<>();
    HexFormat hex = HexFormat.of();
    batch.forEach(
        new Batch.Visitor() {
          @Override
          public void put(Family family, byte[] row, byte[] value) {
            seen.add("put " + family + " " + hex.formatHex(row) + " " + value.length);
          }

          @Override
          public void delete(Family family, byte[] row) {
            seen.add("delete " + family + " " + hex.formatHex(row));
          }

          @Override
          public void deleteRange(Family family, byte[] from, byte[] to) {
            seen.add("range " + family + " " + hex.formatHex(from) + " " + hex.formatHex(to));
          }
        });
    return seen;
  }

  @Test
  void changesKeepTheirOrderAndTheRowsTheirLayout() {
    Batch batch = new Batch();
    batch.put(SHARD, 5, STATE, Key.of(1), new byte[70_000]);
    batch.delete(SHARD, 5, QUEUE, Key.ALL);
    batch.deleteRange(SHARD, -1, QUEUE, Key.of(1), Key.of(2));
    batch.deleteAll(SHARD, 5, STATE, Key.of(255));
    assertThat(changes(batch))
        .containsExactly(
            "put STATE 02010300000000000000050001" + "0000000000000001 70000",
            "delete QUEUE 02010300000000000000050102",
            "range QUEUE 020103ffffffffffffffff01020000000000000001"
                + " 020103ffffffffffffffff01020000000000000002",
            "range STATE 0201030000000000000005000100000000000000ff"
                + " 0201030000000000000005000100000000000001");
  }

  @Test
  void aBufferIsTakenFromItsPositionAndLeftAlone() {
    ByteBuffer value = ByteBuffer.allocateDirect(10).position(3);
    Batch batch = new Batch().put(SHARD, 5, STATE, Key.ALL, value);
    assertThat(changes(batch)).containsExactly("put STATE 02010300000000000000050001 7");
    assertThat(value.position()).isEqualTo(3);
  }

  @Test
  void aRangeThatIsEmptyIsNotWritten() {
    Batch batch = new Batch().deleteRange(SHARD, 5, STATE, Key.of(2), Key.of(2));
    assertThat(batch.isEmpty()).isTrue();
  }

  @Test
  void aCancelledChangeIsNotThereWhenTheBatchIsClosed() {
    Batch batch = new Batch();
    batch.put(SHARD, 5, STATE, Key.of(1), new byte[1]);
    int first = batch.last();
    batch.put(SHARD, 5, STATE, Key.of(2), new byte[200]);
    batch.deleteRange(SHARD, 5, STATE, Key.of(7), Key.of(8));
    int range = batch.last();
    batch.delete(SHARD, 5, STATE, Key.of(3));
    assertThat(batch.cancel(first)).isTrue();
    assertThat(batch.cancel(range)).isTrue();
    batch.close();
    assertThat(changes(batch))
        .containsExactly(
            "put STATE 020103000000000000000500010000000000000002 200",
            "delete STATE 020103000000000000000500010000000000000003");
    assertThat(batch.count()).isEqualTo(2);
  }

  @Test
  void nothingCanBeCancelledOnceTheBatchIsClosed() {
    Batch batch = new Batch().put(SHARD, 5, STATE, Key.of(1), new byte[1]);
    batch.close();
    assertThat(batch.cancel(batch.last())).isFalse();
    assertThat(batch.count()).isEqualTo(1);
    batch.clear();
    batch.put(SHARD, 5, STATE, Key.of(1), new byte[1]);
    assertThat(batch.cancel(batch.last())).isTrue();
    assertThat(batch.isEmpty()).isTrue();
  }
}
