package dev.mptunnel.harness.world;

import dev.mptunnel.core.CloseReason;
import dev.mptunnel.core.Event;
import dev.mptunnel.core.Flow;
import dev.mptunnel.wire.DataFrames;
import dev.mptunnel.wire.Header;
import dev.mptunnel.wire.PacketType;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Follows every datagram of an unsealed tunnel and knows what must come of it:
 *
 * <ul>
 *   <li>what an application submits goes out in one DATA packet, unchanged, the same bytes on every
 *       path;
 *   <li>the first intact copy of a packet that reaches an end which has its epoch is delivered, at
 *       once, to its flow, unchanged;
 *   <li>nothing else is ever delivered: no second copy, no damaged one, none of a former life.
 * </ul>
 *
 * <p>Which epochs an end has, it knows from the answers to handshakes on the wire and from the
 * session's events. Where an end is free to have forgotten an epoch, either is right; such {@link
 * #undecided} cases are counted, and must stay rare for a run to mean anything.
 */
final class DeliveryOracle {

  private static final long PENDING_NANOS = 10_000_000_000L;
  private static final long PREVIOUS_NANOS = 30_000_000_000L;
  private static final int PENDING_PER_SESSION = 4;

  private record Submitted(Flow flow, byte[] payload) {}

  private record PacketName(EpochKey key, boolean fromInitiator, long counter) {}

  /** A DATA packet; {@code flow} is below 0 if it carries no datagram. */
  private record Sent(byte[] bytes, int flow, byte[] payload, Set<CoreNode> takenBy) {}

  /** The epochs that one end has of one session. */
  private static final class Held {
    private EpochKey current;
    private EpochKey previous;
    private long openedNanos;
    private final Set<EpochKey> ever = new HashSet<>();
  }

  private record End(CoreNode node, long sessionId) {}

  private enum Duty {
    MUST,
    MAY,
    MUST_NOT
  }

  private final LongSupplier clock;
  private final List<EpochKey> keys = new ArrayList<>();
  private final Map<PacketName, Sent> packets = new HashMap<>();
  private final Map<End, Held> held = new HashMap<>();
  private final Map<CoreNode, Deque<Submitted>> unsent = new HashMap<>();

  // What the arrival that is being handled must lead to.
  private ByteBuffer arriving;
  private EpochKey arrivingKey;
  private Sent arrivingPacket;
  private Duty duty = Duty.MUST_NOT;

  private long submitted;
  private long delivered;
  private long undecided;

  private Consumer<CoreNode> listener = node -> {};

  DeliveryOracle(LongSupplier clock) {
    this.clock = clock;
  }

  /** Datagrams that applications submitted. */
  long submitted() {
    return submitted;
  }

  /** Datagrams that were delivered. */
  long delivered() {
    return delivered;
  }

  /** Arrivals that might or might not have been delivered. */
  long undecided() {
    return undecided;
  }

  /** Datagrams of this node that have left in no packet. */
  int unsent(CoreNode node) {
    return unsent.getOrDefault(node, new ArrayDeque<>()).size();
  }

  void onSubmit(CoreNode node, Flow flow, ByteBuffer payload) {
    submitted++;
    unsent.computeIfAbsent(node, n -> new ArrayDeque<>()).add(new Submitted(flow, bytes(payload)));
  }

  void onTransmit(CoreNode node, ByteBuffer packet) {
    switch (PacketType.type(packet.get(packet.position()))) {
      case PacketType.HANDSHAKE_RESPONSE -> {
        if (keys.stream().noneMatch(key -> key.isFrom(packet))) {
          keys.add(new EpochKey(packet, node, clock.getAsLong()));
        }
      }
      case PacketType.DATA -> onData(node, packet);
      default -> {}
    }
  }

  private void onData(CoreNode node, ByteBuffer packet) {
    if (keys.stream().anyMatch(key -> sent(key, packet) != null)) {
      return; // a further copy
    }
    EpochKey key =
        keys.stream()
            .filter(k -> k.opens(packet))
            .findFirst()
            .orElseThrow(() -> new AssertionError(node + " sent DATA of no epoch there is"));
    Sent sent = parse(packet);
    if (packets.putIfAbsent(name(key, packet), sent) != null) {
      throw new AssertionError(node + " used a counter twice: " + name(key, packet).counter);
    }
    if (sent.flow >= 0) {
      leave(node, key.sessionId(), sent);
    }
  }

  private void leave(CoreNode node, long sessionId, Sent sent) {
    Iterator<Submitted> waiting = unsent.getOrDefault(node, new ArrayDeque<>()).iterator();
    while (waiting.hasNext()) {
      Submitted next = waiting.next();
      if (next.flow.id() == sent.flow
          && next.flow.session().id() == sessionId
          && Arrays.equals(next.payload, sent.payload)) {
        waiting.remove();
        return;
      }
    }
    throw new AssertionError(node + " sent what no application gave to flow " + sent.flow);
  }

