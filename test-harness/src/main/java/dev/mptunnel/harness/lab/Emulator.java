package dev.mptunnel.harness.lab;

import dev.mptunnel.harness.Seed;
import dev.mptunnel.harness.link.LinkCounters;
import dev.mptunnel.harness.link.LinkProperties;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** The lab's side of the {@link Wire}: its process, and what it is told and asked. */
final class Emulator {

  private final Process process;
  private final Writer commands;
  private final BufferedReader answers;
  private final Path log;

  private Emulator(Process process, Path log) {
    this.process = process;
    this.commands = process.outputWriter(StandardCharsets.US_ASCII);
    this.answers = process.inputReader(StandardCharsets.US_ASCII);
    this.log = log;
  }

  /** Starts the process on a host of its own and waits until its devices are there. */
  static Emulator start(Namespace host, int lines, Seed seed, Path directory) throws IOException {
    // A line does not wait for a processor: without priority a busy machine would add jitter to it.
    List<String> command = new ArrayList<>(List.of("chrt", "--fifo", "10"));
    command.addAll(
        JavaProgram.command(
            Wire.class.getName(), Integer.toString(lines), Long.toString(seed.value())));
    Path log = directory.resolve("wire.log");
    Process process = new ProcessBuilder(host.inside(command)).redirectError(log.toFile()).start();
    Emulator emulator = new Emulator(process, log);
    emulator.answer("start");
    return emulator;
  }

  /** Makes one direction of a line what the properties say. */
  void change(int line, Direction direction, LinkProperties properties) throws IOException {
    ask("change", line, direction, properties.toString());
  }

  /** Lets nothing through any more, until {@link #restore}. */
  void cut(int line, Direction direction) throws IOException {
    ask("cut", line, direction, "");
  }

  void restore(int line, Direction direction) throws IOException {
    ask("restore", line, direction, "");
  }

  LinkCounters counters(int line, Direction direction) throws IOException {
    long[] counts =
        Arrays.stream(ask("count", line, direction, "").split(" "))
            .mapToLong(Long::parseLong)
            .toArray();
    return new LinkCounters(
        counts[0], counts[1], counts[2], counts[3], counts[4], counts[5], counts[6], counts[7],
        counts[8]);
  }

  private synchronized String ask(String verb, int line, Direction direction, String words)
      throws IOException {
    String way = direction.name().toLowerCase(Locale.ROOT);
    String command = String.join(" ", verb, Integer.toString(line), way, words);
    try {
      commands.write(command + "\n");
      commands.flush();
    } catch (IOException e) {
      throw new IOException(command + ": the emulator is gone, see " + log, e);
    }
    return answer(command);
  }

  private String answer(String command) throws IOException {
    String answer = answers.readLine();
    if (answer == null) {
      throw new IOException(command + ": the emulator is gone, see " + log);
    }
    if (!answer.startsWith("ok")) {
      throw new IOException("the emulator says: " + answer);
    }
    return answer.substring("ok".length()).strip();
  }

  /** The processor time that its process has used so far, user and system. */
  long processorNanos() throws IOException {
    return ProcessorTime.ofTreeNanos(process.pid());
  }

  void kill() {
    process.destroyForcibly();
    process.onExit().join();
  }
}
