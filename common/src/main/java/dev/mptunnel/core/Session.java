package dev.mptunnel.core;

import dev.mptunnel.wire.DataFrames;
import dev.mptunnel.wire.Header;
import dev.mptunnel.wire.Limits;
import dev.mptunnel.wire.PacketType;
import dev.mptunnel.wire.PlainHandshake;
import dev.mptunnel.wire.PlainProtection;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/**
 * An association with one peer: its epochs, paths and flows. Both ends run the same code; they
 * differ only in that the initiator opens it, again and again if need be, and the responder lets it
 * expire.
 *
 * <p>Not thread-safe: used by the thread that drives its {@link Endpoint}.
 */
public final class Session implements DataFrames.Handler {

  private static final long NEVER = Long.MAX_VALUE;

  private final Context context;
  private final long id;
  private final boolean initiator;
  private final PathSet paths = new PathSet();
  private final FlowTable flows;
  private final Policy policy = new DuplicatePolicy();
  private final Backlog backlog = new Backlog();
  private final LossMeter tunnelLossOut = new LossMeter();
  private final LossMeter tunnelLossIn = new LossMeter();

  private Epoch current;
  private Epoch previous;
  private long previousEndsNanos = NEVER;
  private int lastEpochNumber;
  private InitiatorHandshake handshake;

  private boolean closed;
  private long expiresNanos = NEVER;
  private long lastHeardNanos;
  private long activeUntilNanos;
  private long nextFlowSweepNanos;
  private long readAtNanos;
  private Epoch readIn;
  private long scheduledNanos = NEVER;

  private long datagramsIn;
  private long datagramsOut;
  private long duplicates;

  Session(Context context, long id, boolean initiator, long now) {
    this.context = context;
    this.id = id;
    this.initiator = initiator;
    flows = new FlowTable(this, context.settings().maxFlows());
    lastEpochNumber = context.random().nextInt(256);
    lastHeardNanos = now;
    nextFlowSweepNanos = now + flowSweepNanos();
  }

  /** The id that all its packets carry. */
  public long id() {
    return id;
  }

  /** Whether this end opened the session. */
  public boolean isInitiator() {
    return initiator;
  }

  /** Whether a handshake has succeeded, and the peer has not closed since. */
  public boolean isOpen() {
    return current != null && !closed;
  }

  /** The path of this id, or null. */
  public Path path(int pathId) {
    return paths.get(pathId);
  }

  // --- what whoever drives the endpoint may do, through Endpoint ---

  Path addPath(int pathId, String name, int port, InetSocketAddress remote) {
    Path path = new Path(this, pathId, name, port, remote);
    paths.add(path);
    return path;
  }

  void redirect(long now, int pathId, InetSocketAddress remote) {
    paths.get(pathId).redirect(now, remote);
  }

  Flow openFlow(long now) {
    makeRoomForFlow();
    return flows.open(now);
  }

  void send(long now, Flow flow, ByteBuffer payload) {
    if (payload.remaining() > maxDatagramBytes()) {
      context.counters().oversized++;
      return;
    }
    flow.touch(now);
    stayActive(now);
    int selected = isOpen() ? policy.select(paths) : 0;
    if (selected == 0) {
      context.counters().waitedTooLong += backlog.add(now, flow, payload);
      return;
    }
    datagramsIn++;
    ByteBuffer packet = context.scratch().position(Header.LENGTH);
    DataFrames.putDatagram(packet, flow.id(), payload);
    sendData(packet.flip(), selected);
  }

  private int maxDatagramBytes() {
    int overhead = Header.LENGTH + DataFrames.DATAGRAM_OVERHEAD_BYTES;
    int tag = current == null ? 0 : current.protection().overheadBytes();
    return Limits.MAX_PACKET_BYTES - overhead - tag;
  }

  /** Ends the session: the peer is told, once on each path. */
  void close() {
    if (isOpen()) {
      ByteBuffer packet = context.scratch().position(Header.LENGTH);
      DataFrames.putClose(packet, 0);
      sendData(packet.flip(), policy.select(paths));
    }
    closed = true;
    emit(new Event.SessionClosed(this, CloseReason.LOCAL));
  }

