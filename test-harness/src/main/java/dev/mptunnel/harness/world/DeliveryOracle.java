package dev.mptunnel.harness.world;

import dev.mptunnel.core.CloseReason;
import dev.mptunnel.core.Event;
import dev.mptunnel.core.Flow;
import dev.mptunnel.core.RepairReport;
import dev.mptunnel.core.Session;
import dev.mptunnel.wire.DataFrames;
import dev.mptunnel.wire.Header;
import dev.mptunnel.wire.Limits;
import dev.mptunnel.wire.PacketType;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Follows every datagram of a tunnel and knows what must come of it:
 *
 * <ul>
 *   <li>what an application submits goes out in one DATA packet, or in pieces in several,
 *       unchanged, the same bytes on every path;
 *   <li>the first intact copy of a packet that reaches an end which has its epoch, whoever brings
 *       it, and whether it was sent for the first time or again, is delivered to its flow,
 *       unchanged; of pieces the whole datagram is, with the last of them, if it comes soon enough
 *       after the first;
 *   <li>that is at once, but on a flow that wants its order, where it may wait for others, for no
 *       longer than it may;
 *   <li>there, what one life of a flow sends comes out of one life of the other end's in that
 *       order, except as often as that end owns up to;
 *   <li>of a flow with a named target, that holds for an end that opened the flow if it knows it,
 *       or if the packet says the name;
 *   <li>nothing else is ever delivered: no second copy, no damaged one, none of a former life, none
 *       under keys that are too old.
 * </ul>
 *
 * <p>Which epochs an end has, it knows from the {@link Keyring}, from the session's events, and
 * from how long keys live. Where an end is free to have forgotten an epoch, either is right; such
 * {@link #undecided} cases are counted, and must stay rare for a run to mean anything.
 */
final class DeliveryOracle implements Watcher {

  private static final long PENDING_NANOS = 10_000_000_000L;
  private static final long PREVIOUS_NANOS = 180_000_000_000L;
  private static final int PENDING_PER_SESSION = 4;
  private static final long PIECES_NANOS = 2_000_000_000L;

  /** What was waited for leaves a few at a time. */
  private static final long LEAVING_NANOS = 500_000_000L;

  private record Submitted(Flow flow, byte[] payload) {}

  private record PacketName(EpochKey key, boolean fromInitiator, long counter) {}

  /**
   * A DATA packet.
   *
   * @param datagram the one that is in it, or of which a piece is; null if it carries none
   * @param isNamed whether it says the name of the flow's target
   */
  private record Sent(byte[] bytes, Datagram datagram, boolean isNamed, Set<CoreNode> takenBy) {}

  private record DatagramName(EpochKey key, boolean fromInitiator, long id) {}

  /** What has come of a datagram's pieces at one end. */
  private static final class Progress {
    private int pieces;
    private long firstAtNanos = Long.MAX_VALUE;
    private boolean doubtful;
    private Expectation expected;
  }

  /** A datagram in one packet or several. */
  private static final class Datagram {
    private final int flow;
    private final boolean ordered;
    private final byte[][] pieces;
    private final Map<CoreNode, Progress> arrived = new HashMap<>();
    private int missing;
    private Flow source;
    private long number;

    private Datagram(int flow, boolean ordered, int count) {
      this.flow = flow;
      this.ordered = ordered;
      pieces = new byte[count][];
      missing = count;
    }

    private void put(int index, byte[] piece) {
      if (pieces[index] != null) {
        throw new AssertionError("piece " + index + " of a datagram was sent again");
      }
      pieces[index] = piece;
      missing--;
    }

    private Progress progress(CoreNode node) {
      return arrived.computeIfAbsent(node, any -> new Progress());
    }

    private Expectation expected(CoreNode node) {
      Progress progress = progress(node);
      if (progress.expected == null) {
        boolean waits = ordered && node.longestHoldNanos() > 0;
        progress.expected = new Expectation(source, number, payload(), waits);
      }
      return progress.expected;
    }

    private byte[] payload() {
      ByteBuffer payload =
          ByteBuffer.allocate(Arrays.stream(pieces).mapToInt(piece -> piece.length).sum());
      Arrays.stream(pieces).forEach(payload::put);
      return payload.array();
    }
  }

  /** The epochs that one end has of one session, with times on its clock. */
  private static final class Held {
    private EpochKey current;
    private long currentEndsNanos;
    private EpochKey previous;
    private long previousEndsNanos;
  }

  private record End(CoreNode node, long sessionId) {}

  private record FlowName(CoreNode node, long sessionId, int id) {}

  private enum Duty {
    MUST,
    MAY,
    MUST_NOT
  }

  private final Keyring keys;
  private final Packets words;
  private final long keysDieAfterNanos;
  private final Map<PacketName, Sent> packets = new HashMap<>();
  private final Map<DatagramName, Datagram> inPieces = new HashMap<>();
  private final Map<End, Held> held = new HashMap<>();
  private final Map<CoreNode, Deque<Submitted>> unsent = new HashMap<>();
  private final Map<CoreNode, Set<EpochKey>> confirmed = new HashMap<>();
  private final Set<FlowName> forgottenFlows = new HashSet<>();
  private final Set<FlowName> openedFlows = new HashSet<>();
  private final Map<FlowName, FlowJudge> judges = new HashMap<>();
  private final Map<Session, Long> overtakenOf = new HashMap<>();
  private final Map<Session, Long> rebuiltOf = new HashMap<>();

  // What the arrival that is being handled must lead to.
  private ByteBuffer arriving;
  private EpochKey arrivingKey;
  private Sent arrivingPacket;
  private Expectation expected;
  private boolean leadsNowhere;

  private long submitted;
  private long arrived;
  private long begun;
  private long left;
  private long delivered;
  private long overtaken;
  private long undecided;

  private Consumer<CoreNode> listener = node -> {};

  /**
   * @param keysDieAfterNanos the age at which ends forget keys; {@code Long.MAX_VALUE} for never
   */
  DeliveryOracle(Keyring keys, long keysDieAfterNanos) {
    this.keys = keys;
    this.words = new Packets(keys);
    this.keysDieAfterNanos = keysDieAfterNanos;
  }

  /** Datagrams that applications submitted. */
  long submitted() {
    return submitted;
  }

  /** Datagrams of which the first intact copy came to an end that had to deliver it. */
  long arrived() {
    return arrived;
  }

  /** Those delivered that were put together from others and a parity. */
  long rebuilt() {
    return rebuiltOf.values().stream().mapToLong(Long::longValue).sum();
  }

  /** Datagrams of which anything came to an end that had to take it. */
  long begun() {
    return begun;
  }

  /** Datagrams that were delivered. */
  long delivered() {
    return delivered;
  }

  /** Datagrams of flows that want their order that came after one that was sent behind them. */
  long overtaken() {
    return overtaken;
  }

  /** Arrivals that might or might not have been delivered. */
  long undecided() {
    return undecided;
  }

  /** Datagrams of this node that have left in no packet. */
  int unsent(CoreNode node) {
    return unsent.getOrDefault(node, new ArrayDeque<>()).size();
  }

  /** Tells of each delivery from now on, and at which node. */
  void whenDelivered(Consumer<CoreNode> listener) {
    this.listener = listener;
  }

  @Override
  public void onSubmit(CoreNode node, Flow flow, ByteBuffer payload) {
    submitted++;
    unsent.computeIfAbsent(node, n -> new ArrayDeque<>()).add(new Submitted(flow, bytes(payload)));
  }

  @Override
  public void onTransmit(CoreNode node, InetSocketAddress remote, ByteBuffer packet) {
    boolean isData = PacketType.type(packet.get(packet.position())) == PacketType.DATA;
    if (!isData || sent(packet) != null) {
      return; // or a further copy
    }
    EpochKey key = keys.of(packet);
    if (key == null) {
      throw new AssertionError(node + " sent DATA of no epoch there is");
    }
    Sent sent = parse(packet, key);
    if (packets.putIfAbsent(name(key, packet), sent) != null) {
      throw new AssertionError(node + " used a counter twice: " + name(key, packet).counter);
    }
    if (sent.datagram != null && sent.datagram.missing == 0) {
      leave(node, key.sessionId(), sent.datagram);
    }
  }

  private void leave(CoreNode node, long sessionId, Datagram datagram) {
    byte[] payload = datagram.payload();
    Iterator<Submitted> waiting = unsent.getOrDefault(node, new ArrayDeque<>()).iterator();
    while (waiting.hasNext()) {
      Submitted next = waiting.next();
      if (next.flow.id() == datagram.flow
          && next.flow.session().id() == sessionId
          && Arrays.equals(next.payload, payload)) {
        waiting.remove();
        datagram.source = next.flow;
        datagram.number = left++;
        return;
      }
    }
    throw new AssertionError(node + " sent what no application gave to flow " + datagram.flow);
  }

  @Override
  public void onArrival(CoreNode node, boolean intact, ByteBuffer packet) {
    arriving = ByteBuffer.wrap(bytes(packet)); // kept, since the node may change it
    arrivingKey = null;
    arrivingPacket = null;
    expected = null;
    leadsNowhere = false;
    if (intact && PacketType.type(packet.get(packet.position())) == PacketType.DATA) {
      arrivingKey = keyOfSent(packet);
      arrivingPacket = sent(packet);
      boolean isForNode = isFromInitiator(packet) == (arrivingKey.responder() == node);
      if (isForNode && arrivingPacket.datagram != null) {
        FlowName flow = new FlowName(node, arrivingKey.sessionId(), arrivingPacket.datagram.flow);
        Duty ofPacket = duty(node, arrivingKey);
        leadsNowhere =
            ofPacket != Duty.MUST_NOT
                && !arrivingPacket.takenBy.contains(node)
                && isNameMissing(node, arrivingPacket, flow);
        Duty ofDatagram = withOthers(node, leadsNowhere ? Duty.MUST_NOT : ofPacket);
        expect(node, flow, forgottenFlows.contains(flow) ? Duty.MUST_NOT : ofDatagram);
      }
    }
  }

  private void expect(CoreNode node, FlowName flow, Duty duty) {
    undecided += duty == Duty.MAY ? 1 : 0;
    arrived += duty == Duty.MUST ? 1 : 0;
    if (duty != Duty.MUST_NOT) {
      expected = arrivingPacket.datagram.expected(node);
      expected.come(node, duty == Duty.MUST);
      judges.computeIfAbsent(flow, any -> new FlowJudge()).come(expected);
    }
  }

  private boolean isNameMissing(CoreNode node, Sent packet, FlowName flow) {
    return packet.datagram.flow >= Limits.FIRST_NAMED_FLOW
        && arrivingKey.responder() == node
        && !packet.isNamed
        && !openedFlows.contains(flow);
  }

  @Override
  public void onDeliver(CoreNode node, Flow flow, ByteBuffer payload) {
    FlowJudge judge = judges.computeIfAbsent(name(node, flow), any -> new FlowJudge());
    Expectation datagram = judge.take(payload);
    if (datagram == null && rebuild(node, flow, payload)) {
      datagram = judge.take(payload);
    }
    if (datagram == null) {
      throw new AssertionError(
          node
              + " delivered to flow "
              + flow
              + " what it must not, twice, altered or astray: "
              + (arriving == null ? "nothing arrived" : words.describe(arriving)));
    }
    if (datagram.hasWaited(node, longestWaitNanos(node))) {
      throw new AssertionError(node + " let wait for too long on " + flow + datagram);
    }
    datagram.setDelivered();
    if (datagram.waits() && flow.isOrdered() && judge.isOvertaken(datagram)) {
      countOvertaken(node, flow.session());
    }
    delivered++;
    listener.accept(node);
  }

  /**
   * A packet may have been put together from others and a parity, and so need not have come; as
   * many as the session owns up to, with those that came to so after they had been given up.
   *
   * @return whether one that was sent has this content, and has not come
   */
  private boolean rebuild(CoreNode node, Flow flow, ByteBuffer payload) {
    RepairReport repair = flow.session().report().repair();
    if (rebuiltOf.merge(flow.session(), 1L, Long::sum) > repair.rebuilt() + repair.givenUp()) {
      return false;
    }
    for (Map.Entry<PacketName, Sent> each : packets.entrySet()) {
      EpochKey key = each.getKey().key;
      Datagram datagram = each.getValue().datagram;
      if (datagram != null
          && datagram.flow == flow.id()
          && datagram.missing == 0
          && key.sessionId() == flow.session().id()
          && each.getKey().fromInitiator == (key.responder() == node)
          && !each.getValue().takenBy.contains(node)
          && duty(node, key) != Duty.MUST_NOT
          && ByteBuffer.wrap(datagram.payload()).equals(payload)) {
        Expectation rebuilt = datagram.expected(node);
        if (!rebuilt.isDelivered()) {
          rebuilt.come(node, false);
          judges.get(name(node, flow)).come(rebuilt);
          takeAll(node, datagram);
          return true;
        }
      }
    }
    return false;
  }

  /** Whatever comes of this datagram from now on is a copy. */
  private void takeAll(CoreNode node, Datagram datagram) {
    for (Sent each : packets.values()) {
      if (each.datagram == datagram) {
        each.takenBy.add(node);
      }
    }
  }

  private static long longestWaitNanos(CoreNode node) {
    return node.longestHoldNanos() + LEAVING_NANOS;
  }

  /** One was delivered late: the session must have said so by now. */
  private void countOvertaken(CoreNode node, Session session) {
    overtaken++;
    long ofSession = overtakenOf.merge(session, 1L, Long::sum);
    long late = session.report().repair().late();
    if (ofSession > late) {
      throw new AssertionError(
          node + " delivered " + ofSession + " out of order, and owns up to " + late);
    }
  }

  @Override
  public void afterArrival(CoreNode node) {
    if (expected != null && !expected.isDelivered() && !expected.waits()) {
      if (expected.isCertain()) {
        throw new AssertionError(
            node + " did not deliver the first intact copy of " + words.describe(arriving));
      }
      judges.get(flowOfArriving(node)).forget(expected);
    }
    if (leadsNowhere && holds(node, arrivingKey)) {
      arrivingPacket.takenBy.add(node); // and dropped; so are its copies, whatever is known by then
    }
    arriving = null;
    expected = null;
    judgeWaiting(node);
  }

  /** Nothing has waited at this node for longer than it may. */
  void judgeWaiting(CoreNode node) {
    judges.forEach(
        (flow, judge) -> {
          for (Expectation datagram : judge.waiting()) {
            if (flow.node == node
                && datagram.isCertain()
                && datagram.hasWaited(node, longestWaitNanos(node))) {
              throw new AssertionError(node + " lets wait for too long on " + flow.id + datagram);
            }
          }
        });
  }

  private FlowName flowOfArriving(CoreNode node) {
    return new FlowName(node, arrivingKey.sessionId(), arrivingPacket.datagram.flow);
  }

  /** What waited on a flow that an end forgets has been delivered by now. */
  private void closeJudge(CoreNode node, Flow flow) {
    FlowJudge judge = judges.remove(name(node, flow));
    if (judge == null) {
      return;
    }
    for (Expectation datagram : judge.waiting()) {
      if (datagram.isCertain() && datagram != expected) {
        throw new AssertionError(node + " forgot what waited on " + flow + datagram);
      }
    }
    if (judge.waiting().contains(expected)) {
      FlowJudge next = new FlowJudge();
      next.come(expected);
      judges.put(name(node, flow), next);
    }
  }

  private boolean holds(CoreNode node, EpochKey key) {
    Held epochs = held.getOrDefault(new End(node, key.sessionId()), new Held());
    return key == epochs.current || key == epochs.previous;
  }

  @Override
  public void onEvent(CoreNode node, Event event) {
    switch (event) {
      case Event.SessionOpened opened -> onOpened(node, opened.session().id());
      case Event.SessionClosed(var session, CloseReason reason) -> {
        if (!session.isInitiator()) {
          held.remove(new End(node, session.id()));
        }
      }
      case Event.FlowOpened(Flow flow) -> openedFlows.add(name(node, flow));
      case Event.FlowClosed(Flow flow) -> {
        closeJudge(node, flow);
        openedFlows.remove(name(node, flow));
        if (flow.session().isInitiator()) { // the other end would open it again
          forgottenFlows.add(name(node, flow));
        }
      }
      default -> {}
    }
  }

  private void onOpened(CoreNode node, long sessionId) {
    EpochKey key = arrivingKey != null ? arrivingKey : keys.of(arriving);
    if (key == null || key.sessionId() != sessionId) {
      throw new AssertionError(node + " opened an epoch by " + words.describe(arriving));
    }
    if (!confirmed.computeIfAbsent(node, n -> new HashSet<>()).add(key)) {
      throw new AssertionError(node + " went back to an epoch that it had left");
    }
    long now = node.clockNanos();
    Held epochs = held.computeIfAbsent(new End(node, sessionId), end -> new Held());
    epochs.previous = epochs.current;
    epochs.previousEndsNanos = Math.min(epochs.currentEndsNanos, now + PREVIOUS_NANOS);
    epochs.current = key;
    epochs.currentEndsNanos =
        keysDieAfterNanos == Long.MAX_VALUE ? Long.MAX_VALUE : now + keysDieAfterNanos;
  }

  private Duty duty(CoreNode node, EpochKey key) {
    Held epochs = held.getOrDefault(new End(node, key.sessionId()), new Held());
    long now = node.clockNanos();
    if (key == epochs.current) {
      return now < epochs.currentEndsNanos ? Duty.MUST : Duty.MUST_NOT;
    }
    if (key == epochs.previous) {
      return now < epochs.previousEndsNanos ? Duty.MUST : Duty.MUST_NOT;
    }
    return key.responder() == node ? pendingDuty(node, key, now) : Duty.MUST_NOT;
  }

  /**
   * What the end must do with a whole datagram when the packet that now arrives, which the end
   * opens as this duty says, brings a piece of it.
   */
  private Duty withOthers(CoreNode node, Duty ofPiece) {
    Datagram datagram = arrivingPacket.datagram;
    Progress progress = datagram.progress(node);
    boolean isDelivered = progress.expected != null && progress.expected.isDelivered();
    if (ofPiece == Duty.MUST_NOT || isDelivered || arrivingPacket.takenBy.contains(node)) {
      return Duty.MUST_NOT;
    }
    long now = node.clockNanos();
    begun += progress.firstAtNanos == Long.MAX_VALUE ? 1 : 0;
    progress.firstAtNanos = Math.min(progress.firstAtNanos, now);
    progress.doubtful |= ofPiece == Duty.MAY || now - progress.firstAtNanos >= PIECES_NANOS;
    if (ofPiece == Duty.MUST) {
      arrivingPacket.takenBy.add(node);
      progress.pieces++;
    }
    if (datagram.pieces.length == 1) {
      return ofPiece;
    }
    if (progress.doubtful) {
      return Duty.MAY;
    }
    return progress.pieces == datagram.pieces.length ? Duty.MUST : Duty.MUST_NOT;
  }

  /** Of a key whose handshake the node has answered, and which it does not hold. */
  private Duty pendingDuty(CoreNode node, EpochKey key, long now) {
    boolean isOver =
        confirmed.getOrDefault(node, Set.of()).contains(key)
            || now - key.answeredNanos() > PENDING_NANOS;
    if (isOver) {
      return Duty.MUST_NOT;
    }
    List<EpochKey> ofSession = keys.ofSession(key.sessionId());
    long newer =
        ofSession.subList(ofSession.indexOf(key) + 1, ofSession.size()).stream()
            .filter(other -> other.responder() == node)
            .count();
    return newer < PENDING_PER_SESSION ? Duty.MUST : Duty.MAY; // it may have had to make room
  }

  /** The packet that was sent with these very bytes, or null. */
  private Sent sent(ByteBuffer packet) {
    EpochKey key = keyOfSent(packet);
    return key == null ? null : packets.get(name(key, packet));
  }

  private EpochKey keyOfSent(ByteBuffer packet) {
    for (EpochKey key : keys.named(packet)) {
      Sent sent = packets.get(name(key, packet));
      if (sent != null && ByteBuffer.wrap(sent.bytes).equals(packet)) {
        return key;
      }
    }
    return null;
  }

  private static FlowName name(CoreNode node, Flow flow) {
    return new FlowName(node, flow.session().id(), flow.id());
  }

  private static PacketName name(EpochKey key, ByteBuffer packet) {
    return new PacketName(key, isFromInitiator(packet), Header.dataCounter(packet));
  }

  private static boolean isFromInitiator(ByteBuffer packet) {
    return PacketType.isFromInitiator(packet.get(packet.position()));
  }

  private Sent parse(ByteBuffer packet, EpochKey key) {
    Datagram[] datagram = {null};
    boolean fromInitiator = isFromInitiator(packet);
    int[] named = {-1};
    boolean wellFormed =
        DataFrames.read(
            key.open(packet).position(Header.LENGTH),
            new DataFrames.Handler() {
              @Override
              public void onDatagram(int flow, ByteBuffer bytes) {
                whole(flow, false, bytes);
              }

              @Override
              public void onFragment(int flow, int id, int index, int count, ByteBuffer bytes) {
                piece(flow, false, id & 0xffff_ffffL, index, count, bytes);
              }

              @Override
              public void onOrdered(int flow, int sequence, int time, ByteBuffer bytes) {
                whole(flow, true, bytes);
              }

              @Override
              public void onOrderedFragment(
                  int flow, int sequence, int time, int index, int count, ByteBuffer bytes) {
                long id = -1L - sequence - (long) flow * DataFrames.SEQUENCES;
                piece(flow, true, id, index, count, bytes);
              }

              private void whole(int flow, boolean ordered, ByteBuffer bytes) {
                datagram[0] = new Datagram(flow, ordered, 1);
                datagram[0].put(0, bytes(bytes));
              }

              private void piece(
                  int flow, boolean ordered, long id, int index, int count, ByteBuffer bytes) {
                DatagramName name = new DatagramName(key, fromInitiator, id);
                datagram[0] =
                    inPieces.computeIfAbsent(name, any -> new Datagram(flow, ordered, count));
                datagram[0].put(index, bytes(bytes));
              }

              @Override
              public void onClose(int reason) {}

              @Override
              public void onOpen(int id, String target) {
                named[0] = id;
              }

              @Override
              public void onRefused(int id, int reason) {
                throw new AssertionError("refused a flow: " + words.describe(packet));
              }
            });
    if (!wellFormed) {
      throw new AssertionError("sent malformed frames: " + words.describe(packet));
    }
    boolean isNamed = datagram[0] != null && named[0] == datagram[0].flow;
    return new Sent(bytes(packet), datagram[0], isNamed, new HashSet<>());
  }

  private static byte[] bytes(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.get(buffer.position(), bytes);
    return bytes;
  }
}
