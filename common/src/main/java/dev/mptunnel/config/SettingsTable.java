package dev.mptunnel.config;

import java.util.List;

/** The table of a program's settings, as the README and its manual show it. */
public final class SettingsTable {

  private SettingsTable() {}

  /**
   * A setting.
   *
   * @param expected what its value may be
   * @param fallback what it is where nobody sets it; null where there is no such value
   * @param help what it does
   * @param isFixed whether only a restart changes it
   */
  public record Row(String name, String expected, String fallback, String help, boolean isFixed) {}

  /** The settings of a program, in the order in which they are shown. */
  public static List<Row> rows(Command<?> command) {
    SettingSet its = command.settings();
    return its.all().stream().map(each -> row(each, its.fixed().contains(each))).toList();
  }

  private static Row row(Setting<?> setting, boolean isFixed) {
    String help = setting.help() + (setting.isRepeatable() ? "; may be repeated" : "");
    String expected = setting.type().expected();
    return new Row(setting.name(), expected, setting.defaultText(), help, isFixed);
  }

  /** A Markdown table, a line each, with a line feed at the end of every line. */
  public static String markdown(Command<?> command) {
    StringBuilder table = new StringBuilder();
    line(table, "setting", "value", "default", "what it does", "changes at");
    line(table, "---", "---", "---", "---", "---");
    for (Row row : rows(command)) {
      String fallback = row.fallback() == null ? "" : code(row.fallback());
      String at = row.isFixed() ? "restart" : "reload";
      line(table, code(row.name()), cell(row.expected()), fallback, row.help(), at);
    }
    return table.toString();
  }

  private static String code(String text) {
    return "`" + cell(text) + "`";
  }

  private static String cell(String text) {
    return text.replace("|", "\\|");
  }

  private static void line(StringBuilder table, String... cells) {
    table.append("| ").append(String.join(" | ", cells)).append(" |\n");
  }
}