  private void sendData(ByteBuffer packet, int selected) {
    Header.putData(packet, initiator, id, current.number(), current.takeCounter());
    current.protection().seal(packet);
    for (int left = selected; left != 0; left &= left - 1) {
      Path path = paths.get(Integer.numberOfTrailingZeros(left));
      path.countSent();
      context.output().transmit(path.port(), path.remote(), packet);
    }
  }

  // --- handshake ---

  void startHandshake(long now) {
    handshake = new InitiatorHandshake(now, (lastEpochNumber + 1) % 256, context.random());
  }

  private void sendInit() {
    ByteBuffer packet = context.scratch();
    PlainHandshake.putInit(packet, initiator, id, handshake.epoch(), handshake.incarnation());
    paths.forEach(
        path -> {
          if (path.remote() != null) {
            context.output().transmit(path.port(), path.remote(), packet);
          }
        });
  }

  /** Takes a RESPONSE that {@link PlainHandshake#isValid}. */
  void onResponse(long now, ByteBuffer packet) {
    if (handshake == null
        || handshake.epoch() != Header.epoch(packet)
        || handshake.incarnation() != PlainHandshake.initiatorIncarnation(packet)) {
      return; // of a handshake that has ended: every path brings a copy
    }
    long responder = PlainHandshake.responderIncarnation(packet);
    handshake = null;
    startEpoch(
        now,
        new Epoch(
            Header.epoch(packet),
            new PlainProtection(PlainHandshake.initiatorIncarnation(packet), responder)));
  }

  private void startEpoch(long now, Epoch epoch) {
    measureTunnelLossIn();
    previous = current;
    previousEndsNanos = now + CoreLimits.PREVIOUS_EPOCH_NANOS;
    current = epoch;
    lastEpochNumber = epoch.number();
    closed = false;
    lastHeardNanos = now;
    activeUntilNanos =
        now + CoreLimits.IDLE_AFTER_NANOS; // until the paths have got to know each other
    tunnelLossOut.startEpoch();
    tunnelLossIn.startEpoch();
    tunnelLossIn.update(0, 0);
    tunnelLossOut.update(0, 0);
    paths.forEach(path -> path.startEpoch(now));
    emit(new Event.SessionOpened(this, previous != null));
    // PINGs first: the responder then knows the paths before their first DATA.
    onTimer(now);
    onPathUsable(now);
  }

  boolean usesEpoch(int number) {
    return (current != null && current.number() == number)
        || (previous != null && previous.number() == number);
  }

  // --- packets ---

  /** Takes a DATA or PATH packet. @return false if it opens in neither epoch */
  boolean receive(long now, int port, InetSocketAddress source, ByteBuffer packet) {
    int number = Header.epoch(packet);
    if (current != null && current.number() == number) {
      return receiveIn(current, now, port, source, packet);
    }
    return previous != null
        && previous.number() == number
        && receiveIn(previous, now, port, source, packet);
  }

  /**
   * Takes a DATA or PATH packet in one epoch. If it opens, and the epoch is neither the current nor
   * the one before, the session moves to it: the peer has proved that the handshake was no replay.
   *
   * @return false if it does not open
   */
  boolean receiveIn(Epoch epoch, long now, int port, InetSocketAddress source, ByteBuffer packet) {
    readAtNanos = now;
    readIn = epoch;
    return PacketType.type(packet.get(packet.position())) == PacketType.DATA
        ? receiveData(epoch, port, source, packet)
        : receivePath(epoch, port, source, packet);
  }

