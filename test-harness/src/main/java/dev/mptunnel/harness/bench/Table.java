package dev.mptunnel.harness.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Results in rows, for people and for machines. */
final class Table {

  private final List<String> columns;
  private final List<List<String>> rows = new ArrayList<>();

  Table(String... columns) {
    this.columns = List.of(columns);
  }

  /** A figure as it is shown; where there is none, {@code -}. */
  static String number(double value, int decimals) {
    return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, "%." + decimals + "f", value);
  }

  static double[] array(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).toArray();
  }

  void add(String... cells) {
    if (cells.length != columns.size()) {
      throw new IllegalArgumentException(cells.length + " cells for " + columns);
    }
    rows.add(List.of(cells));
  }

  List<List<String>> rows() {
    return rows;
  }

  /** With blanks between the columns, the first to the left. */
  String text() {
    int[] widths =
        IntStream.range(0, columns.size())
            .map(i -> lines().stream().mapToInt(line -> line.get(i).length()).max().orElse(0))
            .toArray();
    StringBuilder text = new StringBuilder();
    for (List<String> line : lines()) {
      for (int i = 0; i < widths.length; i++) {
        String cell = line.get(i);
        String blanks = " ".repeat(widths[i] - cell.length());
        text.append(i == 0 ? cell + blanks : "  " + blanks + cell);
      }
      text.append('\n');
    }
    return text.toString();
  }

  String markdown() {
    List<List<String>> lines = new ArrayList<>(lines());
    lines.add(
        1, IntStream.range(0, columns.size()).mapToObj(i -> i == 0 ? "---" : "---:").toList());
    return lines.stream()
        .map(line -> "| " + String.join(" | ", line) + " |\n")
        .collect(Collectors.joining());
  }

  /** RFC 4180, with {@code \n} at the end of lines. */
  String csv() {
    return lines().stream()
        .map(line -> line.stream().map(Table::quoted).collect(Collectors.joining(",")) + "\n")
        .collect(Collectors.joining());
  }

  private static String quoted(String cell) {
    return cell.contains(",") || cell.contains("\"")
        ? '"' + cell.replace("\"", "\"\"") + '"'
        : cell;
  }

  private List<List<String>> lines() {
    List<List<String>> lines = new ArrayList<>();
    lines.add(columns);
    lines.addAll(rows);
    return lines;
  }
}
