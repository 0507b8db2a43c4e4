package dev.mptunnel.manual;

import java.io.File;
import java.util.Set;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * What bash completes behind a program's name: its words, options, what they may be, and files.
 * picocli writes it, from a model that says more of types than the one that is read by.
 */
final class Completion {

  private static final Set<String> FILES = Set.of("FILE", "PATH");

  private Completion() {}

  /** The script of a program. */
  static String bash(Commands commands) {
    CommandSpec main = completable(commands.main().spec(), commands.name());
    for (CommandSpec word : commands.words()) {
      String name = Commands.word(word);
      main.addSubcommand(name, completable(word, name));
    }
    // It is read by a shell, not run.
    return AutoComplete.bash(commands.name(), new CommandLine(main))
        .replaceFirst("^#!.*\\R#?\\R?", "");
  }

  private static CommandSpec completable(CommandSpec command, String name) {
    CommandSpec spec = CommandSpec.create().name(name);
    for (OptionSpec option : command.options()) {
      spec.addOption(completable(option));
    }
    boolean takesFile = String.join("", command.usageMessage().customSynopsis()).endsWith("[FILE]");
    if (takesFile) {
      spec.addPositional(PositionalParamSpec.builder().paramLabel("FILE").type(File.class).build());
    }
    return spec;
  }

  private static OptionSpec completable(OptionSpec option) {
    OptionSpec.Builder builder =
        OptionSpec.builder(option.names())
            .arity(option.arity().toString())
            .description(option.description());
    if (option.arity().max() == 0) {
      return builder.type(boolean.class).build();
    }
    // By its label picocli names the list of an option's words, so each has one of its own.
    builder.paramLabel(option.longestName().replaceFirst("^-+", ""));
    boolean hasWords =
        option.completionCandidates() != null && option.completionCandidates().iterator().hasNext();
    if (hasWords) {
      return builder.type(String.class).completionCandidates(option.completionCandidates()).build();
    }
    return builder.type(FILES.contains(option.paramLabel()) ? File.class : String.class).build();
  }
}
