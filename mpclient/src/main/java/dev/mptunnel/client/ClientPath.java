package dev.mptunnel.client;

import dev.mptunnel.config.BridgeLine;
import dev.mptunnel.core.Path;
import dev.mptunnel.net.NameWatch;
import dev.mptunnel.net.PortOptions;
import dev.mptunnel.net.RouteWatch;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.concurrent.CompletableFuture;

/**
 * A way to the server: its socket, its name, and what else leads over its bridge. On the thread of
 * datagrams.
 */
final class ClientPath implements RouteWatch.Way {

  /** What a path's id is that is in no session. */
  static final int NONE = -1;

  private final ClientSession owner;
  private final BridgeLine line;
  private final PortOptions options;

  /** By which the endpoint knows its socket. */
  final int port;

  NameWatch name;
  ClientCarriers.Way carrier;

  /** That of the session that is to take the place of the one that there is; null if none is. */
  ClientCarriers.Way nextCarrier;

  /** Null where no application connects by TCP. */
  ClientStreams.Bridge tunnels;

  /** Its number in the session that there is. */
  int id = NONE;

  boolean isPaused;

  /** Whether it is to be taken out once another one answers. */
  boolean isLeaving;

  /** Done once it is known where its bridge is. */
  final CompletableFuture<Void> found = new CompletableFuture<>();

  ClientPath(ClientSession owner, BridgeLine line, PortOptions options, int port) {
    this.owner = owner;
    this.line = line;
    this.options = options;
    this.port = port;
  }

  /** What it was made of. */
  BridgeLine line() {
    return line;
  }

  /** Where its bridge is, or null while that is not known. */
  InetSocketAddress address() {
    return name.address();
  }

  @Override
  public String name() {
    return line.name();
  }

  @Override
  public InetAddress remote() {
    return address() == null ? null : address().getAddress();
  }

  @Override
  public PortOptions options() {
    return options;
  }

  @Override
  public boolean isUp() {
    Path its = id == NONE ? null : owner.current().path(id);
    return its != null && its.isUp() && its.isProven();
  }

  /** Whether the server answers over its bridge, by UDP or by TCP, and it may carry data. */
  boolean leadsToServer() {
    return !isPaused && (isUp() || carrier.isUp());
  }

  @Override
  public boolean stayOn(int interfaceIndex) {
    String device = deviceName(interfaceIndex);
    carrier.stayOn(device);
    if (nextCarrier != null) {
      nextCarrier.stayOn(device);
    }
    if (tunnels != null) {
      tunnels.stayOn(device);
    }
    return owner.stayOn(port, interfaceIndex);
  }

  /** Null for none, or one that has just gone. */
  private static String deviceName(int interfaceIndex) {
    try {
      NetworkInterface device =
          interfaceIndex == 0 ? null : NetworkInterface.getByIndex(interfaceIndex);
      return device == null ? null : device.getName();
    } catch (SocketException e) {
      return null;
    }
  }
}
