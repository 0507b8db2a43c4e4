package dev.mptunnel.program;

import dev.mptunnel.config.Command;
import dev.mptunnel.config.CommandResult;
import dev.mptunnel.doctor.Report;
import dev.mptunnel.log.ConsoleLog;
import java.io.IOException;
import java.io.PrintStream;
import java.util.Arrays;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Looks whether a program would work with its configuration, instead of running it, prints what was
 * found, a line each or as JSON, and exits with 0 if it would, with 1 if not, and with 2 where the
 * configuration cannot be used at all.
 *
 * @param <C> what the program is configured by
 */
public final class Checkup<C> {

  private static final int EXIT_WOULD_NOT_WORK = 1;
  private static final String JSON = "--json";

  private final Command<C> command;
  private final Examiner<C> examiner;

  /** A checkup. */
  public Checkup(Command<C> command, Examiner<C> examiner) {
    this.command = command;
    this.examiner = examiner;
  }

  /** Who looks. */
  @FunctionalInterface
  public interface Examiner<C> {

    /**
     * Looks.
     *
     * @throws IOException when that cannot even begin; the message is for the user
     */
    Report examine(C config) throws IOException;
  }

  /** Whether a command line asks for the one that has this name. */
  public static boolean isAsked(String word, String... args) {
    return args.length > 0 && args[0].equals(word);
  }

  /** The model of its command line, for the manual. */
  public static CommandSpec spec(Command<?> command) {
    return command
        .spec()
        .addOption(
            OptionSpec.builder(JSON)
                .type(boolean.class)
                .arity("0")
                .description("print the findings as JSON")
                .build());
  }

  /**
   * Looks and prints.
   *
   * @param args the first of which is the checkup's name
   * @return the exit status
   */
  public int run(String[] args, PrintStream out, PrintStream err) {
    boolean isJson = Arrays.asList(args).contains(JSON);
    String[] others =
        Arrays.stream(args).skip(1).filter(word -> !word.equals(JSON)).toArray(String[]::new);
    return switch (command.start(others, out, err)) {
      case CommandResult.Exit<C>(int status) -> status;
      case CommandResult.Run<C>(C config, boolean verbose) -> {
        ConsoleLog.install(verbose, false, System.getenv());
        yield examine(config, isJson, out, err);
      }
    };
  }

  private int examine(C config, boolean isJson, PrintStream out, PrintStream err) {
    try {
      Report report = examiner.examine(config);
      out.print(isJson ? report.json() : report.text());
      out.flush();
      return report.works() ? 0 : EXIT_WOULD_NOT_WORK;
    } catch (IOException e) {
      err.println(command.name() + ": " + e.getMessage());
      return Command.EXIT_USAGE;
    }
  }
}
