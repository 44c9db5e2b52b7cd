package io.thingstead.cli;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Mixin;

@Command(
    name = "doctor",
    mixinStandardHelpOptions = true,
    description = {
      "Looks at Java, the data directory, ports, certificates, clock, disk and server, and says of"
          + " each whether it is well and what to do if not.",
      "",
      "Exit code 1 when something has to be mended."
    },
    footer = {"", "Example:", "  ./thingstead doctor", "  ./thingstead doctor --output json"})
final class DoctorCommand implements Callable<Integer> {
  private final Surroundings surroundings;

  @Mixin private final Target target = new Target();
  @Mixin private final Output output = new Output();

  DoctorCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    List<Checkup.Finding> findings =
        new Checkup(target.find(surroundings), surroundings.clock()).all();
    if (output.json()) {
      output.print(surroundings, findings);
    } else {
      Ansi ansi = surroundings.colours() ? Ansi.ON : Ansi.OFF;
      findings.forEach(each -> surroundings.out().println(line(each, ansi)));
    }
    return findings.stream().anyMatch(each -> each.state() == Checkup.State.BAD) ? 1 : 0;
  }

  private static String line(Checkup.Finding finding, Ansi ansi) {
    String mark =
        switch (finding.state()) {
          case GOOD -> "@|green ok     |@";
          case DOUBTFUL -> "@|yellow look   |@";
          case BAD -> "@|red mend   |@";
        };
    return ansi.string(mark) + String.format("%-14s%s", finding.what(), finding.text());
  }
}
