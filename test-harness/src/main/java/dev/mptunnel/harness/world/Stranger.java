package dev.mptunnel.harness.world;

import dev.mptunnel.harness.sim.SimNetwork;
import dev.mptunnel.wire.Header;
import dev.mptunnel.wire.PacketType;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * Somebody who has no key but sees every packet, and sends them again, whole, mutated, or cut
 * short, to either end, from addresses of all kinds. To each address no more may be sent than came
 * from there, and never DATA.
 */
final class Stranger implements Watcher {

  private static final int MAX_RECORDED = 4_096;
  private static final int LATEST = 64;

  private final RandomGenerator random;
  private final List<byte[]> recorded = new ArrayList<>();
  private final Map<InetSocketAddress, Long> creditBytes = new HashMap<>();
  private long seen;
  private SimTunnel relaysIn;
  private int relayedPath;
  private int relayOver;

  Stranger(RandomGenerator random) {
    this.random = random;
  }

  @Override
  public void onTransmit(CoreNode node, InetSocketAddress remote, ByteBuffer packet) {
    Long credit = creditBytes.get(remote);
    if (credit != null) {
      if (packet.remaining() > credit) {
        throw new AssertionError(node + " sends a stranger more than came from there");
      }
      if (PacketType.type(packet.get(packet.position())) == PacketType.DATA) {
        throw new AssertionError(node + " sends a stranger DATA");
      }
      creditBytes.put(remote, credit - packet.remaining());
      return; // of no use to play back
    }
    byte[] bytes = new byte[packet.remaining()];
    packet.get(packet.position(), bytes);
    if (isRelayed(packet)) {
      SimTunnel tunnel = relaysIn;
      int over = relayOver;
      boolean toServer = PacketType.isFromInitiator(bytes[0]);
      SimNetwork network = tunnel.network();
      network.at(network.nowNanos(), () -> bring(tunnel, over, toServer, bytes));
    }
    if (seen < MAX_RECORDED) {
      recorded.add(bytes);
    } else {
      recorded.set((int) (seen % MAX_RECORDED), bytes);
    }
    seen++;
  }

  /**
   * Brings the PATH packets of one path over another one, too, and before they come by their own.
   */
  void relay(SimTunnel tunnel, int path, int over) {
    relaysIn = tunnel;
    relayedPath = path;
    relayOver = over;
  }

  /** Brings none any more. */
  void relayNothing() {
    relaysIn = null;
  }

  private boolean isRelayed(ByteBuffer packet) {
    return relaysIn != null
        && PacketType.type(packet.get(packet.position())) == PacketType.PATH
        && Header.path(packet) == relayedPath;
  }

  private static void bring(SimTunnel tunnel, int path, boolean toServer, byte[] packet) {
    InetSocketAddress server = tunnel.serverAddress(path);
    InetSocketAddress client = tunnel.shownAddress(path);
    tunnel.network().inject(toServer ? client : server, toServer ? server : client, packet, true);
  }

  /** Sends one packet that was seen before. */
  void act(SimTunnel tunnel) {
    if (recorded.isEmpty()) {
      return;
    }
    boolean toServer = random.nextDouble() < 0.7;
    int path = random.nextInt(tunnel.layout().paths());
    byte[] packet = choose();
    boolean whole = random.nextDouble() < 0.5;
    InetSocketAddress source = source(tunnel, path, toServer);
    InetSocketAddress to = toServer ? tunnel.serverAddress(path) : tunnel.shownAddress(path);
    byte[] sent = whole ? packet : spoil(packet.clone());
    if (creditBytes.containsKey(source) && namesTheSameSession(packet, sent)) {
      creditBytes.merge(source, (long) sent.length, Long::sum);
    }
    tunnel.network().inject(source, to, sent, whole);
  }

  private byte[] choose() {
    int size = recorded.size();
    return random.nextBoolean() || size <= LATEST
        ? recorded.get(random.nextInt(size))
        : recorded.get((int) ((seen - 1 - random.nextInt(LATEST)) % size));
  }

  /** Where the packet pretends to be from: an address of the stranger's, or the very path's. */
  private InetSocketAddress source(SimTunnel tunnel, int path, boolean toServer) {
    if (random.nextDouble() < 0.3) {
      return toServer ? tunnel.shownAddress(path) : tunnel.serverAddress(path);
    }
    InetSocketAddress own =
        new InetSocketAddress("203.0.113." + random.nextInt(4), 1_024 + random.nextInt(8));
    creditBytes.putIfAbsent(own, 0L);
    return own;
  }

  /** Who names no session that there may be gets no answer at all. */
  private static boolean namesTheSameSession(byte[] packet, byte[] sent) {
    return Arrays.equals(
        packet,
        Header.SESSION_ID_OFFSET,
        Header.EPOCH_OFFSET,
        Arrays.copyOf(sent, packet.length),
        Header.SESSION_ID_OFFSET,
        Header.EPOCH_OFFSET);
  }

  /** Makes another packet of it, no longer, and so that a check sum is sure to tell. */
  private byte[] spoil(byte[] packet) {
    switch (random.nextInt(3)) {
      case 0 -> packet[random.nextInt(packet.length)] ^= (byte) (1 << random.nextInt(8));
      case 1 -> {
        return Arrays.copyOf(packet, random.nextInt(packet.length));
      }
      default -> {
        int from = random.nextInt(Math.min(packet.length, Header.LENGTH));
        packet[from] ^= (byte) (1 + random.nextInt(255));
      }
    }
    return packet;
  }
}
