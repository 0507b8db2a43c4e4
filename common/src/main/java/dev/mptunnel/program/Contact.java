package dev.mptunnel.program;

import dev.mptunnel.net.http.ControlPlaces;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** How a program that runs on this machine is found: by its control socket. */
final class Contact {

  /** The option by which a user says where that is. */
  static final String OPTION = "--control";

  private final String program;
  private final ControlPlaces places;

  Contact(String program, ControlPlaces places) {
    this.program = program;
    this.places = places;
  }

  /** The place that a user names; {@code IllegalArgumentException} for what is none. */
  static Path named(String text) {
    try {
      if (!text.isEmpty()) {
        return Path.of(text);
      }
    } catch (InvalidPathException e) {
      // Said below.
    }
    throw new IllegalArgumentException(OPTION + " names no file; expected a path");
  }

  /** Adds that option to a model, and the one for help. */
  static void addOptions(CommandSpec spec) {
    spec.addOption(
        OptionSpec.builder(OPTION)
            .type(Path.class)
            .paramLabel("PATH")
            .description("ask at this Unix socket, where several run")
            .build());
    spec.addOption(
        OptionSpec.builder("-h", "--help")
            .type(boolean.class)
            .arity("0")
            .description("show this and exit")
            .build());
    spec.usageMessage().sortOptions(false);
  }

  /**
   * Where it is.
   *
   * @throws IOException when there is none, or more than one; the message is for the user
   */
  Path find() throws IOException {
    List<Path> served = places.served(program);
    if (served.isEmpty()) {
      throw new IOException(
          "no %s that we may ask has its socket in any of %s; is it another user's, is control ="
                  .formatted(program, places.text())
              + " off, or a path to give by --control?");
    }
    if (served.size() > 1) {
      throw new IOException(
          "several run; choose by --control one of "
              + served.stream().map(Path::toString).collect(Collectors.joining(", ")));
    }
    return served.getFirst();
  }

  /** Root may have found the socket of somebody who is no friend of his terminal. */
  static String harmless(String text) {
    return text.replaceAll("[\\p{Cc}&&[^\\n\\t]]", "?");
  }
}
