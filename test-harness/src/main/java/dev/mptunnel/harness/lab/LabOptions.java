package dev.mptunnel.harness.lab;

import dev.mptunnel.harness.link.LinkProperties;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** What one can say to each lab that compares ways over emulated lines. */
final class LabOptions {

  @Option(names = "--rate", description = "Rate of each line each way, Mbit/s.")
  private int rateMbit = 50;

  @Option(names = "--delay", description = "Delay of each line each way, ms.")
  private int delayMillis = 20;

  @Option(names = "--queue", description = "What a line's queue holds, ms at its rate.")
  private int queueMillis = 50;

  @Option(names = "--cc", description = "TCP's congestion control.")
  private String congestionControl = "cubic";

  @Option(names = "--runs", description = "Measurements of each way, in turn.")
  private int runs = 3;

  @Option(
      names = "--keep-logs",
      paramLabel = "DIR",
      description = "A directory for all logs of programs, which is kept.")
  private Path logs;

  int rateMbit() {
    return rateMbit;
  }

  int delayMillis() {
    return delayMillis;
  }

  int queueMillis() {
    return queueMillis;
  }

  String congestionControl() {
    return congestionControl;
  }

  int runs() {
    return runs;
  }

  /** Where logs are kept; null if they are not. */
  Path logs() {
    return logs;
  }

  /**
   * The lines and the congestion control.
   *
   * @param spec of the command that was given
   * @param lines each one, in words; if there are none, so many as {@code count} that are alike
   * @param lossPercent of those that are alike
   */
  Conditions conditions(CommandSpec spec, List<String> lines, int count, double lossPercent) {
    try {
      List<LinkProperties> all =
          lines.isEmpty()
              ? Collections.nCopies(
                  count, Conditions.line(lossPercent, rateMbit, delayMillis, queueMillis))
              : lines.stream().map(LinkProperties::parse).toList();
      return new Conditions(all, congestionControl);
    } catch (IllegalArgumentException e) {
      String option = lines.isEmpty() ? "the lines: " : "--line: ";
      throw new ParameterException(spec.commandLine(), option + e.getMessage(), e);
    }
  }
}
