package dev.mptunnel.harness.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the README tells its reader to type, taken from between the marks that name it. */
final class Readme {

  private static final Path FILE = Path.of("../README.md");

  private Readme() {}

  /**
   * The lines of a block.
   *
   * @param name the story and the block, such as {@code setup:server}
   */
  static List<String> block(String name) throws IOException {
    String story = name.split(":", 2)[0];
    Pattern marked =
        Pattern.compile(
            "^<!-- " + Pattern.quote(name) + " -->\n(.*?)^<!-- /" + Pattern.quote(story) + " -->$",
            Pattern.DOTALL | Pattern.MULTILINE);
    Matcher matcher = marked.matcher(Files.readString(FILE));
    if (!matcher.find()) {
      throw new IOException("no block " + name + " in " + FILE);
    }
    List<String> lines = matcher.group(1).lines().toList();
    for (String line : lines) {
      if (!line.isEmpty() && !line.startsWith("    ")) {
        throw new IOException("block " + name + " has a line that is not indented: " + line);
      }
    }
    return lines.stream().map(line -> line.isEmpty() ? line : line.substring(4)).toList();
  }
}
