package dev.mptunnel.server;

import dev.mptunnel.net.DriverGroup;
import java.util.List;
import java.util.Locale;

/** How sessions and their packets are spread over a server's loops, in one line, ended. */
final class LoopTable {

  private LoopTable() {}

  static String of(DriverGroup drivers) {
    StringBuilder line = new StringBuilder("loops:");
    List<DriverGroup.LoopReport> loops = drivers.loops();
    for (int i = 0; i < loops.size(); i++) {
      DriverGroup.LoopReport loop = loops.get(i);
      line.append(
          String.format(
              Locale.ROOT,
              " %d with %d clients, %d packets;",
              i + 1,
              loop.sessions(),
              loop.packets()));
    }
    return line + String.format(Locale.ROOT, " %d handed over%n", drivers.handedOver());
  }
}
