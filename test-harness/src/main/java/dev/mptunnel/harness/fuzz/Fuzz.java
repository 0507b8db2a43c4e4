package dev.mptunnel.harness.fuzz;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ./mptunnel fuzz}: one target by hand, or one input again. */
@Command(
    name = "mptunnel fuzz",
    description = "Fuzzes one target; alone, lists the targets.",
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
public final class Fuzz implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Parameters(arity = "0..1", description = "One of ${COMPLETION-CANDIDATES}.")
  private FuzzTargets target;

  @Option(names = "--seconds", description = "How long.")
  private int seconds = 60;

  @Option(names = "--input", description = "Takes this one input, in base64, instead.")
  private String input;

  @Option(names = "--folder", required = true, hidden = true)
  private Path folder;

  /** Runs the command line; exits with 0 for no finding, 1 for a finding, 2 for bad usage. */
  public static void main(String[] args) {
    CommandLine line = new CommandLine(new Fuzz()).setCaseInsensitiveEnumValuesAllowed(true);
    line.setParameterExceptionHandler(
        (e, _) -> {
          line.getErr().println("fuzz: " + e.getMessage() + "; ./mptunnel fuzz lists the targets");
          return 2;
        });
    System.exit(line.execute(args));
  }

  @Override
  public Integer call() throws Exception {
    if (target == null) {
      for (FuzzTargets each : FuzzTargets.values()) {
        System.out.println(each);
      }
      return 0;
    }
    if (input != null) {
      target.create().accept(input());
      System.out.println(target + " takes it: no finding");
      return 0;
    }
    return fuzz();
  }

  private byte[] input() {
    try {
      return Base64.getDecoder().decode(input);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), "--input is not base64", e);
    }
  }

  private int fuzz() throws IOException, InterruptedException {
    FuzzRun run = new FuzzRun(List.of(target), folder);
    int exitCode = run.start(seconds, ProcessBuilder.Redirect.INHERIT).waitFor();
    byte[] found = run.foundInput();
    if (found != null) {
      System.out.println(howToRepeat(target, found));
    }
    return exitCode == 0 ? 0 : 1;
  }

  /** What to type to have a finding again. */
  static String howToRepeat(FuzzTargets target, byte[] input) {
    return "once more: ./mptunnel fuzz "
        + target
        + " --input "
        + Base64.getEncoder().encodeToString(input);
  }
}
