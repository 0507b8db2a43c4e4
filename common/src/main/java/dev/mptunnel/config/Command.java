package dev.mptunnel.config;

import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;

/**
 * The command line of a program: reads it, the environment and the file that it names, which count
 * in this order, and says what is wrong with them.
 *
 * @param <C> what the program is configured by
 */
public abstract class Command<C> {

  /** Exit status when the command line or the file cannot be used. */
  public static final int EXIT_USAGE = 2;

  private final CommandText text;
  private final SettingSet settings;
  private final SettingSet inFile;
  private final Map<String, String> environment;

  Command(CommandText text, SettingSet settings, Map<String, String> environment) {
    this(text, settings, settings, environment);
  }

  /**
   * A command.
   *
   * @param settings its options
   * @param inFile what may stand in its file, which may be that of a program that has more
   * @param environment the variables of the environment
   */
  Command(
      CommandText text, SettingSet settings, SettingSet inFile, Map<String, String> environment) {
    this.text = text;
    this.settings = settings;
    this.inFile = inFile;
    this.environment = Map.copyOf(environment);
  }

  /** What the program is called. */
  public final String name() {
    return text.name();
  }

  /**
   * Reads the command line and the file. Help and version go to {@code out}; what is wrong goes to
   * {@code err} as one line and a hint.
   */
  public final CommandResult<C> start(String[] args, PrintStream out, PrintStream err) {
    return switch (begin(args, out, err)) {
      case CommandResult.Exit<Configured<C>>(int status) -> new CommandResult.Exit<>(status);
      case CommandResult.Run<Configured<C>>(Configured<C> configured, boolean verbose) ->
          new CommandResult.Run<>(configured.config(), verbose);
    };
  }

  /** The same for a program that may have to read it all again; see {@link #again}. */
  public final CommandResult<Configured<C>> begin(String[] args, PrintStream out, PrintStream err) {
    try {
      CommandArguments arguments = CommandArguments.parse(spec(), settings, args);
      if (arguments.isHelpAsked()) {
        out.print(CommandSpecs.help(spec(), Ansi.AUTO));
        return new CommandResult.Exit<>(0);
      }
      if (arguments.isVersionAsked()) {
        out.println(name() + " " + Version.current());
        return new CommandResult.Exit<>(0);
      }
      return new CommandResult.Run<>(configured(arguments), arguments.isVerbose());
    } catch (ConfigException e) {
      err.println(name() + ": " + e.getMessage());
      err.println("try '" + name() + " --help'");
      return new CommandResult.Exit<>(EXIT_USAGE);
    }
  }

  /** The configuration that these arguments, the environment and the file named come to. */
  public final C config(String... args) throws ConfigException {
    return configured(args).config();
  }

  /**
   * Reads the command line, the environment and the file again, for a program that runs with what
   * they came to before.
   *
   * @throws ConfigException if they cannot be used, or differ in what only a restart changes
   */
  public final Configured<C> again(Configured<C> before, String... args) throws ConfigException {
    Configured<C> now = configured(args);
    before.requireReloadable(now);
    return now;
  }

  /** What {@link #config} gives, with where its values stand. */
  public final Configured<C> configured(String... args) throws ConfigException {
    return configured(CommandArguments.parse(spec(), settings, args));
  }

  private Configured<C> configured(CommandArguments arguments) throws ConfigException {
    SettingValues typed = new SettingValues();
    for (Setting<?> setting : arguments.settings()) {
      for (String value : arguments.values(setting.option())) {
        typed.add(setting, value, setting.option());
      }
    }
    String file = file(arguments.operands(), arguments.file());
    addOperands(arguments.operands(), typed);
    SettingValues values =
        SecretSource.over(typed, EnvironmentVariables.read(environment, settings));
    String shown = file == null ? null : Excerpt.unquoted(file);
    SettingValues all =
        file == null ? values : SecretSource.over(values, ConfigFile.read(file, inFile));
    return new Configured<>(build(all, shown), settings, all, shown);
  }

  /** The picocli model, from which help, man page and completion are made. */
  public final CommandSpec spec() {
    return CommandSpecs.of(text, settings, inFile);
  }

  final SettingSet settings() {
    return settings;
  }

  /**
   * The configuration file, or null.
   *
   * @param option what {@code -c} says, or null
   */
  String file(List<String> operands, String option) throws ConfigException {
    return option;
  }

  /** Adds what the operands stand for, as if it had been typed as options. */
  abstract void addOperands(List<String> operands, SettingValues values) throws ConfigException;

  /**
   * Makes the configuration, or says what is missing.
   *
   * @param file the name of the file that was read, fit to be shown, or null
   */
  abstract C build(SettingValues values, String file) throws ConfigException;

  /** Checks that a setting without a default has a value. */
  static void require(Setting<?> setting, String what, SettingValues values, String expected)
      throws ConfigException {
    if (values.all(setting).isEmpty()) {
      throw new ConfigException("no " + what + " is given; expected " + expected);
    }
  }
}
