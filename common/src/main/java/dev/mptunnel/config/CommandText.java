package dev.mptunnel.config;

import java.util.List;
import java.util.stream.Collectors;

/**
 * What the help of a program says beside its settings.
 *
 * @param name what the program is called
 * @param synopses how it is called, without the name
 * @param summary what it does, in a line or two
 * @param example a call with the program's name
 * @param notes what follows the options
 * @param runs whether it runs on and writes a log
 */
record CommandText(
    String name,
    List<String> synopses,
    String summary,
    String example,
    List<String> notes,
    boolean runs) {

  /** How a program that runs is given other settings. */
  static String reloadNote(String program, SettingSet settings) {
    return "'"
        + program
        + " reload', or signal HUP, has one that runs go over to what its options and FILE say now,"
        + " whole or not at all; only a restart changes "
        + settings.fixed().stream().map(Setting::name).collect(Collectors.joining(", "))
        + ".";
  }

  /** What looks whether a program would work, instead of running it. */
  static CommandText checkup(
      String name, String synopsis, String summary, String example, String note) {
    return new CommandText(
        name,
        List.of("[--json] " + synopsis),
        summary,
        example,
        List.of(
            "--json prints the findings as JSON. Exits with 0 if it would work, 1 if not, 2 if the"
                + " configuration cannot be used.",
            note),
        true);
  }
}
