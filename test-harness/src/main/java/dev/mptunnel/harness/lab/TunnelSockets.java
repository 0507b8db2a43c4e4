package dev.mptunnel.harness.lab;

import java.util.List;

/**
 * What all programs of ours are told alike of the TCP connections between them.
 *
 * @param congestionControl in the kernel's word
 * @param engine what moves their bytes, in the word of the setting {@code tcp-engine}
 */
record TunnelSockets(String congestionControl, String engine) {

  /** The options of each program. */
  List<String> options() {
    return List.of("--cc", congestionControl, "--tcp-engine", engine);
  }
}
