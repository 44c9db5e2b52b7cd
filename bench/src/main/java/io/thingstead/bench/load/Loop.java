package io.thingstead.bench.load;

import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The one thread that drives all connections: opens, reads, lets publish, writes. */
final class Loop {
  private static final int BUFFER = 1 << 18;
  private static final int READS_AT_ONCE = 4;
  private static final int RETRIES_MAX = 2000;

  /** Loopback addresses in turn, so that no pair of addresses runs out of ports. */
  private static final int SOURCES = 40;

  private final Options options;
  private final Selector selector;
  private final @Nullable SslContext tls;
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);
  private final ByteBuffer scratch = ByteBuffer.allocateDirect(BUFFER);
  private final List<Client> dirty = new ArrayList<>();
  private final Client[] clients;
  private final Packets packets;
  private final Payload payload;
  private @Nullable Publishers publishers;
  private int sources;
  private int nextStart;
  private int untilStart;
  private boolean settingUp;

  /**
   * Told of each client that has all it waited for; its connection may end and start again then.
   */
  @Nullable Consumer<Client> onReady;

  /** Told of each client to which a message came; likewise. */
  @Nullable Consumer<Client> onMessage;

  int ready;
  private int opening;
  private int retries;

  /** Connections that ended without being asked to. */
  int closed;

  Loop(Options options, Client[] clients, boolean withTls) {
    this.options = options;
    this.clients = clients;
    tls = withTls ? Tls.context(options) : null;
    packets = new Packets(options, this, clients);
    payload = new Payload(options.size, options.scenario == Scenario.RULE);
    try {
      selector = Selector.open();
    } catch (IOException e) {
      throw new LoadException("no selector: " + e.getMessage());
    }
  }

  /** What publishes, called once each turn. */
  void publishWith(Publishers publishers) {
    this.publishers = publishers;
  }

  /** A window may have room again. */
  void moved(Client publisher) {
    if (publishers != null) {
      publishers.moved(publisher);
    }
  }

  /** A message came. */
  void got(Client client) {
    if (onMessage != null) {
      onMessage.accept(client);
    }
  }

  Packets packets() {
    return packets;
  }

  Payload payload() {
    return payload;
  }

  int retries() {
    return retries;
  }

  /** Something was put into the client's buffer. */
  void mark(Client client) {
    if (!client.dirty) {
      client.dirty = true;
      dirty.add(client);
    }
  }

  /** Keeps opening these clients, from one index to another, so many at a time. */
  void open(int from, int until) {
    nextStart = from;
    untilStart = until;
  }

  /** Opens these clients and waits until all are ready. */
  void openAndWait(int from, int until, double seconds) {
    int wanted = ready + until - from;
    open(from, until);
    settingUp = true;
    long end = System.nanoTime() + (long) (seconds * 1e9);
    while (ready < wanted) {
      once(100);
      if (System.nanoTime() > end) {
        throw new LoadException(
            "set-up timed out: %d of %d ready, %d closed".formatted(ready, wanted, closed));
      }
    }
    settingUp = false;
  }

  /** Runs for so many seconds. */
  void spin(double seconds) {
    long end = System.nanoTime() + (long) (seconds * 1e9);
    while (System.nanoTime() < end) {
      once(options.rate > 0 ? 1 : 20);
    }
  }

  /** One turn, which waits for at most so many milliseconds when there is nothing to do. */
  void once(long timeoutMillis) {
    while (opening < options.concurrency && nextStart < untilStart) {
      start(clients[nextStart++]);
    }
    try {
      selector.select(this::handle, timeoutMillis);
    } catch (IOException e) {
      throw new LoadException("select: " + e.getMessage());
    }
    if (publishers != null && !settingUp) {
      publishers.run();
    }
    // A flush can close and restart a client, which marks it again.
    for (int i = 0; i < dirty.size(); i++) {
      dirty.get(i).dirty = false;
      flush(dirty.get(i));
    }
    dirty.clear();
  }

  /** Opens a connection. */
  void start(Client client) {
    client.reset();
    client.state = Client.State.CONNECTING;
    opening++;
    try {
      SocketChannel channel = SocketChannel.open();
      client.channel = channel;
      channel.configureBlocking(false);
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      InetAddress to = InetAddress.getByName(options.host);
      if (to.isLoopbackAddress() && to.getAddress().length == 4) {
        byte[] source = {127, 0, 0, (byte) (2 + sources++ % SOURCES)};
        channel.bind(new InetSocketAddress(InetAddress.getByAddress(source), 0));
      }
      client.key = channel.register(selector, SelectionKey.OP_CONNECT, client);
      if (channel.connect(new InetSocketAddress(to, options.port))) {
        connected(client, channel);
      }
    } catch (IOException e) {
      lost(client, e);
    }
  }

  private void handle(SelectionKey key) {
    Client client = (Client) key.attachment();
    SocketChannel channel = client.channel;
    if (channel == null || !key.equals(client.key)) {
      return;
    }
    try {
      switch (client.state) {
        case CONNECTING -> {
          if (channel.finishConnect()) {
            connected(client, channel);
          }
        }
        case HANDSHAKE -> shakeHands(client, channel);
        case WAIT_CONNACK, WAIT_SUBACK, READY -> {
          if (key.isReadable()) {
            read(client, channel);
          }
          if (key.isValid() && key.isWritable()) {
            flush(client);
          }
        }
        case IDLE, CLOSED -> {}
      }
    } catch (IOException e) {
      lost(client, e);
    }
  }

  /** The client's socket is connected. */
  void connected(Client client, SocketChannel channel) throws IOException {
    interest(client, SelectionKey.OP_READ);
    if (tls == null) {
      sendConnect(client);
      return;
    }
    client.state = Client.State.HANDSHAKE;
    client.tls = new Tls(tls);
    client.tls.begin();
    // A quick server has answered all before this returns, and then nothing wakes us any more.
    shakeHands(client, channel);
  }

  private void shakeHands(Client client, SocketChannel channel) throws IOException {
    Tls own = client.tls;
    if (own == null) {
      return;
    }
    own.step(channel, scratch);
    if (own.isOpen()) {
      sendConnect(client);
    }
  }

  private void sendConnect(Client client) {
    client.state = Client.State.WAIT_CONNACK;
    client.connect();
    mark(client);
  }

  private void read(Client client, SocketChannel channel) throws IOException {
    for (int i = 0; i < READS_AT_ONCE; i++) {
      buffer.clear().put(client.rest, 0, client.restLength);
      int before = buffer.position();
      int got = client.tls == null ? channel.read(buffer) : client.tls.read(channel, buffer);
      if (got < 0) {
        lost(client, null);
        return;
      }
      if (got == 0) {
        return;
      }
      boolean filled = !buffer.hasRemaining();
      packets.parse(client, buffer.flip());
      if (!channel.equals(client.channel)) {
        return;
      }
      int left = buffer.remaining();
      if (client.rest.length < left) {
        client.rest = new byte[Math.max(256, left * 2)];
      }
      buffer.get(client.rest, 0, left);
      client.restLength = left;
      if (!filled || before == BUFFER) {
        return;
      }
    }
  }

  private void flush(Client client) {
    SocketChannel channel = client.channel;
    if (channel == null || client.state.compareTo(Client.State.WAIT_CONNACK) < 0) {
      return;
    }
    ByteBuffer unsent = client.unsent();
    try {
      boolean all;
      if (client.tls == null) {
        channel.write(unsent);
        all = !unsent.hasRemaining();
      } else {
        all = client.tls.write(channel, unsent);
      }
      client.written();
      interest(client, all ? SelectionKey.OP_READ : SelectionKey.OP_READ | SelectionKey.OP_WRITE);
    } catch (IOException e) {
      client.written();
      lost(client, e);
    }
  }

  private static void interest(Client client, int operations) {
    SelectionKey key = client.key;
    if (key != null && key.isValid() && key.interestOps() != operations) {
      key.interestOps(operations);
    }
  }

  private void lost(Client client, @Nullable IOException why) {
    boolean wasConnecting = client.state == Client.State.CONNECTING;
    close(client);
    closed++;
    if (settingUp || wasConnecting || onReady != null) {
      if (retries++ > RETRIES_MAX) {
        throw new LoadException("connections are refused or closed: " + why);
      }
      start(client);
    }
  }

  /** Writes what is left and closes. */
  void end(Client client) {
    client.disconnect();
    flush(client);
    close(client);
  }

  /** Ends all connections and the loop. */
  void closeAll() {
    onReady = null;
    onMessage = null;
    for (Client client : clients) {
      if (client.state == Client.State.READY) {
        end(client);
      } else {
        close(client);
      }
    }
    try {
      selector.close();
    } catch (IOException _) {
      // Nothing uses it any more.
    }
  }

  void close(Client client) {
    switch (client.state) {
      case READY -> ready--;
      case CONNECTING, HANDSHAKE, WAIT_CONNACK, WAIT_SUBACK -> opening--;
      case IDLE, CLOSED -> {}
    }
    client.state = Client.State.CLOSED;
    if (client.tls != null) {
      client.tls.close();
      client.tls = null;
    }
    if (client.channel != null) {
      try {
        client.channel.close();
      } catch (IOException _) {
        // It is gone either way.
      }
      client.channel = null;
    }
  }

  /** The connection has all it waited for. */
  void ready(Client client) {
    client.state = Client.State.READY;
    ready++;
    opening--;
    if (onReady != null) {
      onReady.accept(client);
    }
  }
}
