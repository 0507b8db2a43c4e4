package dev.mptunnel.harness.scenario;

import dev.mptunnel.harness.lab.BridgeKind;
import dev.mptunnel.harness.lab.RunningTunnel;
import dev.mptunnel.harness.lab.Topology;
import dev.mptunnel.harness.lab.Tunnel;
import java.io.IOException;

/**
 * A way that a passenger may have to itself: each has a tunnel of its own over the same lines, so
 * that no one meets the packets of another but on the lines.
 */
enum Berth {
  OPENVPN("tunnel", BridgeKind.OURS),
  STREAMS("tunnel", BridgeKind.OURS),
  STREAMS_BESIDE("line 1", BridgeKind.SOCAT),
  WIREGUARD("tunnel", BridgeKind.OURS),
  WIREGUARD_BESIDE("line 1", BridgeKind.SOCAT);

  private final String way;
  private final BridgeKind bridges;

  Berth(String way, BridgeKind bridges) {
    this.way = way;
    this.bridges = bridges;
  }

  /** What tables call it. */
  String way() {
    return way;
  }

  /**
   * Starts what is there.
   *
   * @param kind who is to use it; the first, where several do
   */
  RunningTunnel open(Topology topology, PassengerKind kind) throws IOException {
    return RunningTunnel.start(topology, tunnel(kind), bridges, ordinal());
  }

  /** What is started: a tunnel that is told what it carries, or none. */
  Tunnel tunnel(PassengerKind kind) {
    return bridges == BridgeKind.OURS ? Tunnel.oursFor(kind.traffic()) : Tunnel.direct();
  }
}
