package dev.mptunnel.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * A Markdown file as a list of sections of pieces, in their order. It knows what our documents use:
 * headings with {@code #}, paragraphs, bullets with {@code *}, tables, code that is indented or
 * fenced, and comments of a line.
 *
 * @param name what messages call the file
 * @param sections one for each heading
 */
record Markdown(String name, List<Section> sections) {

  /** What a piece is. */
  enum Kind {
    /** Lines of prose, joined by spaces. */
    PARAGRAPH,
    /** The first paragraph of a bullet. */
    BULLET,
    /** A line of a table. */
    ROW,
    /** A line of code, without its indentation by four; the line of a fence is one too. */
    CODE,
    /** A line within a fence that names no language. */
    DRAWING,
    /** A comment, such as the marks around what tests read. */
    MARK
  }

  /**
   * A part of a section.
   *
   * @param line its first line, counted from 1
   */
  record Piece(Kind kind, int line, String text) {}

  /**
   * A heading and what follows it, up to the next one of any level.
   *
   * @param level how many {@code #} the heading has
   * @param line the heading's, counted from 1
   */
  record Section(int level, int line, String title, List<Piece> pieces) {

    /** The last part of links to this section, as GitHub makes it; the first of its name. */
    String anchor() {
      return title
          .toLowerCase(Locale.ROOT)
          .replaceAll("[^\\p{L}\\p{M}\\p{N}\\p{Pc} -]", "")
          .replace(' ', '-');
    }
  }

  private static final Pattern HEADING = Pattern.compile("#{1,6} .*");
  private static final String CODE_INDENT = "    ";
  private static final String FENCE = "```";

  static Markdown read(Path file) throws IOException {
    return parse(file.getFileName().toString(), Files.readString(file));
  }

  static Markdown parse(String name, String text) {
    Markdown markdown = new Markdown(name, new ArrayList<>());
    Kind before = null; // of the line before this one; null is a blank line or a heading
    Kind fenced = null; // of the lines in the fence that is open
    int number = 0;
    for (String line : text.lines().toList()) {
      number++;
      if (line.startsWith(FENCE)) {
        fenced = fenced != null ? null : line.equals(FENCE) ? Kind.DRAWING : Kind.CODE;
        before = markdown.add(Kind.CODE, number, line);
      } else if (fenced != null) {
        markdown.add(fenced, number, line);
      } else if (line.isBlank()) {
        before = null;
      } else if (HEADING.matcher(line).matches()) {
        int level = line.indexOf(' ');
        String title = line.substring(level).strip();
        markdown.sections.add(new Section(level, number, title, new ArrayList<>()));
        before = null;
      } else if (line.startsWith("<!--")) {
        before = markdown.add(Kind.MARK, number, line);
      } else if (line.startsWith("|")) {
        before = markdown.add(Kind.ROW, number, line);
      } else if (line.startsWith("* ")) {
        before = markdown.add(Kind.BULLET, number, line.substring(2));
      } else if (before == Kind.PARAGRAPH || before == Kind.BULLET) {
        markdown.append(line.strip());
      } else if (line.startsWith(CODE_INDENT)) {
        before = markdown.add(Kind.CODE, number, line.substring(CODE_INDENT.length()));
      } else {
        before = markdown.add(Kind.PARAGRAPH, number, line.strip());
      }
    }
    return markdown;
  }

  private Kind add(Kind kind, int line, String text) {
    if (sections.isEmpty()) {
      throw new IllegalArgumentException(name + ":" + line + ": stands before the first heading");
    }
    sections.getLast().pieces().add(new Piece(kind, line, text));
    return kind;
  }

  /** Continues the last paragraph. */
  private void append(String text) {
    List<Piece> pieces = sections.getLast().pieces();
    Piece last = pieces.removeLast();
    pieces.add(new Piece(last.kind(), last.line(), last.text() + " " + text));
  }
}
