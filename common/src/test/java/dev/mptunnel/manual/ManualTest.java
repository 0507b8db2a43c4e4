package dev.mptunnel.manual;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.config.SettingsTable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Every command and every option is in the manual and is completed. */
@EnabledOnOs(OS.LINUX)
class ManualTest {

  @TempDir private static Path folder;

  static Stream<Commands> programs() {
    return Commands.all().stream();
  }

  @BeforeEach
  void write() throws IOException {
    Main.main(new String[] {folder.toString(), "2026-01-01"});
  }

  private static String read(String file) throws IOException {
    return Files.readString(folder.resolve(file));
  }

  /** As people read it. */
  private static String unescaped(String page) {
    return page.replace("\\-", "-")
        .replace("\\(aq", "'")
        .replace("\\(ti", "~")
        .replace("\\e", "\\");
  }

  private static Set<String> options(CommandSpec command) {
    return command.options().stream()
        .map(OptionSpec::names)
        .flatMap(Arrays::stream)
        .collect(Collectors.toSet());
  }

  @ParameterizedTest
  @MethodSource("programs")
  void everyCommandAndOptionHasAnEntry(Commands program) throws IOException {
    String page = unescaped(read("man/man8/" + program.name() + ".8"));
    List<String> entries = page.lines().filter(line -> line.startsWith("\\fB")).toList();
    List<CommandSpec> all = new ArrayList<>(program.words());
    all.add(program.main().spec());
    for (CommandSpec command : all) {
      for (String option : options(command)) {
        String entry =
            ".*\\\\fB([^\\\\]*, )?" + option.replace(".", "\\.") + "(, [^\\\\]*)?\\\\fR.*";
        assertTrue(entries.stream().anyMatch(line -> line.matches(entry)), option + " in " + page);
      }
    }
    for (CommandSpec word : program.words()) {
      assertTrue(page.contains(".SS \"" + word.name() + "\"\n"), word.name() + " in " + page);
    }
  }

  @ParameterizedTest
  @MethodSource("programs")
  void everyWordThatTheHelpHasIsExplained(Commands program) {
    List<String> known = program.words().stream().map(Commands::word).sorted().toList();
    String footer = String.join(" ", program.main().spec().usageMessage().footer());
    Stream<String> told =
        Pattern.compile("'" + program.name() + " ([a-z]+)'")
            .matcher(footer)
            .results()
            .map(found -> found.group(1));
    List<String> shown =
        Stream.of(program.main().spec().usageMessage().customSynopsis())
            .map(line -> line.replaceFirst("^(Usage:)? *" + program.name() + " ", ""))
            .map(line -> line.split(" ")[0])
            .filter(word -> word.matches("[a-z|]+"))
            .flatMap(word -> Stream.of(word.split("\\|")))
            .sorted()
            .toList();
    List<String> both = Stream.concat(shown.stream(), told).sorted().toList();
    assertEquals(both, known);
  }

  @ParameterizedTest
  @MethodSource("programs")
  void everySettingIsInThePageOfTheFile(Commands program) throws IOException {
    String page = unescaped(read("man/man5/" + program.name() + ".conf.5"));
    for (SettingsTable.Row row : SettingsTable.rows(program.main())) {
      String entry =
          ".TP\n\\fB" + row.name() + " =\\fR \\fI" + row.expected() + "\\fR\n" + row.help();
      assertTrue(page.contains(entry), entry + " in " + page);
    }
  }

  @ParameterizedTest
  @MethodSource("programs")
  void groffHasNothingToComplainOf(Commands program) throws Exception {
    String name = program.name();
    for (String page : List.of("man/man8/" + name + ".8", "man/man5/" + name + ".conf.5")) {
      assertEquals(
          "", output("groff", "-man", "-Tutf8", "-ww", "-z", folder.resolve(page).toString()));
      String text = output("groff", "-man", "-Tascii", "-P-cbou", folder.resolve(page).toString());
      assertTrue(text.contains("SEE ALSO"), text);
    }
  }

  @ParameterizedTest
  @MethodSource("programs")
  void manHasNothingToComplainOf(Commands program) throws Exception {
    String name = program.name();
    for (String page : List.of("man/man8/" + name + ".8", "man/man5/" + name + ".conf.5")) {
      String first = read(page).lines().findFirst().orElseThrow();
      assertTrue(first.startsWith(".\\\" "), first); // what '\" begins with are preprocessors
      String line = "command -v man >/dev/null || exit 0; man --warnings -l \"$0\" 2>&1 >/dev/null";
      assertEquals("", output("sh", "-c", line, folder.resolve(page).toString()));
    }
  }

  @ParameterizedTest
  @MethodSource("programs")
  void bashCompletesEveryWordAndOption(Commands program) throws Exception {
    String name = program.name();
    CommandSpec main = program.main().spec();
    Set<String> first = completed(name, name, "");
    assertTrue(
        first.containsAll(program.words().stream().map(Commands::word).toList()), "" + first);
    assertTrue(completed(name, name, "-").containsAll(options(main)), "options of " + name);
    for (CommandSpec word : program.words()) {
      Set<String> its = completed(name, name, Commands.word(word), "-");
      assertTrue(its.containsAll(options(word)), word.name() + " has " + its);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "mpclient --engine '', auto native epoll io_uring nio",
    "mpclient --for v, vpn voice",
    "mpserver --protocol u, udp",
    "mpserver inv, invite",
    "mpserver invite --cl, --clients-file --client-allow --client-deny",
    "mpbridge che, check"
  })
  void valuesAreCompleted(String typed, String expected) throws Exception {
    String[] words = typed.split(" ");
    words[words.length - 1] = words[words.length - 1].replace("'", "");
    assertEquals(Set.of(expected.split(" ")), completed(words[0], words));
  }

  @ParameterizedTest
  @CsvSource({
    "mpclient",
    "mpclient -c",
    "mpclient doctor",
    "mpserver --secret-file",
    "mpserver -c"
  })
  void filesAreCompletedWhereOneIsExpected(String typed) throws Exception {
    List<String> words = new ArrayList<>(List.of(typed.split(" ")));
    words.add(folder + "/man/m");
    Set<String> both = Set.of(folder + "/man/man5", folder + "/man/man8");
    assertEquals(both, completed(words.getFirst(), words.toArray(String[]::new)));
  }

  /** What bash would offer behind these words, the last of which is being typed. */
  private static Set<String> completed(String program, String... words) throws Exception {
    String script =
        ". '%s'; COMP_WORDS=(\"$@\"); COMP_CWORD=%d; COMP_LINE=\"$*\"; COMP_POINT=${#COMP_LINE};"
            + " _complete_%s 2>/dev/null; printf '%%s\\n' \"${COMPREPLY[@]}\"";
    Path file = folder.resolve("bash-completion").resolve(program);
    List<String> command =
        new ArrayList<>(
            List.of("bash", "-c", script.formatted(file, words.length - 1, program), "bash"));
    command.addAll(List.of(words));
    return output(command.toArray(String[]::new))
        .lines()
        .map(String::strip)
        .filter(line -> !line.isEmpty())
        .collect(Collectors.toSet());
  }

  private static String output(String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return output;
  }
}
