package dev.mptunnel.harness.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What a benchmark has found.
 *
 * @param name of the benchmark, and of its files
 * @param conditions a line each
 */
record Results(String name, List<String> conditions, Table table, Plot plot) {

  /** Prints the table, and writes the files that were asked for. */
  void publish(BenchOptions options, PrintStream out) throws IOException {
    out.println();
    out.print(table.text());
    if (options.results() != null) {
      Path directory = Files.createDirectories(options.results());
      Files.writeString(directory.resolve(name + ".csv"), csv());
      Files.writeString(directory.resolve(name + ".md"), markdown());
      Files.writeString(directory.resolve(name + ".svg"), plot.svg());
    }
    if (options.document() != null) {
      insert(options.document());
    }
  }

  private String csv() {
    return conditions.stream().map(line -> "# " + line + "\n").collect(Collectors.joining())
        + table.csv();
  }

  private String markdown() {
    return conditions.stream().map(line -> "    " + line + "\n").collect(Collectors.joining())
        + "\n"
        + table.markdown();
  }

  /**
   * Puts the table where a document has a place for it, instead of what is there.
   *
   * @throws IOException where it has none
   */
  void insert(Path document) throws IOException {
    String begin = "<!-- bench:" + name + " -->";
    String end = "<!-- /bench:" + name + " -->";
    Matcher place =
        Pattern.compile(Pattern.quote(begin) + ".*?" + Pattern.quote(end), Pattern.DOTALL)
            .matcher(Files.readString(document));
    if (!place.find()) {
      throw new IOException(document + " has no place " + begin + " … " + end);
    }
    String filled = begin + "\n" + markdown() + end;
    Files.writeString(document, place.replaceFirst(Matcher.quoteReplacement(filled)));
  }
}
