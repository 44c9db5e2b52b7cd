package io.thingstead.boot;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Ports for servers that cannot be asked afterwards which one they have got, or that end and come
 * back on the same one. They are below those that the kernel gives to clients: no connection can
 * take one while its server is away, nor a client that tries again and again connect to itself.
 */
public final class FreePort {
  private static final int FIRST = 12_000;
  private static final int LAST = 32_000;
  private static final Set<Integer> TAKEN = ConcurrentHashMap.newKeySet();

  private FreePort() {}

  /** A port of loopback that nobody listens on and that this process was not given before. */
  public static int next() {
    while (true) {
      int port = ThreadLocalRandom.current().nextInt(FIRST, LAST);
      if (TAKEN.add(port) && isFree(port)) {
        return port;
      }
    }
  }

  private static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      return socket.isBound();
    } catch (IOException taken) {
      return false;
    }
  }
}
