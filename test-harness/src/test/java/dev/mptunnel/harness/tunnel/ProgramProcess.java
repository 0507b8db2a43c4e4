package dev.mptunnel.harness.tunnel;

import dev.mptunnel.harness.Await;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** One of the programs as a process of its own, as a user starts it; killed when closed. */
final class ProgramProcess implements AutoCloseable {

  /** Room for a machine that runs other builds at the same time. */
  static final Duration LIMIT = Duration.ofSeconds(60);

  /** Only the first of the compilers, which is done sooner. */
  private static final List<String> QUICK_START = List.of("-XX:TieredStopAtLevel=1");

  /** A line that the program printed, and when. */
  record Line(String text, long atNanos) {}

  private final String name;
  private final Process process;
  private final List<Line> out = new CopyOnWriteArrayList<>();
  private final List<Line> err = new CopyOnWriteArrayList<>();
  private final List<Thread> readers = new ArrayList<>();

  private ProgramProcess(String name, Process process) {
    this.name = name;
    this.process = process;
    readers.add(read(process.inputReader(), out));
    readers.add(read(process.errorReader(), err));
  }

  /** Starts mpclient and waits until it says that it listens. */
  static ProgramProcess client(String... args) throws IOException {
    return launchClient(args).awaitStart();
  }

  /** The same for mpserver. */
  static ProgramProcess server(String... args) throws IOException {
    return launchServer(args).awaitStart();
  }

  /** The same for a bridge. */
  static ProgramProcess bridge(String... args) throws IOException {
    return launchBridge(args).awaitStart();
  }

  /** An mpserver that has much to do, and is compiled as well as users have it. */
  static ProgramProcess busyServer(String... args) throws IOException {
    return launch("mpserver", "dev.mptunnel.server.Main", List.of(), args).awaitStart();
  }

  /** Starts mpclient, whatever comes of it. */
  static ProgramProcess launchClient(String... args) throws IOException {
    return launch("mpclient", "dev.mptunnel.client.Main", QUICK_START, args);
  }

  static ProgramProcess launchServer(String... args) throws IOException {
    return launch("mpserver", "dev.mptunnel.server.Main", QUICK_START, args);
  }

  static ProgramProcess launchBridge(String... args) throws IOException {
    return launch("bridge", "dev.mptunnel.bridge.Main", QUICK_START, args);
  }

  /** Starts mpclient in a terminal of its own, which util-linux's script makes and has. */
  static ProgramProcess clientInTerminal(String... args) throws IOException {
    List<String> command = command("dev.mptunnel.client.Main", QUICK_START, args);
    String line = "exec '" + String.join("' '", command) + "'";
    return start("mpclient", List.of("script", "-qfc", line, "/dev/null"));
  }

  private static ProgramProcess launch(
      String name, String mainClass, List<String> jvmOptions, String... args) throws IOException {
    return start(name, command(mainClass, jvmOptions, args));
  }

  private static List<String> command(String mainClass, List<String> jvmOptions, String... args) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:+UseSerialGC", "-Xmx48m"));
    command.addAll(jvmOptions);
    command.add("--enable-native-access=ALL-UNNAMED");
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), mainClass));
    command.addAll(List.of(args));
    return command;
  }

  private static ProgramProcess start(String name, List<String> command) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().remove("JAVA_TOOL_OPTIONS"); // it makes the JVM print a line
    return new ProgramProcess(name, builder.start());
  }

  private static Thread read(BufferedReader from, List<Line> into) {
    return Thread.ofVirtual()
        .start(
            () -> {
              try (from) {
                for (String line = from.readLine(); line != null; line = from.readLine()) {
                  into.add(new Line(line, System.nanoTime()));
                }
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
  }

  private ProgramProcess awaitStart() {
    try {
      awaitError("listening on");
      return this;
    } catch (AssertionError e) {
      close();
      throw e;
    }
  }

  /** Waits until stderr has a line with these words, and gives the first. */
  Line awaitError(String words) {
    return await(err, words);
  }

  /** Waits until stdout has a line with these words, and gives the first. */
  Line awaitOutput(String words) {
    return await(out, words);
  }

  private Line await(List<Line> lines, String words) {
    try {
      Await.until(
          name + " to say: " + words,
          LIMIT,
          () -> find(lines, words).isPresent() || !process.isAlive());
    } catch (AssertionError e) {
      throw new AssertionError(e.getMessage() + "; it said\n" + said(), e);
    }
    if (!process.isAlive()) {
      awaitLastWords();
    }
    return find(lines, words)
        .orElseThrow(() -> new AssertionError(name + " never said: " + words + "\n" + said()));
  }

  private static Optional<Line> find(List<Line> lines, String words) {
    return lines.stream().filter(line -> line.text().contains(words)).findFirst();
  }

  /** What was printed to stdout. */
  List<String> output() {
    return out.stream().map(Line::text).toList();
  }

  /** What was printed to stderr. */
  List<String> errors() {
    return err.stream().map(Line::text).toList();
  }

  /** How many lines of stderr have these words. */
  long countErrors(String words) {
    return err.stream().filter(line -> line.text().contains(words)).count();
  }

  /** Everything that was printed, for a failed test. */
  String said() {
    return String.join("\n", output()) + "\n" + String.join("\n", errors());
  }

  long pid() {
    return process.pid();
  }

  /** What it has started. */
  List<ProcessHandle> descendants() {
    return process.descendants().toList();
  }

  /** Sends SIGKILL and waits for the end. */
  void kill() {
    process.destroyForcibly();
    process.onExit().join();
  }

  /** Sends a signal. */
  void signal(String signal) throws IOException {
    Process kill = new ProcessBuilder("kill", "-" + signal, Long.toString(pid())).start();
    if (kill.onExit().join().exitValue() != 0) {
      throw new IOException("kill -" + signal + " " + name);
    }
  }

  /** Waits for the end and for the last words. */
  int awaitExit() {
    try {
      if (!process.waitFor(LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new AssertionError(name + " has not ended; it said\n" + said());
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    awaitLastWords();
    return process.exitValue();
  }

  private void awaitLastWords() {
    try {
      for (Thread reader : readers) {
        reader.join();
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    kill();
  }
}
