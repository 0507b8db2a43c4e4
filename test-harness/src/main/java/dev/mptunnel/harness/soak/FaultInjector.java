package dev.mptunnel.harness.soak;

import dev.mptunnel.harness.lab.Daemon;
import dev.mptunnel.harness.lab.ForgetfulNat;
import dev.mptunnel.harness.lab.Namespace;
import dev.mptunnel.harness.lab.RunningTunnel;
import dev.mptunnel.harness.lab.Topology;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Does to hosts and programs what a fault says, and takes it back. */
final class FaultInjector {

  /** What the client's host calls a line, with its number; a bridge's host without. */
  private static final String DEVICE = "line";

  private static final String DEAF =
      "table inet deaf_%s { chain arriving { type filter hook prerouting priority -400;"
          + " iifname \"%s\" drop; }; }";

  /** As a firewall does that was told to, or a router that has lost its connections. */
  private static final String RESETS =
      "table inet resets { chain arriving { type filter hook input priority 0;"
          + " iifname \"line\" meta l4proto tcp reject with tcp reset; }; }";

  private final Topology topology;
  private final RunningTunnel tunnel;
  private final List<ForgetfulNat> nats = new ArrayList<>();

  FaultInjector(Topology topology, RunningTunnel tunnel) {
    this.topology = topology;
    this.tunnel = tunnel;
    for (int path = 1; path <= topology.bridges().size(); path++) {
      nats.add(new ForgetfulNat(topology.client(), DEVICE + path));
    }
  }

  /** Begins it. */
  void begin(Fault fault) throws IOException {
    int path = fault.path();
    switch (fault.kind()) {
      case CUT -> {
        deafen(bridge(path), DEVICE);
        deafen(topology.client(), DEVICE + path);
      }
      case CUT_UP -> deafen(bridge(path), DEVICE);
      case CUT_DOWN -> deafen(topology.client(), DEVICE + path);
      case BURSTS, DELAY, MTU -> topology.detours().get(path - 1).take(fault.words());
      case REBIND -> nats.get(path - 1).forget();
      case RESETS -> bridge(path).run("nft", RESETS);
      case STOP_BRIDGE -> signal(path, "STOP");
      case KILL_BRIDGE -> tunnel.bridges().get(path - 1).kill();
      case KILL_SERVER -> tunnel.server().kill();
      case KILL_CLIENT -> tunnel.client().kill();
    }
  }

  /** Takes it back: a program that was killed is there again when this returns. */
  void end(Fault fault) throws IOException {
    int path = fault.path();
    switch (fault.kind()) {
      case CUT -> {
        hear(bridge(path), DEVICE);
        hear(topology.client(), DEVICE + path);
      }
      case CUT_UP -> hear(bridge(path), DEVICE);
      case CUT_DOWN -> hear(topology.client(), DEVICE + path);
      case BURSTS, DELAY, MTU -> topology.detours().get(path - 1).leave();
      case REBIND -> {}
      case RESETS -> bridge(path).run("nft", "delete table inet resets");
      case STOP_BRIDGE -> signal(path, "CONT");
      case KILL_BRIDGE -> tunnel.startBridge(path);
      case KILL_SERVER -> tunnel.startServer();
      case KILL_CLIENT -> tunnel.startClient();
    }
  }

  /** Drops what comes in by a device, before anything else sees it. */
  private static void deafen(Namespace host, String device) throws IOException {
    host.run("nft", String.format(Locale.ROOT, DEAF, device, device));
  }

  private static void hear(Namespace host, String device) throws IOException {
    host.run("nft", "delete table inet deaf_" + device);
  }

  private Namespace bridge(int path) {
    return topology.bridges().get(path - 1);
  }

  private void signal(int path, String name) throws IOException {
    Daemon bridge = tunnel.bridges().get(path - 1);
    bridge(path).run("kill", "-" + name, Long.toString(bridge.pid()));
  }
}
