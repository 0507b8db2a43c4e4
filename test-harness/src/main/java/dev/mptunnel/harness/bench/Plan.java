package dev.mptunnel.harness.bench;

import java.net.InetSocketAddress;
import java.util.List;

/** One of the things that a benchmark compares, before it runs. */
sealed interface Plan {

  /** What tables call it. */
  String name();

  /** Straight to the sink: what the kernel's UDP does alone. */
  record Udp(String name) implements Plan {}

  /**
   * The C relays, over several paths.
   *
   * @param options of both
   */
  record Relays(String name, List<String> options) implements Plan {}

  /**
   * mpclient and mpserver, over several paths.
   *
   * @param clientOptions word by word
   */
  record Tunnel(String name, List<String> clientOptions, List<String> serverOptions)
      implements Plan {}

  /** A bridge of ours. */
  record Bridge(String name, List<String> options) implements Plan {}

  /** What a bridge is compared to. */
  record Socat(String name) implements Plan {}

  /**
   * Any command, which runs as long as it is measured.
   *
   * @param command for a shell, with {@code {listen}} where it takes datagrams and {@code {target}}
   *     where it delivers them
   */
  record Command(String name, String command) implements Plan {}

  /**
   * Something that runs already, with a sink of ours behind it, perhaps on another host.
   *
   * @param entry where it takes datagrams
   * @param processes of this host, whose processor time counts
   */
  record Running(String name, InetSocketAddress entry, List<Long> processes) implements Plan {}
}
