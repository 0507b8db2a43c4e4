package dev.mptunnel.harness.bench;

import dev.mptunnel.harness.lab.Daemon;
import dev.mptunnel.harness.lab.Requirements;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The two C programs that a tunnel is compared to: {@code relay-1-3.c} copies each datagram over
 * several paths, {@code relay-3-1.c} lets the first copy through. Built with gcc when asked for.
 */
final class CRelays {

  private static final List<String> PROGRAMS = List.of("relay-1-3", "relay-3-1");
  private static final List<String> FLAGS =
      List.of("-std=gnu11", "-O2", "-Wall", "-Wextra", "-Werror");
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final Path directory;

  private CRelays(Path directory) {
    this.directory = directory;
  }

  /** One line that says what to install; empty where they can be built. */
  static Optional<String> missing() {
    return Requirements.isOnPath("gcc")
        ? Optional.empty()
        : Optional.of(
            "the C relays need a compiler: apt-get install gcc libc6-dev, or leave c out of"
                + " --chain");
  }

  /**
   * Builds both.
   *
   * @param directory where to; exists
   * @throws IOException when that fails, with what the compiler said
   */
  static CRelays build(Path directory) throws IOException {
    Optional<String> missing = missing();
    if (missing.isPresent()) {
      throw new IOException(missing.get());
    }
    for (String file : List.of("relay.h", "relay-1-3.c", "relay-3-1.c")) {
      try (InputStream source = CRelays.class.getResourceAsStream(file)) {
        Files.write(directory.resolve(file), source.readAllBytes());
      }
    }
    for (String program : PROGRAMS) {
      compile(directory, program);
    }
    return new CRelays(directory);
  }

  private static void compile(Path directory, String program) throws IOException {
    List<String> command = new ArrayList<>(List.of("gcc"));
    command.addAll(FLAGS);
    command.addAll(List.of("-o", directory.resolve(program).toString()));
    command.add(directory.resolve(program + ".c").toString());
    Path log = directory.resolve(program + "-gcc.log");
    try (Daemon gcc = Daemon.start("gcc", command, log)) {
      if (gcc.awaitExit(LIMIT) != 0) {
        throw new IOException("cannot build " + program + ":\n" + gcc.output());
      }
    }
  }

  /**
   * The command of the relay beside the application.
   *
   * @param options {@code --no-gro}, {@code --no-gso}
   * @param paths addresses of the other relay, one for each path
   */
  List<String> nearCommand(List<String> options, String listen, List<String> paths) {
    List<String> command = command("relay-1-3", options, listen);
    command.addAll(paths);
    return command;
  }

  /** The command of the relay before the target. */
  List<String> farCommand(List<String> options, String listen, String target) {
    List<String> command = command("relay-3-1", options, listen);
    command.add(target);
    return command;
  }

  private List<String> command(String program, List<String> options, String listen) {
    List<String> command = new ArrayList<>();
    command.add(directory.resolve(program).toString());
    command.addAll(options);
    command.add(listen);
    return command;
  }
}
