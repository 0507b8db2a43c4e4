package dev.mptunnel.harness.world;

import dev.mptunnel.core.EndpointSettings.KeySettings;
import dev.mptunnel.core.EndpointSettings.RepairSettings;
import dev.mptunnel.harness.Seed;
import dev.mptunnel.harness.link.LinkProperties;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.random.RandomGenerator;

/**
 * What a small world is made of, drawn from a seed.
 *
 * @param up the links from the client to the server, one for each path
 * @param down those from the server to the client
 * @param serverPorts how many ports the server listens on; the paths take turns
 * @param flows applications on the client's side
 * @param namedFlows how many of them lead to a target with a name
 * @param orderedFlows how many of them want their order
 * @param datagramsPerSecond each way, over all flows
 * @param mode how the ends are secured
 * @param keySettings of both ends
 * @param clientRepair what the client does about packets that all paths lost
 * @param serverRepair the same of the server
 * @param strangersPerSecond packets that a {@link Stranger} sends
 * @param lengthNanos how long things go on before the world is asked whether it still works
 * @param mishaps what else happens, in the order of time
 */
record WorldPlan(
    List<LinkProperties> up,
    List<LinkProperties> down,
    int serverPorts,
    int flows,
    int namedFlows,
    int orderedFlows,
    double datagramsPerSecond,
    Mode mode,
    KeySettings keySettings,
    RepairSettings clientRepair,
    RepairSettings serverRepair,
    double strangersPerSecond,
    long lengthNanos,
    List<Mishap> mishaps) {

  private static final long MILLI = 1_000_000;
  private static final long MAX_SLEEP_NANOS = 300_000 * MILLI;
  private static final int MAX_PATHS = 8;
  private static final int MAX_FLOWS = 3;

  /** Something that happens at a time, counted from the start. */
  sealed interface Mishap {
    long atNanos();

    /** A process is gone, with or without a word, and a new one takes its addresses. */
    record Restart(long atNanos, Side side, boolean orderly) implements Mishap {}

    /** A machine sleeps until then: it hears nothing and does nothing. */
    record Sleep(long atNanos, Side side, long untilNanos) implements Mishap {}

    /** A machine's clock jumps forward. */
    record ClockJump(long atNanos, Side side, long byNanos) implements Mishap {}

    /** A path is dark both ways until then. */
    record Blackout(long atNanos, int path, long untilNanos) implements Mishap {}

    /** A NAT in front of the client gives a path another address. */
    record Rebinding(long atNanos, int path) implements Mishap {}

    /** All bridges are gone until then, and are seen at other addresses afterwards. */
    record BridgesRestart(long atNanos, long untilNanos) implements Mishap {}

    /** Everything is gone until then: both processes, and all bridges. */
    record PowerCut(long atNanos, long untilNanos) implements Mishap {}

    /** A path carries other lengths from now on; its other properties stay. */
    record MtuChange(long atNanos, int path, int mtuBytes) implements Mishap {}

    /** The client takes a path out, and puts it in again then. */
    record PathOut(long atNanos, int path, long untilNanos) implements Mishap {}

    /** The client has a path carry no data until then. */
    record PathPause(long atNanos, int path, long untilNanos) implements Mishap {}

    /** Somebody brings one path's PATH packets over another, ahead of the network, until then. */
    record Relay(long atNanos, int path, int over, long untilNanos) implements Mishap {}
  }

  /** Whom a mishap befalls. */
  enum Side {
    CLIENT,
    SERVER
  }

  int paths() {
    return up.size();
  }

  static WorldPlan draw(Seed seed) {
    RandomGenerator random = seed.part("plan").generator();
    int paths = 1 + random.nextInt(MAX_PATHS);
    // Some are long and quiet, so that sessions expire and epochs are forgotten.
    boolean isLong = chance(random, 0.05);
    long lengthNanos = (isLong ? 12 : 1) * random.nextLong(1_000, 12_000) * MILLI;
    List<LinkProperties> up = new ArrayList<>();
    List<LinkProperties> down = new ArrayList<>();
    for (int path = 0; path < paths; path++) {
      up.add(drawLink(random));
      down.add(chance(random, 0.5) ? up.getLast() : drawLink(random));
    }
    List<Mishap> mishaps = drawMishaps(random, paths, lengthNanos, isLong);
    mishaps.addAll(drawPathChanges(seed.part("path changes").generator(), paths, lengthNanos));
    int flows = 1 + random.nextInt(MAX_FLOWS);
    return new WorldPlan(
        up,
        down,
        1 + random.nextInt(paths),
        flows,
        chance(random, 0.5) ? 1 + random.nextInt(flows) : 0,
        random.nextInt(flows + 1),
        (5 + random.nextDouble(60)) / (isLong ? 12 : 1),
        chance(random, 0.25) ? Mode.PLAIN : chance(random, 0.5) ? Mode.AES_128 : Mode.AES_256,
        drawKeySettings(random),
        drawRepairSettings(random),
        drawRepairSettings(random),
        chance(random, 0.3) ? random.nextDouble(200) / (isLong ? 12 : 1) : 0,
        lengthWith(mishaps, lengthNanos),
        mishaps);
  }

  /** Keys that are renewed every few seconds, or packets, or hardly ever. */
  private static KeySettings drawKeySettings(RandomGenerator random) {
    if (chance(random, 0.5)) {
      return KeySettings.DEFAULT;
    }
    long renewAfter = random.nextLong(500, 4_000) * MILLI;
    long dieAfter = renewAfter + random.nextLong(200, 3_000) * MILLI;
    long packets = chance(random, 0.3) ? random.nextLong(10, 500) : 1L << 28;
    return new KeySettings(renewAfter, packets, dieAfter);
  }

  /** Mostly as the programs have them. */
  private static RepairSettings drawRepairSettings(RandomGenerator random) {
    if (chance(random, 0.6)) {
      return RepairSettings.DEFAULT;
    }
    double share = chance(random, 0.3) ? 0 : random.nextDouble(0.5);
    long hold =
        switch (random.nextInt(4)) {
          case 0 -> RepairSettings.HOLD_OFF;
          case 1 -> RepairSettings.HOLD_AUTO;
          default -> random.nextLong(1, 1_500) * MILLI;
        };
    return new RepairSettings(share, hold);
  }

  /** Whoever sleeps wakes up before the end. */
  private static long lengthWith(List<Mishap> mishaps, long lengthNanos) {
    return mishaps.stream()
        .mapToLong(mishap -> mishap instanceof Mishap.Sleep sleep ? sleep.untilNanos() : 0)
        .reduce(lengthNanos, Math::max);
  }

  private static LinkProperties drawLink(RandomGenerator random) {
    StringBuilder line = new StringBuilder();
    long delay = chance(random, 0.2) ? 0 : random.nextLong(1, 150);
    line.append(" delay=").append(delay).append("ms");
    if (chance(random, 0.7)) {
      double worst = chance(random, 0.5) ? 0.1 : 0.6;
      line.append(word("loss", random.nextDouble(worst)));
      line.append(chance(random, 0.3) ? " burst=" + random.nextInt(2, 20) : "");
    }
    if (chance(random, 0.4)) {
      line.append(" jitter=").append(random.nextLong(delay + 1)).append("ms");
      line.append(chance(random, 0.5) ? " unordered" : "");
    }
    line.append(chance(random, 0.3) ? " mtu=" + drawMtu(random) : "");
    line.append(chance(random, 0.2) ? word("reorder", random.nextDouble(0.1)) : "");
    line.append(chance(random, 0.2) ? word("dup", random.nextDouble(0.1)) : "");
    line.append(chance(random, 0.2) ? word("corrupt", random.nextDouble(0.1)) : "");
    if (chance(random, 0.2)) {
      line.append(" rate=").append(random.nextInt(1, 50)).append("mbit");
      line.append(" queue=").append(random.nextInt(10, 200)).append("ms");
    }
    if (chance(random, 0.1)) {
      line.append(" down=").append(random.nextInt(500, 5_000)).append("ms");
      line.append("+").append(random.nextInt(100, 3_000)).append("ms");
    }
    return LinkProperties.parse(line.toString());
  }

  /** What lines carry, now and then less than all must. */
  private static int drawMtu(RandomGenerator random) {
    return chance(random, 0.1) ? random.nextInt(600, 1_228) : random.nextInt(1_228, 1_501);
  }

  private static List<Mishap> drawMishaps(
      RandomGenerator random, int paths, long lengthNanos, boolean isLong) {
    List<Mishap> mishaps = new ArrayList<>();
    while (chance(random, isLong ? 0.85 : 0.6)) {
      long at = random.nextLong(lengthNanos);
      long until = at + random.nextLong(lengthNanos / 2);
      Side side = chance(random, 0.5) ? Side.CLIENT : Side.SERVER;
      switch (random.nextInt(13)) {
        case 0, 1, 2 -> mishaps.add(new Mishap.Restart(at, side, chance(random, 0.3)));
        case 3, 4 -> mishaps.add(new Mishap.Blackout(at, random.nextInt(paths), until));
        case 5 -> {
          for (int path = 0; path < paths; path++) {
            mishaps.add(new Mishap.Blackout(at, path, until));
          }
        }
        case 6 -> mishaps.add(new Mishap.Rebinding(at, random.nextInt(paths)));
        case 7 -> {
          long pause = random.nextLong(1, 2_000) * MILLI;
          for (int path = 0; path < paths; path++) {
            mishaps.add(new Mishap.Rebinding(at + path * pause, path));
          }
        }
        case 8 -> {
          long asleep = isLong ? random.nextLong(MAX_SLEEP_NANOS) : until - at;
          mishaps.add(new Mishap.Sleep(at, side, at + asleep));
        }
        case 9 -> mishaps.add(new Mishap.ClockJump(at, side, random.nextLong(MAX_SLEEP_NANOS)));
        case 10 -> mishaps.add(new Mishap.MtuChange(at, random.nextInt(paths), drawMtu(random)));
        case 11 ->
            mishaps.add(new Mishap.Relay(at, random.nextInt(paths), random.nextInt(paths), until));
        default ->
            mishaps.add(
                chance(random, 0.5)
                    ? new Mishap.BridgesRestart(at, until)
                    : new Mishap.PowerCut(at, until));
      }
    }
    return mishaps;
  }

  /** In some worlds paths come and go, some so quickly that those before are not gone yet. */
  private static List<Mishap> drawPathChanges(RandomGenerator random, int paths, long lengthNanos) {
    List<Mishap> changes = new ArrayList<>();
    if (chance(random, 0.7)) {
      return changes;
    }
    while (chance(random, 0.9)) {
      long at = random.nextLong(lengthNanos);
      long until = at + random.nextLong(chance(random, 0.5) ? 500 * MILLI : lengthNanos);
      int path = random.nextInt(paths);
      changes.add(
          chance(random, 0.6)
              ? new Mishap.PathOut(at, path, until)
              : new Mishap.PathPause(at, path, until));
    }
    return changes;
  }

  private static boolean chance(RandomGenerator random, double probability) {
    return random.nextDouble() < probability;
  }

  private static String word(String name, double fraction) {
    return String.format(Locale.ROOT, " %s=%.1f%%", name, fraction * 100);
  }

  @Override
  public String toString() {
    StringBuilder out = new StringBuilder();
    out.append(
        String.format(
            Locale.ROOT,
            "%s, %d paths to %d ports, %d flows (%d named, %d ordered), %.0f/s, strangers %.0f/s,"
                + " for %.1f s%n  %s%n  client %s%n  server %s%n",
            mode,
            paths(),
            serverPorts,
            flows,
            namedFlows,
            orderedFlows,
            datagramsPerSecond,
            strangersPerSecond,
            lengthNanos / 1e9,
            keySettings,
            clientRepair,
            serverRepair));
    for (int path = 0; path < paths(); path++) {
      out.append("  path ").append(path).append(" up    ").append(up.get(path)).append('\n');
      out.append("  path ").append(path).append(" down  ").append(down.get(path)).append('\n');
    }
    mishaps.forEach(mishap -> out.append("  ").append(mishap).append('\n'));
    return out.toString();
  }
}
