package dev.mptunnel.manual;

import java.util.Locale;

/** A manual page in the making, by the macros of man(7). */
final class Roff {

  private final StringBuilder page = new StringBuilder();

  /**
   * Begins a page.
   *
   * @param date when what it describes was made, {@code YYYY-MM-DD}
   */
  Roff(String name, int section, String date, String version) {
    // Not by an apostrophe: man reads that as a list of preprocessors.
    page.append(".\\\" Made from the definitions of the commands; change those.\n");
    macro(
        "TH",
        name.toUpperCase(Locale.ROOT),
        Integer.toString(section),
        date,
        "mptunnel " + version,
        section == 5 ? "File Formats" : "System Administration");
    // Nothing is hyphenated or spread out: options are to be searched for and copied.
    page.append(".nh\n.ad l\n");
  }

  private void macro(String name, String... arguments) {
    page.append('.').append(name);
    for (String argument : arguments) {
      page.append(" \"").append(escaped(argument).replace("\"", "\\(dq")).append('"');
    }
    page.append('\n');
  }

  Roff section(String title) {
    macro("SH", title);
    return this;
  }

  Roff subsection(String title) {
    macro("SS", title);
    return this;
  }

  /** A paragraph. */
  Roff paragraph(String text) {
    page.append(".PP\n");
    return text(text);
  }

  /** The name of a thing and what it does. */
  Roff text(String text) {
    page.append(line(escaped(text))).append('\n');
    return this;
  }

  /** What is explained, in bold, with what stands for its value, and the explanation. */
  Roff item(String what, String value, String explanation) {
    page.append(".TP\n\\fB").append(escaped(what)).append("\\fR");
    if (!value.isEmpty()) {
      page.append(' ').append("\\fI").append(escaped(value)).append("\\fR");
    }
    page.append('\n');
    return text(explanation);
  }

  /** A further paragraph of the last item. */
  Roff more(String text) {
    page.append(".IP\n");
    return text(text);
  }

  /** Lines as they are typed or written in a file. */
  Roff lines(Iterable<String> lines) {
    page.append(".PP\n.RS 4\n.nf\n");
    lines.forEach(line -> page.append(line(escaped(line))).append('\n'));
    page.append(".fi\n.RE\n");
    return this;
  }

  /** Minus signs are to stay those that a shell takes, and backslashes what they are. */
  private static String escaped(String text) {
    return text.replace("\\", "\\e")
        .replace("-", "\\-")
        .replace("'", "\\(aq")
        .replace("`", "\\(ga")
        .replace("^", "\\(ha")
        .replace("~", "\\(ti");
  }

  /** A line that begins with a dot or an apostrophe would be a macro. */
  private static String line(String text) {
    return text.startsWith(".") ? "\\&" + text : text;
  }

  @Override
  public String toString() {
    return page.toString();
  }
}
