import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;

/**
 * Checks or formats every Java source of the tree with google-java-format, in one process.
 *
 * <p>Run by the build: {@code java -cp google-java-format.jar build/Format.java check|write MARK}.
 * The file MARK exists afterwards if, and only if, something is not formatted.
 */
final class Format {

  private Format() {}

  public static void main(String[] args) throws IOException {
    boolean write = args[0].equals("write");
    List<String> arguments = new ArrayList<>();
    arguments.addAll(write ? List.of("--replace") : List.of("--dry-run", "--set-exit-if-changed"));
    try (Stream<Path> modules = Files.list(Path.of(""))) {
      for (Path module : modules.sorted().toList()) {
        addSources(module.resolve("src"), arguments);
      }
    }
    addSources(Path.of("build"), arguments);

    ToolProvider formatter = ToolProvider.findFirst("google-java-format").orElseThrow();
    PrintWriter out = new PrintWriter(System.out, true);
    int result = formatter.run(out, out, arguments.toArray(String[]::new));
    Path mark = Path.of(args[1]);
    Files.deleteIfExists(mark);
    if (result != 0) {
      Files.createFile(mark);
    }
  }

  private static void addSources(Path root, List<String> arguments) throws IOException {
    if (!Files.isDirectory(root)) {
      return;
    }
    try (Stream<Path> files = Files.walk(root)) {
      files.map(Path::toString).filter(f -> f.endsWith(".java")).sorted().forEach(arguments::add);
    }
  }
}
