package dev.mptunnel.sample;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The README's samples are those that are compiled here, and they do what it says. */
@Timeout(60)
class SampleTest {

  private static final int MOST_LINES = 20;
  private static final Path SOURCES = Path.of("src/test/java/dev/mptunnel/sample");

  @Test
  void theReadmeShowsTheSamples() throws IOException {
    String readme = Files.readString(Path.of("../README.md"));
    for (String name : List.of("EchoServer", "EchoClient")) {
      String sample = source(name);
      assertTrue(readme.contains("```java\n" + sample + "```\n"), name + " differs from README.md");
      assertTrue(sample.lines().count() <= MOST_LINES, name + " is too long");
    }
  }

  @Test
  void theEchoServerEchoes() throws Exception {
    List<String> path = List.of("-cp", absolute(System.getProperty("java.class.path")));
    try (SampleProcesses echo = SampleProcesses.echo(path, "dev.mptunnel.sample.")) {
      assertEquals("hello, over four tunnels", echo.ask("hello, over four tunnels"));
    }
  }

  /** A sample as a user writes it, in a package of his own, or in none. */
  static String source(String name) throws IOException {
    return Files.readString(SOURCES.resolve(name + ".java")).replaceFirst("^package .*;\n\n", "");
  }

  private static String absolute(String classPath) {
    return String.join(
        File.pathSeparator,
        List.of(classPath.split(File.pathSeparator)).stream()
            .map(entry -> Path.of(entry).toAbsolutePath().toString())
            .toList());
  }
}
