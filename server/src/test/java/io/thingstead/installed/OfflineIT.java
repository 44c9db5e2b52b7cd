package io.thingstead.installed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * A thousand QoS 1 messages of the AWS IoT device SDK for JavaScript, whose own queue holds them
 * while it is offline, through connections that are cut and a server that is killed, to a session
 * that is away all the time.
 */
class OfflineIT {
  private static final int MESSAGES = 1_000;
  private static final String POLICY =
      """
      {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "iot:*", "Resource": "*"}}
      """;

  @Test
  void aThousandMessagesArriveInOrderThroughForcedReconnects() throws Exception {
    Path modules = Installed.CHECKOUT.resolve("server/target/npm/node_modules");
    assumeTrue(Files.isDirectory(modules), "./thingstead test fetches " + modules);
    try (Installed server = Installed.start();
        Relay relay = new Relay(server.device, false)) {
      Device device = Sdk.deviceWithFiles(server, "d", POLICY);
      BlockingQueue<Long> got = new LinkedBlockingQueue<>();
      PahoClient away =
          new PahoClient(device, "away", (_, text) -> got.add(Long.parseLong(text)), _ -> {});
      away.start("offline/t").leave();

      Process sdk = sdk(server, relay.port(), modules);
      String said = disturb(sdk, server, relay);
      assertThat(sdk.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(said).as(said).contains("acknowledged " + MESSAGES);

      away.returnOnce();
      LinkedHashSet<Long> distinct = new LinkedHashSet<>();
      while (distinct.size() < MESSAGES) {
        Long next = got.poll(20, TimeUnit.SECONDS);
        assertThat(next).as("after %d of %d", distinct.size(), MESSAGES).isNotNull();
        distinct.add(next);
      }
      assertThat(new ArrayList<>(distinct)).isSorted().hasSize(MESSAGES);
      away.close();
    }
  }

  private static Process sdk(Installed server, int port, Path modules) throws Exception {
    String options =
        """
        {"keyPath": "d.key", "certPath": "d.crt", "caPath": "%s", "clientId": "sdk1",
         "host": "localhost", "port": %d}
        """
            .formatted(server.data().resolve("ca.pem"), port);
    ProcessBuilder builder =
        new ProcessBuilder(
                "node",
                Installed.CHECKOUT.resolve("server/src/test/npm/offline.cjs").toString(),
                options,
                "offline/t",
                "" + MESSAGES)
            .directory(server.dir.toFile())
            .redirectErrorStream(true);
    builder.environment().putAll(Map.of("NODE_PATH", modules.toString(), "NODE_NO_WARNINGS", "1"));
    return builder.start();
  }

  /** At every hundredth message the connection is cut; once the server is killed instead. */
  private static String disturb(Process sdk, Installed server, Relay relay) throws Exception {
    StringBuilder said = new StringBuilder();
    BufferedReader out = sdk.inputReader();
    String line;
    while ((line = out.readLine()) != null) {
      said.append(line).append('\n');
      if (line.equals("sent 500")) {
        server.killAndRestart();
      } else if (line.startsWith("sent ")) {
        relay.cut();
      }
    }
    return said.toString();
  }
}
