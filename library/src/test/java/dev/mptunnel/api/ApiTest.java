package dev.mptunnel.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * What the library offers is what {@code api.txt} says, so that nobody changes it unawares: who
 * removes something, or changes it, breaks others' programs; who adds something keeps it for good.
 */
class ApiTest {

  private static final Path EXPECTED = Path.of("api.txt");
  private static final Path ACTUAL = Path.of("target/api.txt");
  private static final Pattern OF_OURS = Pattern.compile("dev\\.mptunnel\\.(?!api\\.)");

  @Test
  void isAsWrittenDown() throws IOException {
    String actual = signatures();
    Files.createDirectories(ACTUAL.getParent());
    Files.writeString(ACTUAL, actual);
    assertEquals(
        Files.readString(EXPECTED),
        actual,
        "the API has changed; if that is meant: cp library/target/api.txt library/api.txt");
  }

  @Test
  void mentionsNothingThatIsNotInIt() throws IOException {
    for (String line : signatures().lines().toList()) {
      assertTrue(!OF_OURS.matcher(line).find(), line);
    }
  }

  /** Public classes, as javap shows them, in the order of their names. */
  private static String signatures() throws IOException {
    StringBuilder all = new StringBuilder();
    for (Path file : classFiles()) {
      StringWriter out = new StringWriter();
      ToolProvider javap = ToolProvider.findFirst("javap").orElseThrow();
      PrintWriter writer = new PrintWriter(out);
      assertEquals(0, javap.run(writer, writer, "-protected", file.toString()), out.toString());
      List<String> lines = out.toString().lines().skip(1).toList();
      if (lines.getFirst().startsWith("public ")) {
        List<String> members = new ArrayList<>(lines.subList(1, lines.size() - 1));
        members.sort(null);
        all.append(lines.getFirst()).append('\n');
        members.forEach(member -> all.append(member).append('\n'));
        all.append("}\n");
      }
    }
    return all.toString();
  }

  private static List<Path> classFiles() throws IOException {
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
      Path folder = Path.of(entry, "dev/mptunnel/api");
      if (Files.exists(folder.resolve("StripeServer.class"))) {
        try (Stream<Path> files = Files.list(folder)) {
          return files
              .filter(file -> file.toString().endsWith(".class"))
              .filter(file -> !file.getFileName().toString().startsWith("package-info"))
              .sorted()
              .toList();
        }
      }
    }
    throw new IOException("the API is nowhere on the class path");
  }
}
