package dev.mptunnel.harness.load;

import dev.mptunnel.harness.emulator.Direction;
import dev.mptunnel.harness.emulator.UdpLink;
import dev.mptunnel.harness.link.Verdict;
import dev.mptunnel.wire.Header;
import dev.mptunnel.wire.PacketType;
import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;

/**
 * Which load datagrams were offered to a set of paths, and which of them any path let through: what
 * exactly a tunnel over them must deliver. May be used from any thread.
 *
 * <p>A datagram that comes to a path again was sent again: a tunnel sends the first copies once on
 * each path, and what it sends again is the same packet, with the same counter.
 *
 * <p>It looks for them inside the packets or, where these are sealed, counts: a tunnel that carries
 * one stream each way, none of it lost on its way in, has datagram 0 in its first DATA packet, and
 * so on. Either way a packet that is sent again, since every path had lost it, is known for what it
 * was before.
 */
public final class PathLedger {

  private record Stream(Direction direction, int id) {}

  /** Which sequence number the counter 0 of an epoch has. */
  private record EpochStart(Direction direction, int epoch) {}

  private static final int NOT_SEALED = -1;

  private final Map<Stream, BitSet> offered = new HashMap<>();
  private final Map<Stream, BitSet> passed = new HashMap<>();
  private final Map<Stream, BitSet> passedAtFirst = new HashMap<>();

  // Kept, since counting the bits for every datagram would take longer than carrying it.
  private final Map<Stream, Integer> offeredCounts = new HashMap<>();
  private final Map<Stream, Integer> passedCounts = new HashMap<>();

  private final int sealedStream;
  private final Map<EpochStart, Integer> epochStarts = new HashMap<>();

  /** A ledger of datagrams that can be read on the paths. */
  public PathLedger() {
    this(NOT_SEALED);
  }

  private PathLedger(int sealedStream) {
    this.sealedStream = sealedStream;
  }

  /** A ledger of a sealed tunnel that carries nothing but this stream, each way. */
  public static PathLedger ofSealed(int stream) {
    return new PathLedger(stream);
  }

  /** What to give to the {@link UdpLink} of one path; each path gets one of its own. */
  public UdpLink.Observer observer() {
    Map<Stream, BitSet> seen = new HashMap<>();
    return (direction, _, packet, verdict) -> note(seen, direction, packet, verdict);
  }

  /** Sequence numbers that came to any path; a copy. */
  public synchronized BitSet offered(Direction direction, int stream) {
    return copy(offered, direction, stream);
  }

  /** Sequence numbers of which any path let an intact copy through; a copy. */
  public synchronized BitSet passed(Direction direction, int stream) {
    return copy(passed, direction, stream);
  }

  /** Those of {@link #passed} whose first copy on a path was let through there; a copy. */
  public synchronized BitSet passedAtFirst(Direction direction, int stream) {
    return copy(passedAtFirst, direction, stream);
  }

  /** How many {@link #offered} has. */
  public synchronized int offeredCount(Direction direction, int stream) {
    return offeredCounts.getOrDefault(new Stream(direction, stream), 0);
  }

  /** How many {@link #passed} has. */
  public synchronized int passedCount(Direction direction, int stream) {
    return passedCounts.getOrDefault(new Stream(direction, stream), 0);
  }

  /**
   * @param seen what has come to this path before
   */
  private synchronized void note(
      Map<Stream, BitSet> seen, Direction direction, ByteBuffer packet, Verdict verdict) {
    if (sealedStream != NOT_SEALED) {
      if (PacketType.type(packet.get(packet.position())) == PacketType.DATA) {
        note(seen, new Stream(direction, sealedStream), sequence(direction, packet), verdict);
      }
      return;
    }
    LoadDatagram datagram = LoadDatagram.find(packet);
    if (datagram != null) {
      note(seen, new Stream(direction, datagram.stream()), datagram.sequence(), verdict);
    }
  }

  private void note(Map<Stream, BitSet> seen, Stream stream, int sequence, Verdict verdict) {
    boolean isFirst = add(seen, stream, sequence);
    if (add(offered, stream, sequence)) {
      offeredCounts.merge(stream, 1, Integer::sum);
    }
    if (!verdict.delivered()) {
      return;
    }
    if (add(passed, stream, sequence)) {
      passedCounts.merge(stream, 1, Integer::sum);
    }
    if (isFirst) {
      add(passedAtFirst, stream, sequence);
    }
  }

  private int sequence(Direction direction, ByteBuffer packet) {
    int start =
        epochStarts.computeIfAbsent(
            new EpochStart(direction, Header.epoch(packet)),
            _ -> offeredCount(direction, sealedStream));
    return start + (int) Header.dataCounter(packet);
  }

  /** Whether it was not there. */
  private static boolean add(Map<Stream, BitSet> sets, Stream stream, int sequence) {
    BitSet set = sets.computeIfAbsent(stream, _ -> new BitSet());
    boolean isNew = !set.get(sequence);
    set.set(sequence);
    return isNew;
  }

  private static BitSet copy(Map<Stream, BitSet> sets, Direction direction, int id) {
    BitSet set = sets.get(new Stream(direction, id));
    return set == null ? new BitSet() : (BitSet) set.clone();
  }
}
