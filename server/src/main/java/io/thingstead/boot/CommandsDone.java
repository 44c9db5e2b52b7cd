package io.thingstead.boot;

import io.thingstead.audit.AuditLog;
import io.thingstead.audit.Deed;
import io.thingstead.config.Notes;
import io.thingstead.operation.Features;
import java.util.HashMap;
import java.util.Map;

/** Writes down, in every account, what commands have done to the data directory meanwhile. */
final class CommandsDone {
  private CommandsDone() {}

  static void write(Notes notes, Tenants tenants) {
    for (Notes.Note each : notes.read()) {
      Map<String, String> about = new HashMap<>(each.about());
      about.put("at", each.at());
      Deed deed =
          new Deed("", each.operation(), about, each.user(), "", "this machine", Deed.DONE, "");
      tenants.all().stream().map(Features::audit).forEach((AuditLog log) -> log.changed(deed));
    }
    notes.clear();
  }
}