  private boolean receiveData(Epoch epoch, int port, InetSocketAddress source, ByteBuffer packet) {
    long counter = Header.dataCounter(packet);
    Path path = paths.from(port, source);
    if (!epoch.window().isNew(counter)) {
      duplicates++;
      if (path != null) {
        path.countReceived();
        if (epoch.ledger().further(counter, path, paths) && epoch == current) {
          path.epoch().countArrived();
        }
      }
      return true;
    }
    if (!epoch.protection().open(packet)) {
      return false;
    }
    moveTo(epoch);
    epoch.window().take(counter);
    epoch.ledger().first(counter, path);
    if (path != null) {
      path.countReceived();
      if (epoch == current) {
        path.epoch().countArrived();
      }
    }
    if (epoch == current) {
      // In the epoch before, the peer may speak on because it knows nothing of the current one.
      lastHeardNanos = readAtNanos;
    }
    packet.position(packet.position() + Header.LENGTH);
    if (!DataFrames.read(packet, this)) {
      context.counters().malformed++;
    }
    return true;
  }

  private boolean receivePath(Epoch epoch, int port, InetSocketAddress source, ByteBuffer packet) {
    int pathId = Header.path(packet);
    if (pathId >= Limits.MAX_PATHS) {
      return false; // no peer sends that
    }
    if (epoch == previous || (closed && epoch == current)) {
      return true; // of no use any more
    }
    Path path = path(pathId);
    long counter = Header.pathCounter(packet);
    if (epoch == current && path != null && !path.epoch().window().isNew(counter)) {
      duplicates++;
      return true;
    }
    int length = packet.remaining();
    if (!epoch.protection().open(packet)) {
      return false;
    }
    moveTo(epoch);
    if (path == null) {
      if (initiator) {
        context.counters().malformed++;
        return true;
      }
      path = addPath(pathId, "path " + pathId, port, null);
      path.startEpoch(readAtNanos);
    }
    path.epoch().window().take(counter);
    lastHeardNanos = readAtNanos;
    packet.position(packet.position() + Header.LENGTH);
    if (!path.onPacket(readAtNanos, port, source, length, packet)) {
      context.counters().malformed++;
    }
    return true;
  }

  private void moveTo(Epoch epoch) {
    if (epoch != current && epoch != previous) {
      startEpoch(readAtNanos, epoch);
    }
  }

  @Override
  public void onDatagram(int flowId, ByteBuffer payload) {
    stayActive(readAtNanos);
    Flow flow = flows.get(flowId);
    if (flow == null) {
      if (initiator) {
        return; // an answer to a flow that we have forgotten
      }
      makeRoomForFlow();
      flow = flows.add(flowId, readAtNanos);
      emit(new Event.FlowOpened(flow));
    }
    flow.touch(readAtNanos);
    datagramsOut++;
    context.output().deliver(flow, payload);
  }

  @Override
  public void onClose(int reason) {
    if (closed || readIn != current) {
      return; // a copy, or said before the peer came back
    }
    closed = true;
    if (initiator) {
      emit(new Event.SessionClosed(this, CloseReason.PEER));
      startHandshake(readAtNanos + CoreLimits.FIRST_RETRY_NANOS);
    } else {
      expiresNanos = readAtNanos + CoreLimits.DRAIN_NANOS;
    }
  }

  private void makeRoomForFlow() {
    Flow evicted = flows.evictIfFull();
    if (evicted != null) {
      emit(new Event.FlowClosed(evicted));
    }
  }

  // --- time ---

  /** When the timer queue has it come up. */
  long scheduledNanos() {
    return scheduledNanos;
  }

  void setScheduledNanos(long nanos) {
    scheduledNanos = nanos;
  }

  long nextTimer() {
    long next = Math.min(expiryNanos(), nextFlowSweepNanos);
    if (handshake != null) {
      next = Math.min(next, handshake.nextTryNanos());
    }
    if (current != null && !closed) {
      next = Math.min(next, paths.nextTimer());
    }
    return previous == null ? next : Math.min(next, previousEndsNanos);
  }

  private long expiryNanos() {
    return initiator
        ? NEVER
        : Math.min(expiresNanos, lastHeardNanos + context.settings().sessionTimeoutNanos());
  }

  /** Whether the session has expired. */
  boolean isExpired(long now) {
    return now >= expiryNanos();
  }

