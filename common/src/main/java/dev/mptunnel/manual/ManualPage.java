package dev.mptunnel.manual;

import dev.mptunnel.config.SettingsTable;
import dev.mptunnel.config.Version;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** The two pages of a program's manual: the program, and its file. */
final class ManualPage {

  /** Of a page in the system's manual: what is there for administrators; for files. */
  private static final int PROGRAM = 8;

  private static final int FILE = 5;

  private static final String EXAMPLE = "Example: ";

  /** What each is, as apropos(1) finds it. */
  private static final Map<String, String> IN_SHORT =
      Map.of(
          "mpclient", "tunnel over several ways at once: the end at home",
          "mpserver", "tunnel over several ways at once: the end on the server",
          "mpbridge", "tunnel over several ways at once: a relay on the way");

  private final Commands commands;
  private final String date;

  /**
   * The manual of a program.
   *
   * @param date what stands below each page, {@code YYYY-MM-DD}
   */
  ManualPage(Commands commands, String date) {
    this.commands = commands;
    this.date = date;
  }

  /** {@code mpclient.8} and the like. */
  String program() {
    CommandSpec main = commands.main().spec();
    String name = commands.name();
    Roff page = new Roff(name, PROGRAM, date, Version.current());
    page.section("NAME").text(name + " - " + IN_SHORT.get(name));
    page.section("SYNOPSIS").lines(synopsis(main));
    page.section("DESCRIPTION").paragraph(summary(main));
    footer(main).forEach(page::paragraph);
    page.section("OPTIONS");
    main.options().forEach(option -> option(page, option));
    page.section("COMMANDS");
    page.paragraph("With one of these words behind its name it does something else, and ends.");
    commands.words().forEach(word -> command(page, main, word));
    service(page);
    page.section("ENVIRONMENT");
    if (!name.equals("mpbridge")) {
      page.item("MPTUNNEL_SECRET", "", "The secret: wins over the file, but not over options.");
      page.item("MPTUNNEL_ENCRYPT", "", "0 is --encrypt off, and 1 on: so, too.");
    }
    page.item("MPTUNNEL_JAVA_OPTS", "", "Words for the Java virtual machine, such as -Xmx256m.");
    page.item("MPTUNNEL_INSTANCE", "", "What its control socket is called by, of several.");
    page.section("SIGNALS");
    page.item("TERM, INT", "", "Close in order, tell the other end, print the table, exit with 0.");
    page.item("HUP", "", "Go over to what the configuration says now, as 'reload' does.");
    page.item("USR1", "", "Print the figures of everything since the start.");
    page.section("EXIT STATUS");
    page.item("0", "", "It was told to end, or has done what it was asked for.");
    page.item("1", "", "It could not go on; a checkup found that it would not work.");
    page.item("2", "", "It could not start: one line says what is wrong, where, and what to do.");
    page.section("EXAMPLE").lines(List.of(example(main)));
    page.section("SEE ALSO").text(seeAlso(name + ".conf(5)"));
    return page.toString();
  }

  private void service(Roff page) {
    String name = commands.name();
    page.section("SERVICE AND FILES");
    page.item(
        "systemctl enable --now " + name + "@NAME",
        "",
        "Runs it with /etc/mptunnel/" + name + "-NAME.conf now, and whenever the machine starts.");
    page.item(
        "/etc/mptunnel/",
        "",
        "Configurations, secrets and clients files, which are the user mptunnel's: "
            + name
            + ".conf(5).");
    page.item("/usr/share/doc/mptunnel/examples/", "", "A file for each program, to begin with.");
    page.item(
        "/run/mptunnel/",
        "",
        "The sockets by which 'status' and 'reload' ask; a service's has its instance's name.");
  }

