package io.thingstead.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.thingstead.engine.Family;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A message that several sessions of a partition queue is stored once, as long as one wants it. */
class ChunkTest extends BrokerScene {
  private static final String LONG = "a long message ".repeat(10);

  /** How often the payload is on the disk. */
  private int copies(String text) {
    byte[] last = new byte[40];
    Arrays.fill(last, (byte) 0xFF);
    int copies = 0;
    for (var row :
        server.simulation.store().scan(Family.QUEUE, new byte[0], last, Integer.MAX_VALUE)) {
      String value = new String(row.value(), StandardCharsets.ISO_8859_1);
      for (int at = value.indexOf(text); at >= 0; at = value.indexOf(text, at + 1)) {
        copies++;
      }
    }
    return copies;
  }

  private static List<String> ofOnePartition(int count) {
    List<String> ids = new ArrayList<>();
    for (int i = 0; ids.size() < count; i++) {
      if (Tables.partition("c" + i) == 5) {
        ids.add("c" + i);
      }
    }
    return ids;
  }

  private int chunks() {
    return server.broker.chunks(5).count();
  }

  @Test
  void sessionsOfAPartitionShareAndTheLastOneDeletes() {
    List<String> ids = ofOnePartition(4);
    ids.forEach(id -> away(id, "t"));
    publish(connected("p", true, 0, null), "t", LONG + "0", LONG + "1");
    assertThat(copies(LONG + "0")).isEqualTo(1);
    assertThat(copies(LONG + "1")).isEqualTo(1);
    for (String id : ids) {
      if (!id.equals(ids.getFirst())) {
        server.crash();
      }
      assertThat(copies(LONG + "0")).as(id).isEqualTo(1);
      RecordingTarget back = back(id);
      back.acknowledge(server);
      assertThat(back.texts).containsExactly(LONG + "0", LONG + "1");
      seconds(2);
    }
    assertThat(copies(LONG)).isZero();
    assertThat(chunks()).isZero();
    server.crash();
    assertThat(server.simulation.store().rows())
        .as("session, subscription, progress")
        .isEqualTo(12);
  }

  @Test
  void endedSessionsLetGoOfWhatTheyShared() {
    List<String> ids = ofOnePartition(3);
    ids.forEach(id -> away(id, "t"));
    publish(connected("p", true, 0, null), "t", LONG);
    server.crash();
    lose(connected(ids.get(0), true, 0, null));
    lose(connected(ids.get(1), true, 0, null));
    assertThat(copies(LONG)).isEqualTo(1);
    lose(connected(ids.get(2), true, 0, null));
    assertThat(copies(LONG)).isZero();
    assertThat(server.simulation.store().rows()).isZero();
  }

  @Test
  void messageOfOneSessionAndShortMessagesStayInTheirRows() {
    List<String> ids = ofOnePartition(2);
    ids.forEach(id -> away(id, "t"));
    publish(connected("p", true, 0, null), "t", "m");
    away("alone", "other");
    publish(connected("p", true, 0, null), "other", LONG);
    assertThat(chunks()).isZero();
    assertThat(back(ids.getFirst()).texts).containsExactly("m");
    assertThat(back("alone").texts).containsExactly(LONG);
  }

  @Test
  void onlineReceiverThatAcknowledgesInTimeIsNoUser() {
    List<String> ids = ofOnePartition(2);
    away(ids.get(0), "t");
    RecordingTarget online = subscriber(ids.get(1), false, HOUR, "t", null);
    publish(connected("p", true, 0, null), "t", LONG);
    online.acknowledge(server);
    seconds(2);
    RecordingTarget back = back(ids.get(0));
    back.acknowledge(server);
    seconds(2);
    assertThat(back.texts).containsExactly(LONG);
    assertThat(copies(LONG)).isZero();
    assertThat(chunks()).isZero();
  }

  @Test
  void slowOnlineReceiverGetsEachMessageOnce() {
    RecordingTarget slow = subscriber("slow", false, HOUR, "t", null);
    RecordingTarget publisher = connected("p", true, 0, null);
    publish(publisher, "t", texts("a", 5));
    slow.writable = false;
    publish(publisher, "t", texts("b", 1_100));
    slow.writable = true;
    run(session(slow), () -> session(slow).writable());
    assertThat(slow.texts).doesNotHaveDuplicates().hasSize(1_105);
    slow.acknowledge(server);
    assertThat(slow.texts).doesNotHaveDuplicates().hasSize(1_105);
  }
}
