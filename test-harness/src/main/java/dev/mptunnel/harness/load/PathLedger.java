package dev.mptunnel.harness.load;

import dev.mptunnel.harness.emulator.Direction;
import dev.mptunnel.harness.emulator.UdpLink;
import dev.mptunnel.harness.link.Verdict;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;

/**
 * Which load datagrams were offered to a set of paths, and which of them any path let through: what
 * exactly a tunnel over them must deliver. It looks for them inside the packets, so the tunnel must
 * not be sealed. May be used from any thread.
 */
public final class PathLedger {

  private record Stream(Direction direction, int id) {}

  private final Map<Stream, BitSet> offered = new HashMap<>();
  private final Map<Stream, BitSet> passed = new HashMap<>();

  // Kept, since counting the bits for every datagram would take longer than carrying it.
  private final Map<Stream, Integer> offeredCounts = new HashMap<>();
  private final Map<Stream, Integer> passedCounts = new HashMap<>();

  /** What to give to the {@link UdpLink} of each path. */
  public UdpLink.Observer observer() {
    return this::note;
  }

  /** Sequence numbers that came to any path; a copy. */
  public synchronized BitSet offered(Direction direction, int stream) {
    return copy(offered, direction, stream);
  }

  /** Sequence numbers of which any path let an intact copy through; a copy. */
  public synchronized BitSet passed(Direction direction, int stream) {
    return copy(passed, direction, stream);
  }

  /** How many {@link #offered} has. */
  public synchronized int offeredCount(Direction direction, int stream) {
    return offeredCounts.getOrDefault(new Stream(direction, stream), 0);
  }

  /** How many {@link #passed} has. */
  public synchronized int passedCount(Direction direction, int stream) {
    return passedCounts.getOrDefault(new Stream(direction, stream), 0);
  }

  private synchronized void note(
      Direction direction, InetSocketAddress client, ByteBuffer packet, Verdict verdict) {
    LoadDatagram datagram = LoadDatagram.find(packet);
    if (datagram == null) {
      return;
    }
    Stream stream = new Stream(direction, datagram.stream());
    add(offered, offeredCounts, stream, datagram.sequence());
    if (verdict.delivered()) {
      add(passed, passedCounts, stream, datagram.sequence());
    }
  }

  private static void add(
      Map<Stream, BitSet> sets, Map<Stream, Integer> counts, Stream stream, int sequence) {
    BitSet set = sets.computeIfAbsent(stream, s -> new BitSet());
    if (!set.get(sequence)) {
      set.set(sequence);
      counts.merge(stream, 1, Integer::sum);
    }
  }

  private static BitSet copy(Map<Stream, BitSet> sets, Direction direction, int id) {
    BitSet set = sets.get(new Stream(direction, id));
    return set == null ? new BitSet() : (BitSet) set.clone();
  }
}
