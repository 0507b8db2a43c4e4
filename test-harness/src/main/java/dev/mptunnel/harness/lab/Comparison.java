package dev.mptunnel.harness.lab;

import dev.mptunnel.harness.link.LinkProperties;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Several tunnels on the same lines, taking turns, so that whatever else the machine does hits all
 * of them alike. Each turn has new processes.
 *
 * @param tunnels who takes part, in this order
 * @param sizes of the VPN's packets
 * @param bridges the program on the bridges
 * @param direction of the data
 * @param warmUpSeconds length of a transfer before each that is measured: a tunnel that has run for
 *     a while is what its user has, and a JVM is slow in its first seconds
 * @param seconds length of a transfer
 * @param runs turns of each
 */
public record Comparison(
    List<Tunnel> tunnels,
    OpenVpn.Sizes sizes,
    BridgeKind bridges,
    Direction direction,
    int warmUpSeconds,
    int seconds,
    int runs) {

  private static final Duration CONNECT_LIMIT = Duration.ofSeconds(60);
  private static final Duration QUIET_LIMIT = Duration.ofSeconds(5);

  public Comparison {
    tunnels = List.copyOf(tunnels);
  }

  /**
   * Runs all turns.
   *
   * @param onRun is told of each as it ends
   */
  public List<Run> measure(Topology topology, String congestionControl, Consumer<Run> onRun)
      throws IOException {
    List<Run> all = new ArrayList<>();
    for (int i = 0; i < runs; i++) {
      for (Tunnel tunnel : tunnels) {
        Run run = turn(topology, tunnel, congestionControl);
        onRun.accept(run);
        all.add(run);
      }
    }
    return all;
  }

  private Run turn(Topology topology, Tunnel tunnel, String congestionControl) throws IOException {
    if (tunnel.firstLine().isEmpty()) {
      return measureOne(topology, tunnel, congestionControl);
    }
    Line line = topology.lines().getFirst();
    LinkProperties up = line.properties(Direction.UP);
    LinkProperties down = line.properties(Direction.DOWN);
    line.become(tunnel.firstLine().get());
    try {
      return measureOne(topology, tunnel, congestionControl);
    } finally {
      line.become(Direction.UP, up);
      line.become(Direction.DOWN, down);
    }
  }

  private Run measureOne(Topology topology, Tunnel tunnel, String congestionControl)
      throws IOException {
    try {
      RunningTunnel running = RunningTunnel.start(topology, tunnel, bridges);
      Run run;
      try (running) {
        run = measureOne(topology, running, tunnel.name(), congestionControl);
      }
      return run.withRepair(running.repair());
    } catch (IOException e) {
      throw new IOException(tunnel.name() + ": " + e.getMessage(), e);
    }
  }

  private Run measureOne(
      Topology topology, RunningTunnel running, String name, String congestionControl)
      throws IOException {
    try (OpenVpn vpn = OpenVpn.connect(topology, running.entrance(), sizes, CONNECT_LIMIT)) {
      if (warmUpSeconds > 0) {
        Transfer.run(topology, direction, warmUpSeconds, congestionControl);
        settled(vpn);
      }
      LossCount inside = left(vpn);
      LossCount up = topology.up();
      LossCount down = topology.down();
      long queueDrops = topology.queueDrops();
      long tooBig = topology.tooBig();
      long replays = vpn.replayDrops();
      Usage used = running.usage();
      Transfer transfer = Transfer.run(topology, direction, seconds, congestionControl);
      used = running.usage().minus(used);
      LossCount lineUp = topology.up().minus(up);
      LossCount lineDown = topology.down().minus(down);
      queueDrops = topology.queueDrops() - queueDrops;
      tooBig = topology.tooBig() - tooBig;
      LossCount left = settled(vpn).minus(inside);
      return new Run(
          name,
          transfer,
          lineUp,
          lineDown,
          queueDrops,
          tooBig,
          vpn.replayDrops() - replays,
          used,
          left,
          vpn.connections(),
          List.of());
    }
  }

  /** The loss inside once nothing is on its way any more. */
  private LossCount settled(OpenVpn vpn) throws IOException {
    LossCount[] last = {left(vpn)};
    Wait.until(
        QUIET_LIMIT,
        "the VPN to fall quiet",
        () -> {
          Wait.pass(Duration.ofMillis(300));
          LossCount before = last[0];
          last[0] = left(vpn);
          return last[0].equals(before);
        });
    return last[0];
  }

  private LossCount left(OpenVpn vpn) throws IOException {
    return direction == Direction.UP ? vpn.up() : vpn.down();
  }
}
