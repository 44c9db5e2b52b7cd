package io.thingstead.bench;

import java.util.List;

/**
 * One scenario with its settings and the figures that are compared.
 *
 * @param figures members of the load generator's result
 * @param fresh measured once, before anything else, and the smaller figure wins: memory
 */
record Match(String name, List<String> figures, boolean fresh, List<String> arguments) {
  private static final String PER_CPU = "msgs_per_cpu";

  /** At least 2 s and 1 broker-CPU-second, at most 6 s: as the reference harness measures. */
  private static final String TIMED = " --warm 0.6 --secs 2 --mincpu 1.0 --maxsecs 6";

  /** The scenarios of the reference harness; ratios are of deliveries per broker-CPU-second. */
  static final List<Match> ALL =
      List.of(
          new Match(
              "idle", List.of("kb_per_conn"), true, words("--scenario idle --subs 10000 --hold 3")),
          of("fanin_q0", PER_CPU, "--scenario fanin --qos 0 --pubs 100 --window 20" + TIMED),
          of("fanin_q1", PER_CPU, "--scenario fanin --qos 1 --pubs 100 --window 20" + TIMED),
          of("fanout_q0", PER_CPU, "--scenario fanout --qos 0 --subs 1000 --window 4" + TIMED),
          of("fanout_q1", PER_CPU, "--scenario fanout --qos 1 --subs 1000 --window 4" + TIMED),
          of("pairs_q1", PER_CPU, "--scenario pairs --qos 1 --pubs 500 --window 4" + TIMED),
          of(
              "pairs_q1_r2000",
              PER_CPU,
              "--scenario pairs --qos 1 --pubs 500 --rate 2000 --warm 0.5 --secs 2"),
          of("pairs_q2", PER_CPU, "--scenario pairs --qos 2 --pubs 500 --window 4" + TIMED),
          of(
              "wild_q0",
              PER_CPU,
              "--scenario wild --qos 0 --pubs 20 --subs 50 --msgs 50000 --window 20" + TIMED),
          new Match(
              "offline_q1",
              List.of("store_per_cpu", "drain_per_cpu"),
              false,
              words("--scenario offline --qos 1 --pubs 10 --subs 10 --msgs 100000 --window 20")),
          of("connect", "hs_per_cpu", "--scenario connect --concur 64 --warm 2 --secs 3"),
          of("tls", "hs_per_cpu", "--scenario tls --concur 64 --warm 5 --secs 3"));

  private static Match of(String name, String figure, String arguments) {
    return new Match(name, List.of(figure), false, words(arguments));
  }

  static List<String> words(String text) {
    return text.isBlank() ? List.of() : List.of(text.strip().split("\\s+", -1));
  }
}
