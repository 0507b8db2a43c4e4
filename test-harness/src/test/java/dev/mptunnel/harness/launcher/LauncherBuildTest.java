package dev.mptunnel.harness.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.harness.launcher.LauncherTree.Outcome;
import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The launcher with real builds, of a tree whose bridge says a word and its working directory. */
class LauncherBuildTest {

  private static final String WORD = "bridge/src/main/java/dev/mptunnel/bridge/Word.java";
  private static final String MAIN = "bridge/src/main/java/dev/mptunnel/bridge/Main.java";

  @TempDir private static Path folder;
  private static LauncherTree tree;
  private static Outcome first;
  private static Outcome second;

  /** Two starts at once, of a tree that nobody has built. */
  @BeforeAll
  static void startTwo() throws Exception {
    tree = LauncherTree.create(folder.toRealPath().resolve("tree"));
    tree.write(WORD, word("one"));
    tree.write(
        MAIN,
        """
        package dev.mptunnel.bridge;

        public final class Main {
          public static void main(String[] args) throws Exception {
            if (args[0].equals("wait")) {
              Runtime.getRuntime().addShutdownHook(new Thread(() -> System.out.println("closed")));
              System.out.println(ProcessHandle.current().pid());
              Thread.sleep(Long.MAX_VALUE);
            }
            System.out.println(
                Word.WORD.strip() + " " + args[0] + " in " + System.getProperty("user.dir"));
          }
        }
        """);
    Process one = tree.command(Map.of(), "bin/bridge", "hello").start();
    Process two = tree.command(Map.of(), "bin/bridge", "hello").start();
    first = LauncherTree.finish(one);
    second = LauncherTree.finish(two);
  }

  @Test
  void twoStartsAtOnceBuildOnceAndBothRun() {
    assertEquals("one hello in " + tree.root() + "\n", first.out(), first.err());
    assertEquals("one hello in " + tree.root() + "\n", second.out(), second.err());
    assertEquals(2, (first.err() + second.err()).split("building", -1).length, "one build");
  }

  @Test
  void aLinkOnThePathWorksFromAnyFolder() throws Exception {
    Path elsewhere = Files.createDirectories(folder.toRealPath().resolve("else where"));
    Path link =
        Files.createSymbolicLink(elsewhere.resolve("relay"), tree.root().resolve("bin/bridge"));
    Outcome outcome =
        LauncherTree.finish(
            tree.command(Map.of(), link.toString(), "hello you")
                .directory(elsewhere.toFile())
                .start());
    assertEquals("one hello you in " + elsewhere + "\n", outcome.out());
    assertEquals("", outcome.err(), "nothing to build, nothing to say");
  }

  @Test
  void sigtermToTheLauncherReachesTheProgram() throws Exception {
    Process process = tree.command(Map.of(), "bin/bridge", "wait").start();
    try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
      assertEquals(String.valueOf(process.pid()), out.readLine(), "the launcher becomes java");
      process.toHandle().destroy(); // Process.destroy would also close the stream.
      assertEquals("closed", out.readLine());
    }
    assertEquals(128 + 15, process.waitFor());
  }

  @Test
  void aChangedSourceIsBuiltAgainAndADeletedOneIsMissed() throws Exception {
    tree.write(WORD, word("two"));
    Outcome changed = tree.run("bin/bridge", "hello");
    assertEquals("two hello in " + tree.root() + "\n", changed.out(), changed.err());

    tree.delete(WORD);
    Outcome deleted = tree.run("bin/bridge", "hello");
    assertEquals(1, deleted.exitCode());
    assertEquals("", deleted.out(), "a failed build does not run the old classes");
    assertTrue(deleted.err().contains("Word"), deleted.err());

    tree.write(WORD, word("one"));
    Outcome restored = tree.run("bin/bridge", "hello");
    assertEquals("one hello in " + tree.root() + "\n", restored.out());
    assertEquals("", restored.err(), "what was built before is still there");
  }

  /** A call keeps javac from copying the constant into Main, where no deletion would be noticed. */
  private static String word(String word) {
    return "package dev.mptunnel.bridge;\n\nfinal class Word {\n  static final String WORD = \""
        + word
        + "\".strip();\n}\n";
  }
}
