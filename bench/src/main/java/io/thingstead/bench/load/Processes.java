package io.thingstead.bench.load;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What Linux tells of the broker's processes, of this one and of the machine. */
final class Processes {
  private static final double TICKS_PER_SECOND = 100;
  private static final int USER_TIME = 11;
  private static final int SYSTEM_TIME = 12;

  private final List<Long> pids;

  Processes(List<Long> pids) {
    this.pids = pids;
  }

  /** CPU seconds that the broker has used so far. */
  double cpuSeconds() {
    return pids.stream().mapToDouble(pid -> cpuSeconds(pid.toString())).sum();
  }

  /** CPU seconds that this process has used so far. */
  static double ownCpuSeconds() {
    return cpuSeconds("self");
  }

  private static double cpuSeconds(String pid) {
    String stat = read("/proc/" + pid + "/stat");
    if (stat.isEmpty()) {
      return 0;
    }
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    return (Long.parseLong(fields[USER_TIME]) + Long.parseLong(fields[SYSTEM_TIME]))
        / TICKS_PER_SECOND;
  }

  /** CPU seconds that all processes have used so far. */
  static double machineCpuSeconds() {
    // user nice system (idle iowait) irq softirq
    return machine(1, 2, 3, 6, 7);
  }

  /** CPU seconds that the hypervisor gave to other machines although this one asked for them. */
  static double stolenCpuSeconds() {
    return machine(8);
  }

  private static double machine(int... columns) {
    String[] fields = read("/proc/stat").lines().findFirst().orElseThrow().split(" +", -1);
    long ticks = 0;
    for (int column : columns) {
      ticks += column < fields.length ? Long.parseLong(fields[column]) : 0;
    }
    return ticks / TICKS_PER_SECOND;
  }

  /** Resident memory of the broker, MiB. */
  double residentMib() {
    return pids.stream()
        .flatMap(pid -> read("/proc/" + pid + "/status").lines())
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToDouble(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024.0)
        .sum();
  }

  private static String read(String file) {
    try {
      return Files.readString(Path.of(file));
    } catch (IOException _) {
      // The process has ended.
      return "";
    }
  }
}
