package io.thingstead.boot;

import io.thingstead.config.Machine;
import io.thingstead.config.Settings;
import io.thingstead.config.SettingsReader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Where the program begins. */
public final class Main {
  private Main() {}

  public static void main(String[] arguments) throws InterruptedException {
    Map<String, List<String>> flags = new HashMap<>();
    boolean rehearse = false;
    for (int i = 1; i < arguments.length; i++) {
      if (arguments[i].equals("--rehearse")) {
        rehearse = true;
      } else {
        flags
            .computeIfAbsent(arguments[i].substring(2), _ -> new ArrayList<>())
            .add(arguments[++i]);
      }
    }
    Settings settings = new SettingsReader(Machine.here(), System.getenv()).read(flags, null);
    Node node = Node.start(settings);
    Runtime.getRuntime().addShutdownHook(new Thread(node::close));
    System.out.println("ready " + node.addresses());
    if (rehearse) {
      System.exit(0);
    }
    Thread.currentThread().join();
  }
}
