package dev.mptunnel.config;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** Makes picocli's model of a program from its settings, without annotations or reflection. */
final class CommandSpecs {

  static final String FILE = "--config";
  static final String HELP = "--help";
  static final String VERSION = "--version";
  static final String VERBOSE = "--verbose";

  private static final int HELP_COLUMNS = 100;
  private static final int OPTION_COLUMNS = 27;

  private CommandSpecs() {}

  /**
   * A program's model.
   *
   * @param settings its options
   * @param inFile what may stand in its file
   */
  static CommandSpec of(CommandText text, SettingSet settings, SettingSet inFile) {
    CommandSpec spec = CommandSpec.create().name(text.name());
    spec.version(text.name() + " " + Version.current());
    for (Setting<?> setting : settings.all()) {
      spec.addOption(option(setting));
    }
    if (!settings.all().isEmpty()) {
      spec.addOption(file());
    }
    if (text.runs()) {
      spec.addOption(flag("-v", VERBOSE, "log for debugging, with stack traces"));
    }
    spec.addOption(flag("-h", HELP, "show this and exit"));
    spec.addOption(flag("-V", VERSION, "show the version and exit"));
    spec.addPositional(
        PositionalParamSpec.builder()
            .index("0..*")
            .arity("0..*")
            .type(List.class)
            .auxiliaryTypes(String.class)
            .paramLabel("OPERAND")
            .hidden(true)
            .build());
    describe(spec, text, settings, inFile);
    return spec;
  }

  private static OptionSpec file() {
    return OptionSpec.builder("-c", FILE)
        .type(List.class)
        .auxiliaryTypes(String.class)
        .arity("1")
        .paramLabel("FILE")
        .description("read settings from FILE; an option wins over it")
        .build();
  }

  static OptionSpec option(Setting<?> setting) {
    return OptionSpec.builder(setting.option())
        .type(List.class)
        .auxiliaryTypes(String.class)
        .arity("1")
        .paramLabel(setting.type().placeholder())
        .completionCandidates(setting.type().words())
        .description(literal(description(setting)))
        .build();
  }

  private static String description(Setting<?> setting) {
    StringBuilder line = new StringBuilder(setting.help());
    if (setting.type() instanceof Choice) {
      line.append(": ").append(setting.type().expected());
    }
    if (setting.isRepeatable()) {
      line.append(", repeatable");
    }
    if (setting.defaultText() != null) {
      line.append(" (default ").append(setting.defaultText()).append(')');
    }
    return line.toString();
  }

  private static OptionSpec flag(String letter, String word, String help) {
    return OptionSpec.builder(letter, word)
        .type(boolean.class)
        .arity("0")
        .description(help)
        .usageHelp(word.equals(HELP))
        .versionHelp(word.equals(VERSION))
        .build();
  }

  private static void describe(
      CommandSpec spec, CommandText text, SettingSet settings, SettingSet inFile) {
    List<String> header = new ArrayList<>();
    for (String synopsis : text.synopses()) {
      String indent = header.isEmpty() ? "" : " ".repeat("Usage: ".length());
      header.add(indent + text.name() + " " + synopsis);
    }
    List<String> footer = new ArrayList<>();
    footer.add("");
    if (!settings.all().isEmpty()) {
      String but =
          settings.all().stream()
              .filter(setting -> !inFile.all().contains(setting))
              .map(Setting::option)
              .reduce((all, more) -> all + ", " + more)
              .map(all -> " but " + all)
              .orElse("");
      footer.add("Every option above -c" + but + " is also a line 'key = value' in FILE.");
    }
    text.notes().forEach(note -> footer.add(literal(note)));
    spec.usageMessage()
        .width(HELP_COLUMNS)
        .longOptionsMaxWidth(OPTION_COLUMNS)
        .sortOptions(false)
        .customSynopsis(header.toArray(String[]::new))
        .description("", literal(text.summary()), "", literal("Example: " + text.example()), "")
        .footer(footer.toArray(String[]::new));
  }

  /** picocli hands every line to a formatter. */
  private static String literal(String line) {
    return line.replace("%", "%%");
  }

  static String help(CommandSpec spec) {
    return new CommandLine(spec).getUsageMessage();
  }
}
