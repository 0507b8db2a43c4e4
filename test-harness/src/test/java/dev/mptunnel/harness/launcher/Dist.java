package dev.mptunnel.harness.launcher;

import dev.mptunnel.harness.launcher.LauncherTree.Outcome;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * The archive that {@code ./mptunnel dist} makes of the classes that are tested, made once for all
 * tests that ask for it, and what else the launcher packs of them. The launcher is the real one;
 * what stands in for Maven has nothing to build.
 *
 * @param tree where it was made
 * @param standIns where what stands in for Maven is
 * @param made what the command printed
 */
public record Dist(LauncherTree tree, Path standIns, Outcome made) implements AutoCloseable {

  /** What the programs need of the class path of the tests. */
  private static final List<String> LIBRARIES =
      List.of("netty-", "HdrHistogram-", "picocli-", "prometheus-", "slf4j-", "bcprov-");

  /** Gives tests the archive. */
  public static final class Resolver implements ParameterResolver {

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
      return parameter.getParameter().getType() == Dist.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
      return context
          .getRoot()
          .getStore(ExtensionContext.Namespace.create(Dist.class))
          .computeIfAbsent(Dist.class, type -> make(), Dist.class);
    }
  }

  private static Dist make() {
    try {
      Path folder = Files.createTempDirectory("mptunnel-dist");
      LauncherTree tree = LauncherTree.create(folder.resolve("tree"));
      Path jars = Files.createDirectory(folder.resolve("jars"));
      collectJars(jars);
      Path maven = Files.createDirectory(folder.resolve("stand-ins")).resolve("mvn");
      String copy =
          """
          #!/bin/sh
          for word; do
            case $word in -Dstage=*) cp '%s'/*.jar "${word#-Dstage=}" ;; esac
          done
          """;
      Files.writeString(maven, copy.formatted(jars));
      Files.setPosixFilePermissions(maven, PosixFilePermissions.fromString("rwxr-xr-x"));
      return new Dist(tree, maven.getParent(), run(tree, maven.getParent(), "dist"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private static Outcome run(LauncherTree tree, Path standIns, String... arguments)
      throws Exception {
    String[] command =
        Stream.concat(Stream.of("./mptunnel"), Stream.of(arguments)).toArray(String[]::new);
    ProcessBuilder builder =
        tree.command(Map.of("JAVA_HOME", System.getProperty("java.home")), command);
    builder.environment().merge("PATH", "", (path, none) -> standIns + ":" + path);
    return LauncherTree.finish(builder.start());
  }

  private static void collectJars(Path into) throws IOException {
    int folders = 0;
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
      Path path = Path.of(entry);
      String name = path.getFileName().toString();
      if (Files.isDirectory(path)) {
        String jar = into.resolve("classes" + folders++ + ".jar").toString();
        ToolProvider tool = ToolProvider.findFirst("jar").orElseThrow();
        if (tool.run(System.out, System.err, "cf", jar, "-C", entry, ".") != 0) {
          throw new IOException("jar failed on " + entry);
        }
      } else if (LIBRARIES.stream().anyMatch(name::startsWith) || isOurs(path)) {
        Files.copy(path, into.resolve(name));
      }
    }
  }

  private static boolean isOurs(Path jar) {
    // A module's: …/mpclient/target/mpclient-VERSION.jar
    Path folder = jar.getParent();
    return folder.endsWith("target")
        && jar.getFileName().toString().startsWith(folder.getParent().getFileName().toString());
  }

  /**
   * Packs something else.
   *
   * @param command {@code deb} and the like
   * @return where it is
   */
  public Path pack(String command) throws Exception {
    Outcome outcome = run(tree, standIns, command);
    if (outcome.exitCode() != 0) {
      throw new IOException(command + ": " + outcome.err());
    }
    return Path.of(outcome.out().strip());
  }

  /** Where the archive is. */
  public Path archive() {
    return Path.of(made.out().strip());
  }

  /** The same as another version. */
  public Path pack(String command, String version) throws Exception {
    Path pom = tree.root().resolve("pom.xml");
    String is = Files.readString(pom);
    Files.writeString(
        pom, is.replaceFirst("<revision>.*</revision>", "<revision>" + version + "</revision>"));
    try {
      return pack(command);
    } finally {
      Files.writeString(pom, is);
    }
  }

  /**
   * Unpacks the archive.
   *
   * @return the one folder in it
   */
  public Path unpack(Path folder) throws IOException, InterruptedException {
    return unpack(archive(), folder);
  }

  /** The same with another archive. */
  static Path unpack(Path archive, Path folder) throws IOException, InterruptedException {
    Process tar =
        new ProcessBuilder("tar", "-C", folder.toString(), "-xzf", archive.toString())
            .inheritIO()
            .start();
    if (tar.waitFor() != 0) {
      throw new IOException("tar failed on " + archive);
    }
    try (Stream<Path> entries = Files.list(folder)) {
      List<Path> names = entries.toList();
      if (names.size() != 1) {
        throw new IOException("expected one folder in the archive: " + names);
      }
      return names.getFirst();
    }
  }

  @Override
  public void close() throws IOException {
    try (Stream<Path> paths = Files.walk(tree.root().getParent())) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