  /** Tells that the session has expired, and its flows with it. */
  void expire() {
    emit(new Event.SessionClosed(this, closed ? CloseReason.PEER : CloseReason.IDLE));
    flows.removeUnusedSince(NEVER).forEach(flow -> emit(new Event.FlowClosed(flow)));
    closed = true;
  }

  void onTimer(long now) {
    if (previous != null && now >= previousEndsNanos) {
      previous = null;
    }
    if (now >= nextFlowSweepNanos) {
      nextFlowSweepNanos = now + flowSweepNanos();
      flows
          .removeUnusedSince(now - context.settings().flowTimeoutNanos())
          .forEach(flow -> emit(new Event.FlowClosed(flow)));
    }
    if (current != null && !closed) {
      paths.forEach(path -> path.onTimer(now));
    }
    if (initiator) {
      driveHandshake(now);
    }
  }

  private void driveHandshake(long now) {
    if (handshake == null) {
      if (current == null || !isSilent(now)) {
        return;
      }
      startHandshake(now);
    } else if (current != null && !closed && !isSilent(now)) {
      handshake = null; // the peer was there all the time
      return;
    }
    if (handshake.isDue(now)) {
      sendInit();
    }
    if (handshake.isSilenceToTell(now, pathTimeoutNanos())) {
      emit(new Event.SessionSilent(this));
    }
  }

  private boolean isSilent(long now) {
    return now - lastHeardNanos > 2 * pingNanos() && paths.areSilent(now);
  }

  private void stayActive(long now) {
    boolean wasActive = isActive(now);
    activeUntilNanos = now + CoreLimits.IDLE_AFTER_NANOS;
    if (!wasActive) {
      paths.forEach(path -> path.wake(now));
    }
  }

  private long flowSweepNanos() {
    return context.settings().flowTimeoutNanos() / 4;
  }

  // --- what paths ask of their session ---

  boolean isActive(long now) {
    return now < activeUntilNanos;
  }

  long pingNanos() {
    return context.settings().pingNanos();
  }

  long pingIdleNanos() {
    return context.settings().pingIdleNanos();
  }

  long pathTimeoutNanos() {
    return context.settings().pathTimeoutNanos();
  }

  long newToken() {
    return context.random().nextLong();
  }

  /** DATA packets sent in this epoch. */
  long dataSent() {
    return current.sent();
  }

  /** Different DATA packets that arrived in this epoch. */
  long dataArrived() {
    return current.window().count();
  }

  /** The peer had so many of so many DATA packets of this epoch. */
  void onDelivered(long sent, long arrived) {
    tunnelLossOut.update(sent, arrived);
  }

  /** Bytes of a PATH packet with frames of so many bytes. */
  int pathPacketBytes(int frameBytes) {
    return Header.LENGTH + frameBytes + current.protection().overheadBytes();
  }

  /** Starts a PATH packet; its frames are appended at the position. */
  ByteBuffer beginPath(Path path) {
    ByteBuffer packet = context.scratch();
    long counter = path.epoch().takeCounter();
    Header.putPath(packet, initiator, id, current.number(), path.id(), counter);
    return packet.position(Header.LENGTH);
  }

  void sendPath(ByteBuffer packet, int port, InetSocketAddress remote) {
    current.protection().seal(packet.flip());
    context.output().transmit(port, remote, packet);
  }

  /** Datagrams that waited for a path need not wait any more. */
  void onPathUsable(long now) {
    if (!backlog.isEmpty() && policy.select(paths) != 0) {
      context.counters().waitedTooLong += backlog.drain(now, this);
    }
  }

  private void measureTunnelLossIn() {
    if (current != null) {
      tunnelLossIn.update(current.window().highest() + 1, current.window().count());
    }
  }

  void emit(Event event) {
    context.output().event(event);
  }

  /** The session's figures now. */
  public SessionReport report() {
    measureTunnelLossIn();
    return new SessionReport(
        id,
        isOpen(),
        flows.size(),
        datagramsIn,
        datagramsOut,
        duplicates,
        tunnelLossOut.lossShare(),
        tunnelLossIn.lossShare(),
        paths.reports());
  }

  @Override
  public String toString() {
    return "%016x".formatted(id);
  }
}
