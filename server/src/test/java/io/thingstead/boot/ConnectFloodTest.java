package io.thingstead.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Connections that come in a flood and say nothing, or half of it, on every kind of port. */
class ConnectFloodTest {
  private static final int ROOM = 60;
  private static final int FLOOD = 400;
  private static final Pattern REFUSED =
      Pattern.compile("thingstead_net_refused_total\\{reason=\"(\\w+)\"\\} (\\d+)");

  @TempDir private Path directory = Path.of("");

  private static Map<String, Integer> refused(RunningNode server) throws Exception {
    Map<String, Integer> counts = new HashMap<>();
    Matcher found =
        REFUSED.matcher(
            server.signed("GET", "/metrics", Map.of(), "").body().replace(".0\n", "\n"));
    while (found.find()) {
      counts.put(found.group(1), Integer.parseInt(found.group(2)));
    }
    return counts;
  }

  private static int all(Map<String, Integer> counts) {
    return counts.values().stream().mapToInt(Integer::intValue).sum();
  }

  private static MqttClient connect(RunningNode server, String id) throws MqttException {
    String url = "tcp://127.0.0.1:" + server.plainMqtt();
    MqttClient client = new MqttClient(url, id, new MemoryPersistence());
    MqttConnectOptions options = new MqttConnectOptions();
    options.setConnectionTimeout(10);
    client.connect(options);
    return client;
  }

  @Test
  void whoIsConnectedIsServedAndTheRestIsTurnedAwayAndCounted() throws Exception {
    try (RunningNode server =
        new RunningNode(directory, "connections-per-address", String.valueOf(ROOM))) {
      try (var iot = server.iot()) {
        iot.createPolicy(b -> b.policyName("any").policyDocument(RunningNode.ANY_POLICY));
        iot.attachPolicy(b -> b.policyName("any").target("anonymous"));
      }
      MqttClient neighbour = connect(server, "neighbour");
      int[] ports = {
        server.port(), server.devicePort(), server.plainMqtt(), server.adminPort(),
      };
      // The begin of a TLS hello, of a CONNECT, of nothing.
      byte[][] begins = {{22, 3, 1, 2, 0, 1, 0}, {0x10, 20, 0, 4, 'M'}, {}};
      List<Socket> sockets = new ArrayList<>();
      for (int i = 0; i < FLOOD; i++) {
        Socket socket = new Socket();
        sockets.add(socket);
        // From another address than everybody else.
        socket.bind(new InetSocketAddress("127.0.0.2", 0));
        socket.connect(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), ports[i % ports.length]));
        begin(socket, begins[i % begins.length]);
        if (i % 50 == 0) {
          neighbour.publish("t", new byte[10], 1, false);
        }
      }
      MqttClient late = connect(server, "late");
      // The system may hold some back, so that the server has not seen them yet.
      Map<String, Integer> counts = refused(server);
      for (int i = 0; i < 1_000 && all(counts) < FLOOD - ROOM; i++) {
        late.publish("t", new byte[10], 1, false);
        counts = refused(server);
      }
      // Also those that do not speak TLS on its port, in whose place another comes.
      assertThat(all(counts)).isBetween(FLOOD - ROOM, FLOOD);
      assertThat(counts).containsKey("too_many_from_address");
      neighbour.publish("t", new byte[10], 1, false);
      for (Socket socket : sockets) {
        socket.close();
      }
      late.disconnect();
      late.close();
      neighbour.disconnect();
      neighbour.close();
    }
  }

  private static void begin(Socket socket, byte[] bytes) {
    try {
      socket.getOutputStream().write(bytes);
    } catch (IOException turnedAway) {
      // The server was quicker.
    }
  }
}
