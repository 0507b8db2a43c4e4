package dev.mptunnel.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
  private final List<Setting<?>> settings;

  private CommandArguments(ParseResult result, List<Setting<?>> settings) {
    this.result = result;
    this.settings = settings;
  }

  static CommandArguments parse(CommandSpec spec, SettingSet settings, String... args)
      throws ConfigException {
    List<Setting<?>> members = members(settings, args);
    members.forEach(member -> spec.addOption(CommandSpecs.option(member)));
    CommandLine line = new CommandLine(spec);
    // '@' is no sign for a file of arguments to us; the configuration file is that.
    line.setExpandAtFiles(false);
    line.setOverwrittenOptionsAllowed(true); // -v -v; what takes a value is counted by us
    try {
      ParseResult result = line.parseArgs(args);
      for (Setting<?> setting : settings.all()) {
        if (setting.isFamily() && result.hasMatchedOption(setting.option())) {
          throw unknown(spec, settings, setting.option()); // as it stands in the help
        }
      }
      members.addAll(settings.all());
      return new CommandArguments(result, members);
    } catch (UnmatchedArgumentException e) {
      throw unknown(spec, settings, e.getUnmatched().getFirst());
    } catch (MissingParameterException e) {
      throw missing(e.getMissing(), settings);
    } catch (ParameterException e) {
      // A flag that is given a value: picocli itself has nothing else left to refuse.
      throw new ConfigException(Excerpt.unquoted(e.getMessage()) + "; expected it alone");
    }
  }

  /** The settings of families that the words name, each once. */
  private static List<Setting<?>> members(SettingSet settings, String... args) {
    Map<String, Setting<?>> members = new LinkedHashMap<>();
    for (String word : args) {
      String name = word.startsWith("--") ? word.substring(2).split("=", 2)[0] : "";
      Setting<?> setting = settings.find(name);
      if (setting != null && !settings.all().contains(setting)) {
        members.put(name, setting);
      }
    }
    return new ArrayList<>(members.values());
  }

  private static ConfigException unknown(CommandSpec spec, SettingSet settings, String word) {
    String typed = word.split("[=: ]", 2)[0]; // what stands behind may be a secret
    String name = typed.replaceFirst("^-+", "");
    String complaint = settings.complaint(name, "--"::concat);
    if (complaint != null) {
      return new ConfigException("option " + Excerpt.of(typed) + " " + complaint);
    }
    List<String> names =
        spec.options().stream().map(OptionSpec::longestName).map(n -> n.substring(2)).toList();
    String nearest = settings.nearest(name, names);
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

  /** The settings that may have been given, with those of families that were. */
  List<Setting<?>> settings() {
    return settings;
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
