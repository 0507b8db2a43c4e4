package dev.mptunnel.server;

import dev.mptunnel.observe.Figures;
import java.util.List;
import java.util.Locale;

/** How sessions and their packets are spread over a server's loops, in one line, ended. */
final class LoopTable {

  private LoopTable() {}

  static String of(Figures figures) {
    StringBuilder line = new StringBuilder("loops:");
    List<Figures.Loop> loops = figures.loops();
    for (int i = 0; i < loops.size(); i++) {
      Figures.Loop loop = loops.get(i);
      line.append(
          String.format(
              Locale.ROOT,
              " %d with %d clients, %d packets;",
              i + 1,
              loop.sessions(),
              loop.packets()));
    }
    return line + String.format(Locale.ROOT, " %d handed over%n", figures.handedOver());
  }
}
