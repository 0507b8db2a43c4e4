package dev.mptunnel.config;

/** The table of a program's settings as the README shows it. */
public final class SettingsTable {

  private SettingsTable() {}

  /** A Markdown table, a line each, with a line feed at the end of every line. */
  public static String markdown(Command<?> command) {
    StringBuilder table = new StringBuilder();
    row(table, "setting", "value", "default", "what it does", "changes at");
    row(table, "---", "---", "---", "---", "---");
    for (Setting<?> setting : command.settings().all()) {
      String help = setting.help() + (setting.isRepeatable() ? "; may be repeated" : "");
      String fallback = setting.defaultText() == null ? "" : code(setting.defaultText());
      String at = command.settings().fixed().contains(setting) ? "restart" : "reload";
      row(table, code(setting.name()), cell(setting.type().expected()), fallback, help, at);
    }
    return table.toString();
  }

  private static String code(String text) {
    return "`" + cell(text) + "`";
  }

  private static String cell(String text) {
    return text.replace("|", "\\|");
  }

  private static void row(StringBuilder table, String... cells) {
    table.append("| ").append(String.join(" | ", cells)).append(" |\n");
  }
}
