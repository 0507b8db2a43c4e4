package dev.mptunnel.sample;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.config.Version;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A Maven project that has nothing but the library and the README's samples, on the class path and
 * on the module path, without any network. What it depends on comes from the local repository, in
 * which our own modules stand as if they had been installed.
 */
@Tag("full")
@Timeout(300)
class EmptyProjectTest {

  private static final String VERSION = Version.current();
  private static final List<String> MODULES = List.of("common", "mpclient", "mpserver", "library");

  private static final String PROJECT =
      """
      <project xmlns="http://maven.apache.org/POM/4.0.0">
        <modelVersion>4.0.0</modelVersion>
        <groupId>org.example</groupId>
        <artifactId>echo</artifactId>
        <version>1</version>
        <properties>
          <maven.compiler.release>25</maven.compiler.release>
          <project.build.sourceEncoding>UTF-8</project.build.sourceEncoding>
        </properties>
        <dependencies>
          <dependency>
            <groupId>dev.mptunnel</groupId>
            <artifactId>mptunnel</artifactId>
            <version>%s</version>
          </dependency>
        </dependencies>
        <build>
          <plugins>
            %s
          </plugins>
        </build>
      </project>
      """;

  @TempDir Path folder;
  private Path repository;
  private Path project;

  @BeforeEach
  void makeProject() throws IOException {
    repository = folder.resolve("repository");
    install();
    project = folder.resolve("project");
    Path sources = Files.createDirectories(project.resolve("src/main/java/org/example"));
    Files.writeString(project.resolve("pom.xml"), PROJECT.formatted(VERSION, plugins()));
    for (String name : List.of("EchoServer", "EchoClient")) {
      Files.writeString(
          sources.resolve(name + ".java"), "package org.example;\n\n" + SampleTest.source(name));
    }
  }

  @Test
  void theSamplesRunOnTheClassPath() throws Exception {
    String path = build();
    try (SampleProcesses echo = SampleProcesses.echo(List.of("-cp", path), "org.example.")) {
      assertEquals("class path", echo.ask("class path"));
    }
  }

  @Test
  void theSamplesRunOnTheModulePath() throws Exception {
    Files.writeString(
        project.resolve("src/main/java/module-info.java"),
        "module org.example { requires dev.mptunnel; }\n");
    String path = build();
    List<String> options =
        List.of("--enable-native-access=dev.mptunnel.common,io.netty.common", "-p", path, "-m");
    try (SampleProcesses echo = SampleProcesses.echo(options, "org.example/org.example.")) {
      assertEquals("module path", echo.ask("module path"));
    }
  }

  /** Only the API can be seen. */
  @Test
  void nothingElseIsExported() throws Exception {
    Files.writeString(
        project.resolve("src/main/java/module-info.java"),
        "module org.example { requires dev.mptunnel; requires dev.mptunnel.common; }\n");
    Files.writeString(
        project.resolve("src/main/java/org/example/Peeps.java"),
        "package org.example;\n\nclass Peeps { dev.mptunnel.core.Session session; }\n");
    Result result = maven("compile");
    assertTrue(result.status != 0, result.said);
    assertTrue(result.said.contains("not visible"), result.said);
  }

  /** Builds the project. @return its class path, or module path */
  private String build() throws Exception {
    Path file = folder.resolve("path");
    Result result = maven("compile", "dependency:build-classpath", "-Dmdep.outputFile=" + file);
    assertEquals(0, result.status, result.said);
    return project.resolve("target/classes") + ":" + Files.readString(file).strip();
  }

  private record Result(int status, String said) {}

  private Result maven(String... goals) throws Exception {
    List<String> command =
        new ArrayList<>(List.of("mvn", "-o", "-B", "-q", "-Dmaven.repo.local=" + repository));
    command.addAll(List.of(goals));
    Path log = folder.resolve("log");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(project.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    Process process = builder.start();
    boolean hasEnded = process.waitFor(200, TimeUnit.SECONDS);
    process.destroyForcibly();
    return new Result(hasEnded ? process.exitValue() : -1, Files.readString(log));
  }

  // --- the repository ---

  /** Others' artifacts are those of the real one; ours are made of the classes that are tested. */
  private void install() throws IOException {
    Path real =
        Path.of(
            System.getProperty(
                "localRepository", System.getProperty("user.home") + "/.m2/repository"));
    Path ours = Files.createDirectories(repository.resolve("dev/mptunnel"));
    linkAll(real, repository, "dev");
    if (Files.isDirectory(real.resolve("dev"))) {
      linkAll(real.resolve("dev"), repository.resolve("dev"), "mptunnel");
    }
    installPom(ours, "mptunnel-parent", Path.of(".."));
    for (String module : MODULES) {
      String artifact = module.equals("library") ? "mptunnel" : module;
      installPom(ours, artifact, Path.of("..", module));
      Path classes = Path.of("..", module, "target/classes");
      assertTrue(Files.exists(classes.resolve("module-info.class")), classes + " is not compiled");
      Path jar = ours.resolve(artifact + "/" + VERSION + "/" + artifact + "-" + VERSION + ".jar");
      ToolProvider tool = ToolProvider.findFirst("jar").orElseThrow();
      assertEquals(
          0, tool.run(System.out, System.err, "cf", jar.toString(), "-C", classes.toString(), "."));
    }
  }

  private static void linkAll(Path from, Path to, String but) throws IOException {
    try (Stream<Path> entries = Files.list(from)) {
      for (Path entry : entries.toList()) {
        if (!entry.getFileName().toString().equals(but)) {
          Files.createSymbolicLink(to.resolve(entry.getFileName()), entry.toRealPath());
        }
      }
    }
  }

  /** What Maven would install: the pom with the version in it. */
  private static void installPom(Path ours, String artifact, Path module) throws IOException {
    Path pom = module.resolve("target/.flattened-pom.xml");
    Path place = Files.createDirectories(ours.resolve(artifact + "/" + VERSION));
    Files.copy(pom, place.resolve(artifact + "-" + VERSION + ".pom"));
  }

  /** The versions that are in the local repository, since our own build uses them. */
  private static String plugins() throws IOException {
    String parent = Files.readString(Path.of("../pom.xml"));
    StringBuilder plugins = new StringBuilder();
    for (String name : List.of("resources", "compiler", "dependency")) {
      Matcher version =
          Pattern.compile("maven-" + name + "-plugin</artifactId>\\s*<version>([^<]+)<")
              .matcher(parent);
      assertTrue(version.find(), name);
      plugins.append(
          "<plugin><artifactId>maven-%s-plugin</artifactId><version>%s</version></plugin>\n"
              .formatted(name, version.group(1)));
    }
    return plugins.toString();
  }
}
