package dev.mptunnel.harness.soak;

import dev.mptunnel.harness.lab.Namespace;
import dev.mptunnel.harness.lab.PacketCounter;
import dev.mptunnel.harness.lab.Wait;
import java.io.IOException;
import java.time.Duration;

/**
 * Whether a path carries datagrams, by its bridge's kernel, behind whatever a fault drops there.
 */
final class PathUse {

  /** Far more than the path's own questions and answers are meanwhile. */
  private static final long PACKETS = 50;

  private static final Duration POLL = Duration.ofMillis(100);
  private static final String TABLE = "use";
  private static final String RULES =
      """
      table inet use {
        counter up { }
        counter down { }
        chain arriving {
          type filter hook prerouting priority 0;
          iifname "line" meta l4proto udp counter name up
        }
        chain leaving {
          type filter hook postrouting priority 0;
          oifname "line" meta l4proto udp counter name down
        }
      }
      """;

  private final PacketCounter up;
  private final PacketCounter down;

  private PathUse(Namespace bridge) {
    up = new PacketCounter(bridge, TABLE, "up");
    down = new PacketCounter(bridge, TABLE, "down");
  }

  /** Starts to count. */
  static PathUse of(Namespace bridge) throws IOException {
    bridge.run("nft", RULES);
    return new PathUse(bridge);
  }

  /** Waits until it carries datagrams both ways; false where it does not within the limit. */
  boolean await(Duration limit) throws IOException {
    long deadlineNanos = System.nanoTime() + limit.toNanos();
    long upBefore = up.packets();
    long downBefore = down.packets();
    do {
      Wait.pass(POLL);
      if (up.packets() - upBefore >= PACKETS && down.packets() - downBefore >= PACKETS) {
        return true;
      }
    } while (deadlineNanos - System.nanoTime() > 0);
    return false;
  }
}
