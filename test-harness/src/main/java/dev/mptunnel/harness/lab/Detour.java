package dev.mptunnel.harness.lab;

import dev.mptunnel.harness.link.LinkProperties;
import java.io.IOException;

/**
 * Another way between a bridge and the server, over an emulated line. While it is taken, all
 * between these two goes over it, both ways; their addresses stay what they are. So only a path
 * that is to be bad costs the emulator's processor time, and only while it is. It is on this side
 * of the bridge, since mpclient would take the line's device for that of a VPN, and keep out of it.
 */
public final class Detour {

  /** What the bridge calls the line's device; the server adds the line's number. */
  static final String DEVICE = "detour";

  private final Line line;
  private final int number;
  private final Namespace bridge;
  private final Namespace server;

  /**
   * @param number of the line, from 1
   */
  Detour(Line line, int number, Namespace bridge, Namespace server) {
    this.line = line;
    this.number = number;
    this.bridge = bridge;
    this.server = server;
  }

  /**
   * Leads everything over the line.
   *
   * @param words what the line is like, both ways, as {@link LinkProperties} reads them
   */
  public void take(String words) throws IOException {
    line.become(LinkProperties.parse(words));
    bridge.ip("route add " + fromBridge());
    server.ip("route add " + fromServer());
  }

  /** Ends {@link #take}; what is under way still arrives. */
  public void leave() throws IOException {
    bridge.ip("route del " + fromBridge());
    server.ip("route del " + fromServer());
  }

  private String fromBridge() {
    return route(Topology.serverSideAddress(number, 1), DEVICE, 2);
  }

  private String fromServer() {
    return route(Topology.serverSideAddress(number, 2), DEVICE + number, 1);
  }

  private String route(String to, String device, int from) {
    return to + " dev " + device + " src " + Topology.serverSideAddress(number, from);
  }
}