  /** A copy reaches the node, which handles it until {@link #afterArrival}. */
  void onArrival(CoreNode node, boolean intact, ByteBuffer packet) {
    arriving = packet;
    arrivingKey = null;
    arrivingPacket = null;
    duty = Duty.MUST_NOT;
    if (!intact) {
      return;
    }
    int type = PacketType.type(packet.get(packet.position()));
    for (EpochKey key : keys) {
      boolean isOfKey =
          switch (type) {
            case PacketType.HANDSHAKE_RESPONSE -> key.isFrom(packet);
            case PacketType.DATA -> sent(key, packet) != null;
            default -> key.opens(packet);
          };
      if (isOfKey) {
        arrivingKey = key;
      }
    }
    if (type == PacketType.DATA) {
      arrivingPacket = sent(arrivingKey, packet);
      boolean taken = arrivingPacket.takenBy.contains(node) || arrivingPacket.flow < 0;
      duty = taken ? Duty.MUST_NOT : duty(node, arrivingKey);
      undecided += duty == Duty.MAY ? 1 : 0;
    }
  }

  void onDeliver(CoreNode node, Flow flow, ByteBuffer payload) {
    if (duty == Duty.MUST_NOT) {
      throw new AssertionError(
          node
              + " delivered to flow "
              + flow
              + " what it must not: "
              + (arriving == null ? "nothing arrived" : Packets.describe(arriving)));
    }
    boolean right =
        flow.id() == arrivingPacket.flow
            && flow.session().id() == arrivingKey.sessionId()
            && ByteBuffer.wrap(arrivingPacket.payload).equals(payload);
    if (!right) {
      throw new AssertionError(
          node + " delivered to " + flow + " altered or astray: " + Packets.describe(arriving));
    }
    arrivingPacket.takenBy.add(node);
    duty = Duty.MUST_NOT;
    delivered++;
    listener.accept(node);
  }

  /** Tells of each delivery from now on, and at which node. */
  void whenDelivered(Consumer<CoreNode> listener) {
    this.listener = listener;
  }

  void afterArrival(CoreNode node) {
    if (duty == Duty.MUST) {
      throw new AssertionError(
          node + " did not deliver the first intact copy of " + Packets.describe(arriving));
    }
    arriving = null;
    duty = Duty.MUST_NOT;
  }

  void onEvent(CoreNode node, Event event) {
    End end = new End(node, event.session().id());
    switch (event) {
      case Event.SessionOpened opened -> {
        Held epochs = held.computeIfAbsent(end, e -> new Held());
        epochs.previous = epochs.current;
        epochs.current = arrivingKey;
        epochs.openedNanos = clock.getAsLong();
        if (!epochs.ever.add(arrivingKey)) {
          throw new AssertionError(node + " went back to an epoch that it had left");
        }
      }
      case Event.SessionClosed(var session, CloseReason reason) -> {
        if (!session.isInitiator()) {
          held.remove(end);
        }
      }
      default -> {}
    }
  }

  private Duty duty(CoreNode node, EpochKey key) {
    Held epochs = held.getOrDefault(new End(node, key.sessionId()), new Held());
    long now = clock.getAsLong();
    if (key == epochs.current
        || (key == epochs.previous && now - epochs.openedNanos < PREVIOUS_NANOS)
        || isPending(node, key, now)) {
      return Duty.MUST;
    }
    return key.responder() == node || epochs.ever.contains(key) ? Duty.MAY : Duty.MUST_NOT;
  }

  /**
   * Whether the node has answered the key's handshake lately and still waits for its first packet.
   */
  private boolean isPending(CoreNode node, EpochKey key, long now) {
    long newer =
        keys.subList(keys.indexOf(key) + 1, keys.size()).stream()
            .filter(other -> other.sessionId() == key.sessionId() && other.responder() == node)
            .count();
    return key.responder() == node
        && now - key.answeredNanos() < PENDING_NANOS
        && newer < PENDING_PER_SESSION;
  }

  /** The packet of this key that has these very bytes, or null. */
  private Sent sent(EpochKey key, ByteBuffer packet) {
    Sent sent = key.isNamedBy(packet) ? packets.get(name(key, packet)) : null;
    return sent != null && ByteBuffer.wrap(sent.bytes).equals(packet) ? sent : null;
  }

  private static PacketName name(EpochKey key, ByteBuffer packet) {
    boolean fromInitiator = PacketType.isFromInitiator(packet.get(packet.position()));
    return new PacketName(key, fromInitiator, Header.dataCounter(packet));
  }

  private static Sent parse(ByteBuffer packet) {
    int[] flow = {-1};
    byte[][] payload = {{}};
    boolean wellFormed =
        DataFrames.read(
            Packets.frames(packet),
            new DataFrames.Handler() {
              @Override
              public void onDatagram(int id, ByteBuffer bytes) {
                flow[0] = id;
                payload[0] = bytes(bytes);
              }

              @Override
              public void onClose(int reason) {}
            });
    if (!wellFormed) {
      throw new AssertionError("sent malformed frames: " + Packets.describe(packet));
    }
    return new Sent(bytes(packet), flow[0], payload[0], new HashSet<>());
  }

  private static byte[] bytes(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.get(buffer.position(), bytes);
    return bytes;
  }
}