  /** {@code mpclient.conf.5} and the like. */
  String file() {
    String name = commands.name();
    Roff page = new Roff(name + ".conf", FILE, date, Version.current());
    page.section("NAME").text(name + ".conf - configuration of " + name);
    page.section("DESCRIPTION");
    page.paragraph(
        "Each line is 'key = value'. What follows a # that begins a line, or has a blank before it,"
            + " is a comment. Each key is also an option of "
            + name
            + "(8), with -- before it, and the option wins. A relative path counts from the folder"
            + " of the file.");
    if (name.equals("mpclient")) {
      page.paragraph("Any other line is a bridge: host port [name=NAME] [bind=ADDRESS|INTERFACE].");
    }
    if (!name.equals("mpbridge")) {
      page.paragraph(
          "A file with a secret in it must be readable by its owner alone (chmod 600), who is the"
              + " user that the program runs as; what root makes by 'mpserver keygen' and 'mpserver"
              + " invite' in /etc/mptunnel belongs to that user.");
    }
    page.section("SETTINGS");
    for (SettingsTable.Row row : SettingsTable.rows(commands.main())) {
      page.item(row.name() + " =", row.expected(), sentence(row.help()));
      if (row.fallback() != null) {
        page.more("Default: " + row.fallback() + ".");
      }
    }
    page.section("FILES");
    page.item("/etc/mptunnel/" + name + "-NAME.conf", "", "Of the service " + name + "@NAME.");
    page.item(
        "/usr/share/doc/mptunnel/examples/" + name + ".conf",
        "",
        "All settings with their defaults and what they are for.");
    page.section("SEE ALSO").text(seeAlso(name + "(8)"));
    return page.toString();
  }

  private static String seeAlso(String first) {
    String others =
        Commands.all().stream()
            .map(each -> each.name() + "(8)")
            .filter(each -> !each.equals(first))
            .collect(Collectors.joining(", "));
    return first + ", " + others + ", /usr/share/doc/mptunnel/README.md.gz";
  }

  /** One of its words, with those options that the program itself has not. */
  private static void command(Roff page, CommandSpec main, CommandSpec command) {
    page.subsection(command.name());
    page.lines(synopsis(command));
    page.paragraph(summary(command));
    command.options().stream()
        .filter(option -> main.findOption(option.longestName()) == null || isOther(main, option))
        .forEach(option -> option(page, option));
    notes(command).forEach(page::paragraph);
  }

  /** Whether the program has an option of this name that does something else. */
  private static boolean isOther(CommandSpec main, OptionSpec option) {
    return !Arrays.equals(
        main.findOption(option.longestName()).description(), option.description());
  }

  private static void option(Roff page, OptionSpec option) {
    String value = option.arity().max() == 0 ? "" : option.paramLabel();
    page.item(String.join(", ", option.names()), value, sentence(text(option.description()[0])));
  }

  private static String sentence(String help) {
    return help.endsWith(".") ? help : help + ".";
  }

  private static List<String> synopsis(CommandSpec command) {
    return Arrays.stream(command.usageMessage().customSynopsis())
        .map(line -> text(line).replaceFirst("^(Usage:)? +", ""))
        .toList();
  }

  private static String summary(CommandSpec command) {
    return text(command.usageMessage().description()[1]);
  }

  private static String example(CommandSpec command) {
    return Arrays.stream(command.usageMessage().description())
        .filter(line -> line.startsWith(EXAMPLE))
        .map(line -> text(line.substring(EXAMPLE.length())))
        .findFirst()
        .orElseThrow();
  }

  private static List<String> footer(CommandSpec command) {
    return Arrays.stream(command.usageMessage().footer())
        .filter(line -> !line.isEmpty())
        .map(ManualPage::text)
        .toList();
  }

  /** What is said of a command alone, and not of what its file may hold. */
  private static List<String> notes(CommandSpec command) {
    return footer(command).stream().filter(line -> !line.startsWith("Every option ")).toList();
  }

  /** picocli hands every line to a formatter. */
  private static String text(String line) {
    return line.replace("%%", "%");
  }
}
