package io.thingstead.bench;

import java.util.List;

/**
 * One scenario with its settings and the figures that are compared.
 *
 * @param figures what is compared, with issue 3's floors and aims
 * @param way how the clients reach the brokers
 * @param fresh measured on a server that has done nothing else
 * @param ours arguments of the load generator against this server
 * @param peers arguments of the load generator against the peer
 */
record Match(
    String name,
    List<Figure> figures,
    Way way,
    boolean fresh,
    List<String> ours,
    List<String> peers) {

  /** How the clients reach a broker. */
  enum Way {
    /** Without TLS. */
    PLAIN,
    /** TLS 1.3, both sides with certificates. */
    MUTUAL_TLS
  }

  /** At least 2 s and 1 broker-CPU-second, at most 6 s: as the reference harness measures. */
  private static final String TIMED = " --warm 0.6 --secs 2 --mincpu 1.0 --maxsecs 6";

  private static final String PAIRS = "--scenario pairs --qos 1 --pubs 500 --window 4";
  private static final String IDLE = "--scenario idle --subs 10000 --hold 3";

  /** The rows of issue 3's table. */
  static final List<Match> ALL =
      List.of(
          idle("idle", Way.PLAIN, Figure.size("kb_per_conn", 10, 4)),
          idle("idle_tls", Way.MUTUAL_TLS, Figure.size("kb_per_conn", 40, 15)),
          flow("fanin_q0", 2.2, 8, "--scenario fanin --qos 0 --pubs 100 --window 20" + TIMED),
          flow("fanin_q1", 1.4, 8, "--scenario fanin --qos 1 --pubs 100 --window 20" + TIMED),
          flow("fanout_q0", 1.6, 3, "--scenario fanout --qos 0 --subs 1000 --window 4" + TIMED),
          flow("fanout_q1", 2.4, 3.5, "--scenario fanout --qos 1 --subs 1000 --window 4" + TIMED),
          flow("pairs_q1", 2.0, 3.2, PAIRS + TIMED),
          flow("pairs_q2", 1.6, 3, "--scenario pairs --qos 2 --pubs 500 --window 4" + TIMED),
          flow(
              "wild_q0",
              1.3,
              4.5,
              "--scenario wild --qos 0 --pubs 20 --subs 50 --msgs 50000 --window 20" + TIMED),
          plain(
              "offline_q1",
              List.of(
                  Figure.times("store_per_cpu", 0.5, 3.9), Figure.times("drain_per_cpu", 0.7, 1.8)),
              "--scenario offline --qos 1 --pubs 10 --subs 10 --msgs 100000 --window 20"),
          // Mosquitto has no rules: its pairs, to which the aim is 0.6 times that of pairs_q1.
          new Match(
              "rule_q1",
              List.of(Figure.times("msgs_per_cpu", 0, 0.6 * 3.2)),
              Way.PLAIN,
              false,
              words(PAIRS.replace("pairs", "rule") + TIMED),
              words(PAIRS + TIMED)),
          plain(
              "pairs_q1_r2000",
              List.of(Figure.timesLess("p99_ms", 2, 1), Figure.times("msgs_per_cpu", 0, 1)),
              "--scenario pairs --qos 1 --pubs 500 --rate 2000 --warm 0.5 --secs 4"),
          plain(
              "connect",
              List.of(Figure.times("hs_per_cpu", 0.4, 1.2)),
              "--scenario connect --concur 64 --warm 2 --secs 3"),
          new Match(
              "handshake",
              List.of(Figure.times("hs_per_cpu", 0.7, 1.0)),
              Way.MUTUAL_TLS,
              false,
              words("--scenario tls --concur 64 --warm 3 --secs 3"),
              words("--scenario tls --concur 64 --warm 3 --secs 3")));

  private static Match flow(String name, double floor, double aim, String arguments) {
    return plain(name, List.of(Figure.times("msgs_per_cpu", floor, aim)), arguments);
  }

  private static Match plain(String name, List<Figure> figures, String arguments) {
    return new Match(name, figures, Way.PLAIN, false, words(arguments), words(arguments));
  }

  private static Match idle(String name, Way way, Figure figure) {
    String tls = way == Way.MUTUAL_TLS ? " --tls" : "";
    return new Match(name, List.of(figure), way, true, words(IDLE + tls), words(IDLE + tls));
  }

  /** Names at which another value is given, like {@code --secs 1}, take it. */
  Match with(String changes) {
    return new Match(name, figures, way, fresh, changed(ours, changes), changed(peers, changes));
  }

  private static List<String> changed(List<String> arguments, String changes) {
    List<String> result = new java.util.ArrayList<>(arguments);
    List<String> pairs = words(changes);
    for (int i = 0; i + 1 < pairs.size(); i += 2) {
      int at = result.indexOf(pairs.get(i));
      if (at >= 0) {
        result.set(at + 1, pairs.get(i + 1));
      }
    }
    return List.copyOf(result);
  }

  static List<String> words(String text) {
    return text.isBlank() ? List.of() : List.of(text.strip().split("\\s+", -1));
  }
}
