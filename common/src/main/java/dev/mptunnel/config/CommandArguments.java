package dev.mptunnel.config;

import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** The words of a command line, sorted into options and operands but not yet understood. */
final class CommandArguments {

  private final ParseResult result;

  private CommandArguments(ParseResult result) {
    this.result = result;
  }

  static CommandArguments parse(CommandSpec spec, SettingSet settings, String... args)
      throws ConfigException {
    CommandLine line = new CommandLine(spec);
    // '@' is no sign for a file of arguments to us; the configuration file is that.
    line.setExpandAtFiles(false);
    line.setOverwrittenOptionsAllowed(true); // -v -v; what takes a value is counted by us
    try {
      return new CommandArguments(line.parseArgs(args));
    } catch (UnmatchedArgumentException e) {
      throw unknown(spec, e.getUnmatched().getFirst());
    } catch (MissingParameterException e) {
      throw missing(e.getMissing(), settings);
    } catch (ParameterException e) {
      // A flag that is given a value: picocli itself has nothing else left to refuse.
      throw new ConfigException(Excerpt.unquoted(e.getMessage()) + "; expected it alone");
    }
  }

  private static ConfigException unknown(CommandSpec spec, String word) {
    String typed = word.split("[=: ]", 2)[0]; // what stands behind may be a secret
    List<String> names =
        spec.options().stream().map(OptionSpec::longestName).map(n -> n.substring(2)).toList();
    String nearest = NearestName.of(typed.replaceFirst("^-+", ""), names);
    String suggestion =
        nearest != null
            ? "did you mean --" + nearest + "?"
            : "expected one of --" + String.join(", --", names);
    return new ConfigException("unknown option " + Excerpt.of(typed) + "; " + suggestion);
  }

  private static ConfigException missing(List<ArgSpec> missing, SettingSet settings) {
    OptionSpec option = (OptionSpec) missing.getFirst();
    Setting<?> setting = settings.find(option.longestName().substring(2));
    String expected = setting == null ? option.paramLabel() : setting.type().expected();
    return new ConfigException("there is no value; expected " + expected).at(option.longestName());
  }

  boolean isHelpAsked() {
    return result.isUsageHelpRequested();
  }

  boolean isVersionAsked() {
    return result.isVersionHelpRequested();
  }

  boolean isVerbose() {
    return result.hasMatchedOption(CommandSpecs.VERBOSE);
  }

  /** Everything given for an option, in order. */
  List<String> values(String option) {
    OptionSpec matched = result.matchedOption(option);
    return matched == null ? List.of() : matched.stringValues();
  }

  /** What {@code -c} says, or null. */
  String file() throws ConfigException {
    List<String> files = values(CommandSpecs.FILE);
    if (files.size() > 1) {
      throw new ConfigException("given " + files.size() + " times; expected one file")
          .at(CommandSpecs.FILE);
    }
    return files.isEmpty() ? null : files.getFirst();
  }

  /** What is not an option, in order. */
  List<String> operands() {
    return result.matchedPositional(0) == null
        ? List.of()
        : result.matchedPositional(0).stringValues();
  }
}
