package dev.mptunnel.harness.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A copy of this tree's launcher and build files, with no sources but those a test writes. */
record LauncherTree(Path root) {

  private static final long TIME_LIMIT_SECONDS = 180;

  /** Of the root folder, what is neither a module nor somebody's own. */
  private static final List<String> ROOT_FILES =
      List.of(
          ".mvn",
          "bin",
          "build",
          "conf",
          "docs",
          "mptunnel",
          "pom.xml",
          "CHANGELOG.md",
          "LICENSE",
          "NOTICE",
          "README.md",
          "README.zh-CN.md");

  /** What a finished command left. */
  record Outcome(int exitCode, String out, String err) {}

  static LauncherTree create(Path root) throws IOException {
    Path original = Path.of("..").toRealPath();
    List<Path> files = new ArrayList<>();
    for (String name : ROOT_FILES) {
      try (Stream<Path> entries = Files.walk(original.resolve(name))) {
        entries
            .filter(path -> !Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS))
            .map(original::relativize)
            .forEach(files::add);
      }
    }
    try (Stream<Path> folders = Files.list(original)) {
      folders
          .map(folder -> original.relativize(folder).resolve("pom.xml"))
          .filter(pom -> Files.exists(original.resolve(pom)))
          .forEach(files::add);
    }
    for (Path file : files) {
      Path copy = root.resolve(file);
      Files.createDirectories(copy.getParent());
      Files.copy(
          original.resolve(file),
          copy,
          LinkOption.NOFOLLOW_LINKS,
          StandardCopyOption.COPY_ATTRIBUTES);
    }
    return new LauncherTree(root);
  }

  void write(String file, String text) throws IOException {
    Path path = root.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }

  void delete(String file) throws IOException {
    Files.delete(root.resolve(file));
  }

  /** A command that is ready to start in the tree. */
  ProcessBuilder command(Map<String, String> environment, String... command) {
    ProcessBuilder builder = new ProcessBuilder(command).directory(root.toFile());
    builder.environment().keySet().removeAll(List.of("CI", "MPTUNNEL_REQUIRE_ALL", "MAVEN_OPTS"));
    String repository = System.getProperty("localRepository");
    if (repository != null) {
      builder.environment().put("MAVEN_OPTS", "-Dmaven.repo.local=" + repository);
    }
    builder.environment().putAll(environment);
    return builder;
  }

  Outcome run(String... command) throws Exception {
    return finish(command(Map.of(), command).start());
  }

  static Outcome finish(Process process) throws Exception {
    CompletableFuture<String> err = CompletableFuture.supplyAsync(() -> read(process, true));
    CompletableFuture<String> out = CompletableFuture.supplyAsync(() -> read(process, false));
    if (!process.waitFor(TIME_LIMIT_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError("still running after " + TIME_LIMIT_SECONDS + " s");
    }
    return new Outcome(process.exitValue(), out.get(), err.get());
  }

  private static String read(Process process, boolean err) {
    try (var stream = err ? process.getErrorStream() : process.getInputStream()) {
      return new String(stream.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
