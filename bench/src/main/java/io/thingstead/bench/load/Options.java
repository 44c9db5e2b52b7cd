package io.thingstead.bench.load;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What to measure and how; the defaults suit a quick look. */
final class Options {
  @Option(names = "--scenario", required = true, description = "${COMPLETION-CANDIDATES}")
  Scenario scenario = Scenario.FANIN;

  @Option(names = "--peer", description = "name of the broker in the result")
  String peer = "?";

  @Option(names = "--host")
  String host = "127.0.0.1";

  @Option(names = "--port")
  int port = 1883;

  @Option(names = "--pids", split = ",", description = "processes of the broker")
  List<Long> pids = new ArrayList<>();

  @Option(names = "--qos")
  int qos;

  @Option(names = "--size", description = "bytes of a payload, at least 12")
  int size = 64;

  @Option(names = "--pubs")
  int publishers = 100;

  @Option(names = "--subs")
  int subscribers = 1;

  @Option(names = "--window", description = "messages of a publisher not yet delivered")
  int window = 20;

  @Option(names = "--rate", description = "messages per second of all; 0: as the window allows")
  double rate;

  @Option(
      names = "--msgs",
      description = "offline: messages; wild, exact: filters; sessions, resume: sessions")
  int messages = 100_000;

  @Option(names = "--filters", description = "sessions: subscriptions of each")
  int filters = 1;

  @Option(names = "--queued", description = "sessions, resume: messages that wait for each")
  int queued;

  @Option(names = "--concur", description = "connections being opened at a time")
  int concurrency = 100;

  @Option(names = "--warm", description = "seconds before measuring")
  double warmSeconds = 1.5;

  @Option(names = "--warmcpu", description = "broker CPU seconds before measuring")
  double warmCpuSeconds;

  @Option(names = "--secs", description = "seconds to measure, at least")
  double seconds = 3;

  @Option(names = "--mincpu", description = "broker CPU seconds to measure, at least")
  double minCpuSeconds;

  @Option(names = "--maxsecs", description = "seconds to measure, at most")
  double maxSeconds = 10;

  @Option(names = "--hold", description = "idle: seconds to look at the idle connections")
  double holdSeconds = 3;

  @Option(
      names = "--memory",
      description = "wild, exact: also what the subscriptions take of the broker's memory")
  boolean memory;

  @Option(
      names = "--gc",
      description = "idle, --memory: a command that makes the broker collect garbage")
  @Nullable String gcCommand;

  @Option(names = "--tls", description = "all connections over TLS 1.3")
  boolean tls;

  @Option(names = "--ca", description = "the broker's CA, PEM")
  @Nullable Path ca;

  @Option(names = "--cert", description = "this client's certificate, PEM")
  @Nullable Path certificate;

  @Option(names = "--key", description = "its private key, PEM")
  @Nullable Path key;
}
