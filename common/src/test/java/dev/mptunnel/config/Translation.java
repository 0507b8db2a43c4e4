package dev.mptunnel.config;

import dev.mptunnel.config.Markdown.Piece;
import dev.mptunnel.config.Markdown.Section;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A document and its translation, piece for piece. Prose may say it as the language does, so of
 * prose are compared the names in backticks, the links, and that no figure is missing: a
 * translation may write as a figure what the document has as a word. In tables all figures are
 * compared, and in code all but comments.
 */
record Translation(Markdown original, Markdown translated) {

  private static final Pattern CODE_SPAN = Pattern.compile("`([^`]+)`");
  private static final Pattern LINK = Pattern.compile("\\[[^\\]]*\\]\\(([^)\\s]+)[^)]*\\)");
  private static final Pattern BARE_LINK = Pattern.compile("https?://[!-~&&[^)>]]+");

  /** Digits that no name such as IPv4 ends in, with their unit if that is written with them. */
  private static final Pattern FIGURE =
      Pattern.compile("(?<![A-Za-z0-9_.])\\d+(?:[.,:]\\d+)*[A-Za-z]*");

  private static final Pattern COMMENT = Pattern.compile("(?:^|\\s+)(?:#|//) .*$");
  private static final Pattern CELL_BORDER = Pattern.compile("(?<!\\\\)\\|");

  /**
   * What the translation lacks or has too much: for each where it is in both files, and what to do.
   * After a piece that is missing, the rest of its section is not compared.
   */
  List<String> differences() {
    List<String> found = new ArrayList<>();
    int both = Math.min(original.sections().size(), translated.sections().size());
    if (!levels(original).equals(levels(translated))) {
      // What follows a missing section would be compared with others than its own.
      found.add(headings(both));
      for (int i = 0; i < both && found.size() == 1; i++) {
        compare(original.sections().get(i), translated.sections().get(i), found);
      }
      return found.subList(0, Math.min(2, found.size()));
    }
    for (int i = 0; i < both; i++) {
      compare(original.sections().get(i), translated.sections().get(i), found);
    }
    return found;
  }

  private static List<Integer> levels(Markdown document) {
    return document.sections().stream().map(Section::level).toList();
  }

  private String headings(int both) {
    int i = 0;
    while (i < both && original.sections().get(i).level() == translated.sections().get(i).level()) {
      i++;
    }
    return "heading "
        + (i + 1)
        + " is "
        + heading(original, i)
        + " and "
        + heading(translated, i)
        + ": "
        + translated.name()
        + " needs the same headings, at the same levels, in the same order";
  }

  private static String heading(Markdown document, int index) {
    if (index == document.sections().size()) {
      return "none in " + document.name();
    }
    Section section = document.sections().get(index);
    return "of level " + section.level() + " at " + place(document, section, section.line());
  }

  private static String place(Markdown document, Section section, int line) {
    return document.name() + ":" + line + " (" + section.title() + ")";
  }

  private void compare(Section ours, Section theirs, List<String> found) {
    for (int i = 0; i < Math.max(ours.pieces().size(), theirs.pieces().size()); i++) {
      Piece our = i < ours.pieces().size() ? ours.pieces().get(i) : null;
      Piece their = i < theirs.pieces().size() ? theirs.pieces().get(i) : null;
      String where =
          place(original, ours, our == null ? ours.line() : our.line())
              + ", "
              + place(translated, theirs, their == null ? theirs.line() : their.line());
      if (our == null || their == null) {
        String has = our == null ? translated.name() : original.name();
        found.add(
            where
                + ": only "
                + has
                + " has '"
                + shortened((our == null ? their : our).text())
                + "'; translate it, or take it out of both");
        return;
      }
      String different = difference(our, their);
      if (different != null) {
        found.add(where + ": " + different);
        return;
      }
      List<String> contents = new ArrayList<>();
      switch (our.kind()) {
        case PARAGRAPH, BULLET -> compareProse(our.text(), their.text(), contents);
        case ROW -> compareRows(our.text(), their.text(), contents);
        case CODE, DRAWING, MARK -> {}
      }
      contents.forEach(content -> found.add(where + ": " + content));
    }
  }

