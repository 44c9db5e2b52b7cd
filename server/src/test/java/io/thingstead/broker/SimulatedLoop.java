package io.thingstead.broker;

import io.thingstead.engine.Worker;
import io.thingstead.engine.Workers;
import java.util.ArrayDeque;
import java.util.Queue;

/** A loop whose turns a simulation decides: one task a turn. */
final class SimulatedLoop implements Loop {
  private final Queue<Runnable> tasks = new ArrayDeque<>();
  private final Runnable wake;
  private boolean working;

  SimulatedLoop(String name, Workers workers) {
    wake = workers.start(name, this::work);
  }

  private long work() {
    Runnable task = tasks.poll();
    if (task == null) {
      return Worker.UNTIL_WOKEN;
    }
    working = true;
    task.run();
    working = false;
    return tasks.isEmpty() ? Worker.UNTIL_WOKEN : 0;
  }

  @Override
  public boolean current() {
    return working;
  }

  @Override
  public void execute(Runnable task) {
    tasks.add(task);
    wake.run();
  }
}
