package dev.mptunnel.program;

import dev.mptunnel.config.Command;
import dev.mptunnel.net.http.ControlClient;
import dev.mptunnel.net.http.ControlPlaces;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** {@code mpclient status} and the like: shows in a terminal what a program that runs shows. */
public final class StatusProgram {

  /** The word that asks for it. */
  public static final String WORD = "status";

  private static final int EXIT_FAILED = 1;
  private static final String CLEAR = "\033[H\033[2J";
  private static final long PERIOD_SECONDS = 1;

  private final String program;
  private final Contact contact;
  private final boolean isTerminal;
  private final PrintStream out;
  private final PrintStream err;

  private boolean once;
  private boolean json;
  private Path control;

  /**
   * For a program.
   *
   * @param environment the variables of the environment
   */
  public StatusProgram(
      String program, Map<String, String> environment, PrintStream out, PrintStream err) {
    this(program, new ControlPlaces(environment), isTerminal(), out, err);
  }

  StatusProgram(
      String program, ControlPlaces places, boolean isTerminal, PrintStream out, PrintStream err) {
    this.program = program;
    contact = new Contact(program, places);
    this.isTerminal = isTerminal;
    this.out = out;
    this.err = err;
  }

  @SuppressWarnings("SystemConsoleNull") // it is null again since JDK 25 where there is no terminal
  private static boolean isTerminal() {
    return System.console() != null && System.console().isTerminal();
  }

  /** Whether the arguments of a program ask for its status. */
  public static boolean isAsked(String[] args) {
    return args.length > 0 && args[0].equals(WORD);
  }

  /**
   * Shows it, once or until it is interrupted.
   *
   * @param args with the word that asks for it
   * @return the exit status
   */
  public int run(String[] args) throws InterruptedException {
    try {
      if (!parse(List.of(args).subList(1, args.length))) {
        out.print(new CommandLine(spec(program)).getUsageMessage());
        return 0;
      }
    } catch (IllegalArgumentException e) {
      err.println(name() + ": " + e.getMessage());
      err.println("try '" + name() + " --help'");
      return Command.EXIT_USAGE;
    }
    try {
      show(control == null ? contact.find() : control);
      return 0;
    } catch (IOException e) {
      err.println(name() + ": " + e.getMessage());
      return EXIT_FAILED;
    }
  }

  private String name() {
    return program + " " + WORD;
  }

  /** Reads the arguments. @return false if help is asked for */
  private boolean parse(List<String> args) {
    for (int i = 0; i < args.size(); i++) {
      switch (args.get(i)) {
        case "-h", "--help" -> {
          return false;
        }
        case "--once" -> once = true;
        case "--json" -> json = true;
        case Contact.OPTION -> {
          i++;
          control = Contact.named(i < args.size() ? args.get(i) : "");
        }
        default ->
            throw new IllegalArgumentException(
                "'%s' is not known; expected --once, --json or --control PATH"
                    .formatted(args.get(i).replaceAll("\\p{Cntrl}", "?")));
      }
    }
    return true;
  }

  /** The model of its command line, for its help and the manual. */
  public static CommandSpec spec(String program) {
    CommandSpec spec = CommandSpec.create().name(program + " " + WORD);
    spec.addOption(flag("show it once", "--once"));
    spec.addOption(flag("as JSON, once; docs/status.md says what it means", "--json"));
    Contact.addOptions(spec);
    spec.usageMessage()
        .customSynopsis(spec.name() + " [--once] [--json] [--control PATH]")
        .description(
            "",
            "Shows what the " + program + " that runs here does, anew each second until Ctrl-C.",
            "");
    return spec;
  }

  private static OptionSpec flag(String help, String... names) {
    return OptionSpec.builder(names).type(boolean.class).arity("0").description(help).build();
  }

  private void show(Path path) throws IOException, InterruptedException {
    if (json) {
      out.println(Contact.harmless(ControlClient.get(path, "/api/status")));
      out.flush();
      return;
    }
    while (true) {
      String table = Contact.harmless(ControlClient.get(path, "/table"));
      out.print(isTerminal && !once ? CLEAR + table : table);
      out.flush();
      if (once || out.checkError()) {
        return;
      }
      TimeUnit.SECONDS.sleep(PERIOD_SECONDS);
    }
  }
}