  /** Why the pieces that follow cannot be compared, or null. */
  private static String difference(Piece our, Piece their) {
    if (our.kind() != their.kind()) {
      return "a %s, '%s', is here a %s, '%s'; both files need the same pieces in the same order"
          .formatted(word(our), shortened(our.text()), word(their), shortened(their.text()));
    }
    return switch (our.kind()) {
      case CODE -> {
        String code = COMMENT.matcher(our.text()).replaceFirst("");
        String theirs = COMMENT.matcher(their.text()).replaceFirst("");
        yield code.equals(theirs)
            ? null
            : "the code '%s' is here '%s'; copy it, only comments are translated"
                .formatted(code, theirs);
      }
      case MARK ->
          our.text().equals(their.text())
              ? null
              : "the mark %s is here %s; copy it".formatted(our.text(), their.text());
      case ROW -> {
        List<String> missing = minus(spans(cells(our.text())[0]), spans(cells(their.text())[0]));
        yield missing.isEmpty() && cells(our.text()).length == cells(their.text()).length
            ? null
            : "the row '%s' is here '%s'; both tables need the same rows, in the same order"
                .formatted(shortened(our.text()), shortened(their.text()));
      }
      case PARAGRAPH, BULLET, DRAWING -> null;
    };
  }

  private void compareProse(String our, String their, List<String> found) {
    compare("name", once(spans(our)), once(spans(their)), found);
    compare("link", links(original, our), links(translated, their), found);
    compare("figure", minus(once(figures(our)), figures(their)), List.of(), found);
  }

  private void compareRows(String our, String their, List<String> found) {
    String[] ours = cells(our);
    String[] theirs = cells(their);
    for (int i = 0; i < ours.length; i++) {
      compare("name", spans(ours[i]), spans(theirs[i]), found);
      compare("link", links(original, ours[i]), links(translated, theirs[i]), found);
      compare("figure", figures(ours[i]), figures(theirs[i]), found);
    }
  }

  private void compare(String what, List<String> our, List<String> their, List<String> found) {
    List<String> missing = minus(our, their);
    List<String> added = minus(their, our);
    if (!missing.isEmpty() || !added.isEmpty()) {
      found.add(
          Stream.of(only(what, missing, original), only(what, added, translated))
                  .filter(text -> !text.isEmpty())
                  .reduce((one, other) -> one + ", " + other)
                  .orElseThrow()
              + "; make both say the same");
    }
  }

  private static String only(String what, List<String> texts, Markdown document) {
    return texts.isEmpty()
        ? ""
        : "the %s '%s' is in %s only".formatted(what, String.join("', '", texts), document.name());
  }

  private static List<String> once(List<String> texts) {
    return texts.stream().distinct().toList();
  }

  /** What is in the first list more often than in the second. */
  private static List<String> minus(List<String> texts, List<String> others) {
    List<String> left = new ArrayList<>(texts);
    for (String other : others) {
      left.remove(other);
    }
    Collections.sort(left);
    return left;
  }

  private static String[] cells(String row) {
    return CELL_BORDER.split(row.strip().substring(1), -1);
  }

  private static List<String> spans(String text) {
    return CODE_SPAN.matcher(text).results().map(result -> result.group(1)).toList();
  }

  private static List<String> figures(String text) {
    String plain = LINK.matcher(CODE_SPAN.matcher(text).replaceAll(" ")).replaceAll(" ");
    return FIGURE
        .matcher(BARE_LINK.matcher(plain).replaceAll(" "))
        .results()
        .map(MatchResult::group)
        .toList();
  }

  private List<String> links(Markdown document, String text) {
    String plain = CODE_SPAN.matcher(text).replaceAll("code");
    return Stream.concat(
            LINK.matcher(plain).results().map(result -> target(document, result.group(1))),
            BARE_LINK
                .matcher(LINK.matcher(plain).replaceAll(" "))
                .results()
                .map(result -> result.group().replaceAll("[.,:;!?]+$", "")))
        .toList();
  }

  /** Where a link leads, said so that it is the same in both languages. */
  private String target(Markdown document, String link) {
    boolean inOriginal = document.name().equals(original.name());
    if (link.equals(inOriginal ? translated.name() : original.name())) {
      return "the other language";
    }
    if (!link.startsWith("#")) {
      return link;
    }
    List<String> anchors = document.sections().stream().map(Section::anchor).toList();
    int index = anchors.indexOf(link.substring(1));
    return index < 0 ? link + " (no heading of " + document.name() + ")" : "heading " + (index + 1);
  }

  private static String word(Piece piece) {
    return switch (piece.kind()) {
      case PARAGRAPH -> "paragraph";
      case BULLET -> "bullet";
      case ROW -> "row of a table";
      case CODE -> "line of code";
      case DRAWING -> "line of a drawing";
      case MARK -> "mark";
    };
  }

  private static String shortened(String text) {
    return text.length() <= 60 ? text : text.substring(0, 59) + "…";
  }
}
