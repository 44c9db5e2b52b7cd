package io.thingstead.bench.load;

import tools.jackson.databind.node.ObjectNode;

/** Time, and CPU used by broker, generator and others, since it was made. */
final class Stopwatch {
  private final Processes broker;
  private final long start = System.nanoTime();
  private final double broker0;
  private final double own0 = Processes.ownCpuSeconds();
  private final double machine0 = Processes.machineCpuSeconds();
  private final double stolen0 = Processes.stolenCpuSeconds();

  Stopwatch(Processes broker) {
    this.broker = broker;
    broker0 = broker.cpuSeconds();
  }

  double seconds() {
    return (System.nanoTime() - start) / 1e9;
  }

  double brokerCpu() {
    return broker.cpuSeconds() - broker0;
  }

  /** So many for each CPU second of the broker; 0 when it used none that could be measured. */
  long perCpu(long count) {
    double cpu = brokerCpu();
    return cpu > 0 ? Math.round(count / cpu) : 0;
  }

  /** Writes down CPUs used by broker, generator and everybody else, and what was stolen. */
  void tell(ObjectNode result) {
    double seconds = seconds();
    double cpu = brokerCpu();
    double own = Processes.ownCpuSeconds() - own0;
    double other = Processes.machineCpuSeconds() - machine0 - cpu - own;
    double stolen = Processes.stolenCpuSeconds() - stolen0;
    result.put("broker_cpu", Run.round(cpu / seconds, 2));
    result.put("gen_cpu", Run.round(own / seconds, 2));
    result.put("other_cpu", Run.round(other / seconds, 2));
    result.put("stolen_cpu", Run.round(stolen / seconds, 2));
  }
}
