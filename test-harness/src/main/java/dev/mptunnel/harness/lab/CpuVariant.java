package dev.mptunnel.harness.lab;

import java.util.Arrays;
import java.util.List;

/**
 * A way to run mpclient and mpserver.
 *
 * @param name what the table calls it
 * @param clientOptions of mpclient, word by word
 * @param serverOptions of mpserver
 * @param isWatched whether somebody has the page of each open, and Prometheus asks each second
 */
record CpuVariant(
    String name, List<String> clientOptions, List<String> serverOptions, boolean isWatched) {

  /** One that nobody watches. */
  CpuVariant(String name, List<String> clientOptions, List<String> serverOptions) {
    this(name, clientOptions, serverOptions, false);
  }

  CpuVariant {
    clientOptions = List.copyOf(clientOptions);
    serverOptions = List.copyOf(serverOptions);
  }

  /**
   * Reads {@code NAME=OPTIONS}, where both ends have the same options, split at blanks.
   *
   * @throws IllegalArgumentException when it is not of this form
   */
  static CpuVariant parse(String text) {
    String[] halves = text.split("=", 2);
    if (halves.length != 2 || halves[0].isBlank()) {
      throw new IllegalArgumentException("expected NAME=OPTIONS, such as nio=--engine nio");
    }
    List<String> options =
        Arrays.stream(halves[1].split(" ")).filter(word -> !word.isEmpty()).toList();
    return new CpuVariant(halves[0].strip(), options, options);
  }
}
