package dev.mptunnel.harness.fuzz;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Jazzer over one target, or several that are {@linkplain TargetMix mixed}, in a process of its
 * own, which Jazzer wants anyway. All that it leaves behind is in one folder:
 *
 * <pre>
 *  corpus/    the inputs that reached something new; a later run starts from them
 *  findings/  the input of the last run's finding; a later run tries it first
 *  tmp/       what the process and Jazzer put into a temporary folder
 * </pre>
 */
final class FuzzRun {

  /** The exit code with a finding. */
  static final int FOUND = 77;

  private static final int MAX_SECONDS_PER_INPUT = 10;
  private static final int HEAP_MIB = 512;

  private final List<FuzzTargets> targets;
  private final Path folder;

  /**
   * A run that leaves its files in a folder of its own.
   *
   * @param parent holds the folders of all runs
   */
  FuzzRun(List<FuzzTargets> targets, Path parent) {
    this.targets = List.copyOf(targets);
    String name = targets.getFirst() + (targets.size() == 1 ? "" : "-to-" + targets.getLast());
    this.folder = parent.resolve(name).toAbsolutePath();
  }

  /** Its name, which is that of its folder. */
  @Override
  public String toString() {
    return folder.getFileName().toString();
  }

  /** Deletes what earlier runs of the same have left. */
  void forget() throws IOException {
    if (Files.exists(folder)) {
      deleteWhatIsIn(folder);
    }
  }

  /** Starts the process, whose output goes where this sends it. */
  Process start(int seconds, ProcessBuilder.Redirect output) throws IOException {
    prepare();
    ProcessBuilder builder = new ProcessBuilder(command(seconds)).directory(folder.toFile());
    builder.environment().remove("JAVA_TOOL_OPTIONS"); // it makes the JVM print a line
    return builder.redirectErrorStream(true).redirectOutput(output).start();
  }

  /** The input of the finding, or null. */
  byte[] foundInput() throws IOException {
    try (Stream<Path> files = Files.list(findings())) {
      Path found = files.filter(FuzzRun::isInput).findFirst().orElse(null);
      return found == null ? null : Files.readAllBytes(found);
    }
  }

  private void prepare() throws IOException {
    Files.createDirectories(corpus());
    Files.createDirectories(findings());
    Files.createDirectories(folder.resolve("tmp"));
    deleteWhatIsIn(folder.resolve("tmp"));
    try (Stream<Path> files = Files.list(findings())) {
      for (Path old : files.filter(FuzzRun::isInput).toList()) {
        Files.move(old, corpus().resolve(old.getFileName()), StandardCopyOption.REPLACE_EXISTING);
      }
    }
    deleteWhatIsIn(findings());
    int number = 0;
    for (byte[] seed : TargetMix.of(targets).seeds()) {
      Files.write(corpus().resolve("seed-" + number++), seed);
    }
  }

  private List<String> command(int seconds) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-ea", "-XX:+UseSerialGC", "-Xmx" + HEAP_MIB + "m"));
    // What Jazzer does to a JVM, which would warn of it.
    command.addAll(
        List.of(
            "-XX:+EnableDynamicAgentLoading",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow"));
    command.add("-Djava.io.tmpdir=" + folder.resolve("tmp"));
    command.add("-D" + JazzerEntry.TARGET_PROPERTY + "=" + TargetMix.names(targets));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add("com.code_intelligence.jazzer.Jazzer");
    command.add("--target_class=" + JazzerEntry.class.getName());
    command.add("--instrumentation_includes=dev.mptunnel.**");
    command.add("--custom_hook_includes=dev.mptunnel.**"); // or picocli gets them, and is slow
    // That a path comes from the input is no finding: naming a file is what a user does.
    command.add("--disabled_hooks=com.code_intelligence.jazzer.sanitizers.FilePathTraversal");
    command.add("--reproducer_path=tmp");
    command.add("-artifact_prefix=findings/");
    command.add("-max_total_time=" + seconds);
    command.add("-timeout=" + MAX_SECONDS_PER_INPUT);
    // The heap's limit holds. libFuzzer would go by the most that was ever resident, in which Linux
    // counts what the process was before exec: a copy of us.
    command.add("-rss_limit_mb=0");
    command.add("-print_final_stats=1");
    command.add("corpus");
    return command;
  }

  private Path corpus() {
    return folder.resolve("corpus");
  }

  private Path findings() {
    return folder.resolve("findings");
  }

  /** Whether this is what libFuzzer calls an input that crashed, hung or ate all memory. */
  private static boolean isInput(Path file) {
    return file.getFileName().toString().matches("(crash|timeout|oom)-.*");
  }

  private static void deleteWhatIsIn(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        if (!file.equals(folder)) {
          Files.delete(file);
        }
      }
    }
  }
}
