package io.thingstead.installed;

import java.util.random.RandomGenerator;

/** A way in which a server ends without warning. */
interface Crash {
  /** What several are called. */
  String plural();

  /** What the server must be started with for it. */
  void prepare(Installed server);

  /** Ends the server in the middle of its work, and returns when it is dead. */
  void strike(Installed server, RandomGenerator random);

  /** Starts the server again; may let it crash while it starts, as often as it likes. */
  void startAgain(Installed server, RandomGenerator random);

  /** {@code kill -9}: the kernel keeps what was written, synced or not. */
  final class Kill implements Crash {
    @Override
    public String plural() {
      return "kills";
    }

    @Override
    public void prepare(Installed server) {}

    @Override
    public void strike(Installed server, RandomGenerator random) {
      server.kill();
    }

    @Override
    public void startAgain(Installed server, RandomGenerator random) {
      server.startAgain();
    }
  }
}
