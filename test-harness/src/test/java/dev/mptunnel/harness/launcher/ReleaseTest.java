package dev.mptunnel.harness.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.harness.lab.Requirements;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What is given to people, made twice of the same sources, in folders of different names. */
@Tag("full")
@EnabledOnOs(OS.LINUX)
@Timeout(1_800)
class ReleaseTest {

  /** What of a tree is not its sources. */
  private static final Set<String> NOT_SOURCES = Set.of("target", ".git", ".idea", ".vscode");

  /** A jar in the archive, as Maven names it. */
  private static final Pattern JAR =
      Pattern.compile("([A-Za-z0-9_-]+?)-([0-9].*?)(-(linux-.*))?\\.jar");

  @TempDir private Path folder;

  @Test
  void twoReleasesAreTheSameBytes() throws Exception {
    Assumptions.assumeTrue(Requirements.isOnPath("dpkg-deb"), "no dpkg");
    Assumptions.assumeTrue(Requirements.isOnPath("readelf"), "apt-get install binutils");
    Map<String, String> one = release("one", "022", Map.of("LC_ALL", "C", "TZ", "UTC"));
    Map<String, String> two =
        release(
            "a-place-with-a-longer-name",
            "077",
            Map.of("LC_ALL", "en_US.UTF-8", "TZ", "Pacific/Kiritimati"));
    assertEquals(one, two);

    List<String> kinds = one.keySet().stream().map(name -> name.replaceAll("[0-9]+", "N")).toList();
    String machine = System.getProperty("os.arch").equals("amd64") ? "x86_64" : "aarch64";
    String debian = machine.equals("x86_64") ? "amd64" : "arm64";
    String deb = kinds.stream().filter(name -> name.endsWith(".deb")).findFirst().orElse("");
    assertTrue(
        deb.matches(
            "mptunnel_N\\.N\\.N(~snapshot)?_" + debian.replaceAll("[0-9]+", "N") + "\\.deb"),
        deb);
    for (String each :
        List.of(
            "-linux-" + machine.replaceAll("[0-9]+", "N") + ".tar.gz",
            "-jars.tar.gz",
            ".cdx.json")) {
      String name = "mptunnel-N\\.N\\.N(-SNAPSHOT)?" + Pattern.quote(each);
      assertTrue(kinds.stream().anyMatch(kind -> kind.matches(name)), name + " in " + kinds);
    }
    assertEquals(4, kinds.size(), kinds.toString());
  }

  /** Makes one. @return each file's sum, as the file of sums has it, which is right */
  private Map<String, String> release(String name, String umask, Map<String, String> own)
      throws Exception {
    Path tree = folder.resolve(name);
    copySources(Path.of("..").toRealPath(), tree);
    LauncherTree launcher = new LauncherTree(tree);
    Path log = folder.resolve(name + ".log");
    Map<String, String> environment = new TreeMap<>(own);
    environment.put("JAVA_HOME", System.getProperty("java.home"));
    Process process =
        launcher
            .command(environment, "sh", "-c", "umask " + umask + "; exec ./mptunnel release")
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    assertEquals(0, process.waitFor(), () -> read(log));
    Path made = tree.resolve("target/release");
    checkSums(made);
    checkParts(made, jars(made));
    return Files.readAllLines(made.resolve("SHA256SUMS")).stream()
        .collect(
            Collectors.toMap(
                line -> line.split(" +")[1],
                line -> line.split(" +")[0],
                (a, b) -> a,
                TreeMap::new));
  }

  private static void checkSums(Path made) throws Exception {
    Process check =
        new ProcessBuilder("sha256sum", "--check", "--strict", "SHA256SUMS")
            .directory(made.toFile())
            .redirectErrorStream(true)
            .start();
    String said = new String(check.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, check.waitFor(), said);
  }

  /** The list of parts has every jar that is shipped, the JDK, and no time. */
  private static void checkParts(Path made, List<String> jars) throws Exception {
    String json = Files.readString(find(made, ".cdx.json"));
    for (String jar : jars) {
      Matcher name = JAR.matcher(jar);
      assertTrue(name.matches(), jar);
      String classifier = name.group(4) == null ? "" : "classifier=" + name.group(4) + "&";
      String part = "/" + name.group(1) + "@" + name.group(2) + "?" + classifier + "type=jar\"";
      assertTrue(json.contains(part), part + " in " + json);
    }
    for (String part :
        List.of(
            "pkg:generic/openjdk@" + Runtime.version().toString().split("\\+")[0],
            "pkg:npm/uplot@")) {
      assertTrue(json.contains(part), part + " in " + json);
    }
    assertTrue(!json.contains("\"timestamp\"") && !json.contains("serialNumber"), json);
    assertTrue(!json.contains("junit") && !json.contains("jazzer"), "what only tests need");
  }

  /** The names of those that are shipped. */
  private List<String> jars(Path made) throws Exception {
    Path into = Files.createTempDirectory(folder, "jars");
    Path lib = Dist.unpack(find(made, "-jars.tar.gz"), into).resolve("lib");
    try (Stream<Path> all = Files.list(lib)) {
      List<String> names = all.map(path -> path.getFileName().toString()).toList();
      assertTrue(names.size() > 10, names.toString());
      return names;
    }
  }

  private static Path find(Path made, String end) throws IOException {
    try (Stream<Path> all = Files.list(made)) {
      return all.filter(path -> path.toString().endsWith(end)).findFirst().orElseThrow();
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return e.toString();
    }
  }

  private static void copySources(Path from, Path to) throws IOException {
    Files.createDirectories(to);
    try (Stream<Path> entries = Files.list(from)) {
      for (Path entry : entries.toList()) {
        String name = entry.getFileName().toString();
        if (NOT_SOURCES.contains(name)) {
          continue;
        }
        Path copy = to.resolve(name);
        if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
          copySources(entry, copy);
        } else {
          Files.copy(entry, copy, LinkOption.NOFOLLOW_LINKS, StandardCopyOption.COPY_ATTRIBUTES);
        }
      }
    }
  }
}
