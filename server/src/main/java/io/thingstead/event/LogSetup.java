package io.thingstead.event;

import java.io.OutputStream;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.Logger;
import java.util.logging.StreamHandler;

/**
 * Sends the whole log of the process, ours and the libraries', to one stream, one line an event:
 * {@code TIME level message key=value …}, or a JSON object.
 */
public final class LogSetup {
  private static final Logger ROOT = LogManager.getLogManager().getLogger("");

  private LogSetup() {}

  /**
   * Takes over the log; call it once, early.
   *
   * @param level of our own code; libraries tell from warnings on
   * @param json whether a line is a JSON object
   */
  public static void install(System.Logger.Level level, boolean json, OutputStream out) {
    for (Handler handler : ROOT.getHandlers()) {
      ROOT.removeHandler(handler);
    }
    Flushing handler = new Flushing(out, json);
    ROOT.addHandler(handler);
    ROOT.setLevel(Level.WARNING);
    for (Logger ours : OURS) {
      ours.setLevel(jul(level));
    }
  }

  // Held here, for the log manager keeps loggers weakly and would forget their level.
  private static final Logger[] OURS = {
    Logger.getLogger("io.thingstead"), Logger.getLogger("thingstead")
  };

  private static Level jul(System.Logger.Level level) {
    return switch (level) {
      case ALL -> Level.ALL;
      case TRACE -> Level.FINER;
      case DEBUG -> Level.FINE;
      case INFO -> Level.INFO;
      case WARNING -> Level.WARNING;
      case ERROR -> Level.SEVERE;
      case OFF -> Level.OFF;
    };
  }

  /** Each line is out before the call returns: a log that is buffered dies with the process. */
  private static final class Flushing extends StreamHandler {
    Flushing(OutputStream out, boolean json) {
      super(out, new LogLines(json));
      setLevel(Level.ALL);
    }

    @Override
    public synchronized void publish(java.util.logging.LogRecord event) {
      super.publish(event);
      flush();
    }
  }
}
