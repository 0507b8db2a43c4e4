package dev.mptunnel.harness.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What has been used up to a moment of a transfer.
 *
 * @param nanoTime of the moment
 * @param used by the competitor's programs
 * @param emulatorNanos the emulator's processor time
 * @param machine all processors' time, by the kernel's count
 * @param packets that each line has delivered in the direction of the data
 */
record TcpMeter(
    long nanoTime, Processors used, long emulatorNanos, Machine machine, List<Long> packets) {

  TcpMeter {
    packets = List.copyOf(packets);
  }

  /** Time of all processors together, in the kernel's ticks. */
  record Machine(long busyTicks, long totalTicks) {

    /** How many fields of {@code /proc/stat} are time; those of guests behind are in them. */
    private static final int FIELDS = 8;

    private static final int IDLE = 3;
    private static final int WAITING = 4;

    /** Reads the first line of {@code /proc/stat}, proc(5). */
    static Machine parse(String stat) {
      long[] ticks =
          Arrays.stream(stat.lines().findFirst().orElseThrow().split(" +"))
              .skip(1)
              .limit(FIELDS)
              .mapToLong(Long::parseLong)
              .toArray();
      long total = Arrays.stream(ticks).sum();
      return new Machine(total - ticks[IDLE] - ticks[WAITING], total);
    }

    double busyPercentSince(Machine earlier) {
      long total = totalTicks - earlier.totalTicks;
      return total == 0 ? 0 : 100.0 * (busyTicks - earlier.busyTicks) / total;
    }
  }

  static TcpMeter read(Topology topology, TcpCompetitor.Ready ready, Direction direction)
      throws IOException {
    List<Long> packets = new ArrayList<>();
    for (Line line : topology.lines()) {
      packets.add(line.counters(direction).delivered());
    }
    return new TcpMeter(
        System.nanoTime(),
        ready.used(),
        topology.emulatorNanos(),
        Machine.parse(Files.readString(Path.of("/proc/stat"))),
        packets);
  }

  /** The emulator's use of one processor since then, in percent. */
  double emulatorPercentSince(TcpMeter earlier) {
    return 100.0 * (emulatorNanos - earlier.emulatorNanos) / (nanoTime - earlier.nanoTime);
  }

  /** Each line's share of the packets that came since then, in percent. */
  List<Double> linePercentSince(TcpMeter earlier) {
    List<Long> came = new ArrayList<>();
    for (int i = 0; i < packets.size(); i++) {
      came.add(packets.get(i) - earlier.packets.get(i));
    }
    long total = came.stream().mapToLong(Long::longValue).sum();
    return came.stream().map(its -> total == 0 ? 0 : 100.0 * its / total).toList();
  }
}
