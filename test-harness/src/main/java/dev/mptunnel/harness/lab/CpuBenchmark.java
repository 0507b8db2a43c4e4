package dev.mptunnel.harness.lab;

import dev.mptunnel.harness.load.LoadPlan;
import dev.mptunnel.harness.loop.DatagramLoop;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What a datagram costs mpclient and mpserver, with no VPN, line or bridge around. All variants are
 * up at once and carry the stream in turn, a slice each, so that whatever else the machine does
 * hits all of them alike.
 *
 * @param perSecond datagrams a second
 * @param bytes of each
 * @param warmUpSeconds that each carries before what is measured, since a JVM starts slowly
 * @param seconds that each carries while it is measured
 * @param directory for logs; exists
 */
record CpuBenchmark(int perSecond, int bytes, int warmUpSeconds, int seconds, Path directory) {

  /** Long beside the kernel's ticks, short beside other people's builds. */
  private static final int SLICE_SECONDS = 2;

  /** Runs all variants with new processes; a result for each, in their order. */
  List<CpuRun> round(List<CpuVariant> variants, Direction direction) throws IOException {
    LoadPlan plan = new LoadPlan(perSecond, (warmUpSeconds + seconds) * perSecond, bytes);
    List<CpuTunnel> tunnels = new ArrayList<>();
    try (DatagramLoop loop = DatagramLoop.start("load")) {
      try {
        for (CpuVariant variant : variants) {
          tunnels.add(new CpuTunnel(loop, variant, direction, plan, directory));
        }
        carryInTurn(tunnels, warmUpSeconds);
        Usage[] used = carryInTurn(tunnels, seconds);
        List<CpuRun> runs = new ArrayList<>();
        for (int i = 0; i < tunnels.size(); i++) {
          runs.add(new CpuRun(variants.get(i).name(), used[i], tunnels.get(i).lost()));
        }
        return runs;
      } finally {
        tunnels.forEach(CpuTunnel::close);
      }
    }
  }

  /**
   * @return what each has used while it was its turn: what it does while it waits, such as showing
   *     how it goes, is not for the datagrams
   */
  private Usage[] carryInTurn(List<CpuTunnel> tunnels, int secondsEach) throws IOException {
    Usage[] used = new Usage[tunnels.size()];
    Arrays.fill(used, Usage.NONE);
    for (int done = 0; done < secondsEach; done += SLICE_SECONDS) {
      int slice = Math.min(SLICE_SECONDS, secondsEach - done);
      for (int i = 0; i < used.length; i++) {
        Usage before = tunnels.get(i).usage();
        tunnels.get(i).carry(slice * perSecond);
        used[i] = used[i].plus(tunnels.get(i).usage().minus(before));
      }
    }
    return used;
  }
}
