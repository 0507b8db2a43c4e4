package dev.mptunnel.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** The words are sorted as picocli sorts them, by whose model the help is made. */
class CommandArgumentsTest {

  private static final int ROUNDS = 20_000;

  private static final List<String> PIECES =
      List.of(
          "--",
          "-",
          "--ping",
          "--ping=",
          "--ping=5s",
          "--listen=a=b",
          "--listen",
          "-c",
          "-cfile",
          "-c=file",
          "-v",
          "-vv",
          "-vh",
          "-hV",
          "-vcfile",
          "-vc",
          "-vc=file",
          "--verbose",
          "--verbose=yes",
          "--help",
          "--version",
          "-V",
          "-x",
          "-vx",
          "--unknown",
          "--unknown=5",
          "-ping",
          "-ping=5s",
          "value",
          "=",
          "a=b",
          "",
          "--config",
          "--config=file",
          "-v=1",
          "--listen.wg",
          "--listen.wg=1",
          "--listen.wg=");

  private static Map<String, Object> sorted(String... words) {
    try {
      CommandArguments arguments = CommandArguments.parse(Settings.CLIENT, true, words);
      Map<String, Object> sorted = new TreeMap<>();
      for (Setting<?> setting : arguments.settings()) {
        put(sorted, setting.option(), arguments.values(setting.option()));
      }
      put(sorted, CommandSpecs.FILE, arguments.values(CommandSpecs.FILE));
      put(sorted, "operands", arguments.operands());
      sorted.put(
          "flags",
          List.of(arguments.isHelpAsked(), arguments.isVersionAsked(), arguments.isVerbose()));
      return sorted;
    } catch (ConfigException e) {
      return Map.of();
    }
  }

  private static Map<String, Object> asPicocliDoes(String... words) {
    CommandSpec spec = new ClientCommand(Map.of()).spec();
    spec.addOption(CommandSpecs.option(Settings.CLIENT.find("listen.wg")));
    CommandLine line = new CommandLine(spec).setExpandAtFiles(false);
    try {
      ParseResult result = line.setOverwrittenOptionsAllowed(true).parseArgs(words);
      Map<String, Object> sorted = new TreeMap<>();
      for (OptionSpec option : result.matchedOptionsSet()) {
        if (option.arity().max() > 0) {
          put(sorted, option.longestName(), option.stringValues());
        }
      }
      boolean has = result.hasMatchedPositional(0);
      put(sorted, "operands", has ? result.matchedPositional(0).stringValues() : List.of());
      sorted.put(
          "flags",
          List.of(
              result.isUsageHelpRequested(),
              result.isVersionHelpRequested(),
              result.hasMatchedOption(CommandSpecs.VERBOSE)));
      return sorted;
    } catch (ParameterException e) {
      return Map.of();
    }
  }

  private static void put(Map<String, Object> into, String name, List<String> values) {
    if (!values.isEmpty()) {
      into.put(name, values);
    }
  }

  @Test
  void whateverIsTypedPicocliWouldSortAlike() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int round = 0; round < ROUNDS; round++) {
      List<String> words = new ArrayList<>();
      for (int i = random.nextInt(6); i > 0; i--) {
        words.add(PIECES.get(random.nextInt(PIECES.size())));
      }
      String[] array = words.toArray(String[]::new);
      assertEquals(asPicocliDoes(array), sorted(array), "seed " + seed + ": " + words);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          -5             | unknown option '-5'
          -vx            | unknown option '-x'
          -xv            | unknown option '-xv'
          -v=1           | option '--verbose' should be specified without '1' parameter; expected it alone
          -vc            | --config: there is no value; expected FILE
          --ping -- 5    | --ping: there is no value; expected 50ms to 10s
          """)
  void whatCannotBeSortedIsNamed(String words, String message) {
    String said =
        assertThrows(
                ConfigException.class,
                () -> CommandArguments.parse(Settings.CLIENT, true, words.split(" +")))
            .getMessage();
    assertEquals(message, said.split("; (did you mean|expected one)")[0]);
  }
}
