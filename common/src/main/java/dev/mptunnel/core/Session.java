package dev.mptunnel.core;

import dev.mptunnel.crypto.Client;
import dev.mptunnel.wire.DataFrames;
import dev.mptunnel.wire.Header;
import dev.mptunnel.wire.PacketProtection;
import dev.mptunnel.wire.PacketType;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * An association with one peer: its epochs, paths and flows. Both ends run the same code; they
 * differ only in that the initiator opens it, again and again if need be, and the responder lets it
 * expire.
 *
 * <p>Not thread-safe: used by the thread that drives its {@link Endpoint}.
 */
public final class Session {

  private static final long NEVER = Long.MAX_VALUE;

  private final Context context;
  private final long id;
  private final boolean initiator;
  private final PathSet paths = new PathSet();
  private final FlowTable flows;
  private final Arrivals arrivals;
  private final Policy policy = new DuplicatePolicy();
  private final Backlog backlog = new Backlog();
  private final LossMeter tunnelLossOut = new LossMeter();
  private final LossMeter tunnelLossIn = new LossMeter();
  private final SharedFate fate = new SharedFate();
  private final SharedDelay delays = new SharedDelay();
  private long nextFateNanos;

  private final Initiator opener;
  private final PacketSender sender;
  private final PacketReceiver receiver;
  private final Repair repair;
  private final byte[] peerKey;
  private Client client;

  /** Among the sessions that peers opened; null in one that we did. */
  private SessionPlaces.Place place;

  private final Epochs epochs;

  private boolean everOpen;

  private boolean closed;
  private long expiresNanos = NEVER;
  private long lastHeardNanos;
  private long activeUntilNanos;
  private long carried;
  private long nextFlowSweepNanos;
  private long scheduledNanos = NEVER;
  private boolean touched;

  private long datagramsIn;

  private Session(
      Context context, long id, boolean initiator, byte[] peerKey, Client client, long now) {
    this.context = context;
    this.id = id;
    this.initiator = initiator;
    this.peerKey = peerKey;
    this.client = client;
    epochs = new Epochs(context.security().keysAge() ? context.settings().keySettings() : null);
    opener = initiator ? new Initiator(context, this) : null;
    FlowIntroducer introducer = new FlowIntroducer(this);
    sender = new PacketSender(context, this, introducer);
    receiver = new PacketReceiver(context, this);
    flows = new FlowTable(this, context.settings().maxFlows());
    repair = new Repair(context, this);
    arrivals = new Arrivals(context, this, flows, introducer);
    lastHeardNanos = now;
    nextFlowSweepNanos = now + flowSweepNanos();
  }

  /** A session that we open. */
  static Session opened(Context context, long id, long now) {
    return new Session(context, id, true, new byte[0], null, now);
  }

  /** A session that the peer opens, by the first packet under the keys of this handshake. */
  static Session accepted(Context context, PendingHandshakes.Pending handshake, long now) {
    // What the client may do may have changed since it asked to come in.
    Client client = context.security().client(handshake.publicKey());
    return new Session(context, handshake.sessionId(), false, handshake.publicKey(), client, now);
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
    return epochs.current() != null && !closed;
  }

  /** What tunnels join it with now, or null while it is not open. */
  public TunnelKey tunnelKey() {
    return isOpen() ? tunnelKey(epochs.current().number()) : null;
  }

  /** What tunnels join it with in an epoch, or null if that is none of its own any more. */
  TunnelKey tunnelKey(int epochNumber) {
    Epoch epoch = closed ? null : epochs.find(epochNumber);
    return epoch == null ? null : new TunnelKey(id, epochNumber, epoch.protection().tunnelSecret());
  }

  /** Asks on all paths whether the peer is there, at once. */
  void check(long now) {
    paths.forEach(path -> path.wake(now));
  }

  /** What its client may use now. */
  public Rights rights() {
    return new Rights(client);
  }

  /** Whether either end has ended it. */
  boolean isClosed() {
    return closed;
  }

  /** The name of the client that opened it, where it has one of its own; null otherwise. */
  public String clientName() {
    return client == null ? null : client.name();
  }

  /** The public key of the peer that opened it, or an empty array. */
  byte[] peerKey() {
    return peerKey;
  }

  Client client() {
    return client;
  }

  void setPlace(SessionPlaces.Place its) {
    place = its;
  }

  /** It has ended: another may have its place. */
  void leavePlace() {
    if (place != null) {
      place.giveBack();
    }
  }

  long lastHeardNanos() {
    return lastHeardNanos;
  }

  /** The opening side's handshakes; null on the other side. */
  Initiator opener() {
    return opener;
  }

  Epochs epochs() {
    return epochs;
  }

  PathSet paths() {
    return paths;
  }

  Repair repair() {
    return repair;
  }

  /** An epoch that begins now, or soon. */
  Epoch newEpoch(long now, int number, PacketProtection protection) {
    SentRing kept = new SentRing(context.sentRoom());
    return new Epoch(now, number, protection, kept, repair.newDetector());
  }

  /** Hands over the paths that are to carry a packet of so many bytes. @return how many */
  int forEachCarrying(int bytes, Consumer<Path> action) {
    int carrying = isOpen() ? paths.carrying(policy.select(paths), bytes) : 0;
    for (int left = carrying; left != 0; left &= left - 1) {
      action.accept(paths.get(Integer.numberOfTrailingZeros(left)));
    }
    return Integer.bitCount(carrying);
  }

  /** On how many paths a packet of so many bytes goes out; the peer's do on as many. */
  int copies(int bytes) {
    return Integer.bitCount(paths.carrying(policy.select(paths), bytes));
  }

  /** The path of this id, or null. */
  public Path path(int pathId) {
    return paths.get(pathId);
  }

  /** Whether a path leaves from this local port, perhaps only for what is on its way. */
  public boolean leavesFrom(int port) {
    return paths.leaveFrom(port);
  }

  // --- what whoever drives the endpoint may do, through Endpoint ---

  Path addPath(int pathId, String name, int port, InetSocketAddress remote) {
    int mtuBytes = context.settings().mtuBytes();
    Path path = new Path(this, pathId, name, mtuBytes, port, remote);
    paths.add(path);
    return path;
  }

  /** A path has no more data to carry, or has again. */
  void pausePath(long now, int pathId, boolean isPaused) {
    paths.get(pathId).pause(now, isPaused);
    onPathUsable(now);
  }

  /** A path is given up: it is taken out once what is on its way has come. */
  void leavePath(long now, int pathId) {
    Path path = paths.get(pathId);
    if (!path.isLeft()) {
      path.leave(now);
      if (!isOpen()) {
        remove(path);
      }
    }
  }

  /** The peer gives a path up, or has long since. */
  void onPathLeft(Path path) {
    if (paths.get(path.id()) == path) {
      remove(path);
    }
  }

  /** The id that a path more is to have, or -1; one that is given up goes at once for it. */
  int freePathId(String name) {
    int free = paths.freeId(name);
    Path left = free < 0 ? paths.firstLeft() : null;
    if (left == null) {
      return free;
    }
    remove(left);
    return left.id();
  }

  private void remove(Path path) {
    paths.remove(path);
    fate.forget(path.id());
    delays.forget(path.id());
    if (path.hasBroughtData()) {
      epochs.forEach(epoch -> epoch.ledger().forget(path.id()));
    }
    if (initiator) {
      opener.onPathRemoved(path.id());
    }
    if (initiator || path.remote() != null) { // or nobody has known of it
      emit(new Event.PathRemoved(this, path));
    }
  }

  private void removeGone(long now) {
    Path left = paths.firstLeft();
    while (left != null && now >= left.goneNanos()) {
      remove(left);
      left = paths.firstLeft();
    }
  }

  private long nextGoneNanos() {
    Path left = paths.firstLeft();
    return left == null ? NEVER : left.goneNanos();
  }

  void redirect(long now, int pathId, InetSocketAddress remote) {
    paths.get(pathId).redirect(now, remote, isOpen());
  }

  Flow openFlow(long now, String target, boolean ordered) {
    makeRoomForFlow();
    Flow flow = flows.open(target, now);
    flow.setOrdered(ordered);
    return flow;
  }

  /** Goes over to what its client may do now. */
  void review(Client now) {
    client = now;
    if (place != null) {
      place.rename(clientName());
    }
    arrivals.review();
  }

  void send(long now, Flow flow, ByteBuffer payload, int trafficClass) {
    if (payload.remaining() > DataFrames.MAX_DATAGRAM_BYTES) {
      context.counters().oversized++;
      return;
    }
    flow.touch(now);
    stayActive(now);
    int selected = isOpen() ? policy.select(paths) : 0;
    if (selected == 0) {
      context.counters().waitedTooLong += backlog.add(now, flow, payload, trafficClass);
      return;
    }
    datagramsIn++;
    sender.datagram(now, flow, payload, trafficClass, selected);
  }

  /** Ends the session: the peer is told, once on each path. */
  void close(int reason) {
    if (isOpen()) {
      sender.close(reason, policy.select(paths));
    }
    arrivals.clear();
    closed = true;
  }

  /** Tells the peer which of its flows lead nowhere. @return false if no path leads to it now */
  boolean sendRefused(long now, Map<Integer, TargetRefusal> refused) {
    int selected = isOpen() ? policy.select(paths) : 0;
    if (selected == 0) {
      return false;
    }
    sender.refused(now, refused, selected);
    return true;
  }

  // --- epochs ---

  /** Goes over to a new epoch; the one before is still listened to. */
  void startEpoch(long now, Epoch epoch, Event.Opening opening) {
    measureTunnelLossIn();
    Epoch before = epochs.current();
    epochs.start(now, epoch);
    closed = false;
    flows.forEach(flow -> flow.setAnswered(false));
    heard(now);
    activeUntilNanos =
        now + CoreLimits.IDLE_AFTER_NANOS; // until the paths have got to know each other
    tunnelLossOut.startEpoch();
    tunnelLossIn.startEpoch();
    tunnelLossIn.update(0, 0);
    tunnelLossOut.update(0, 0);
    paths.forgetLeftEpochs();
    paths.forEach(path -> path.startEpoch(now));
    repair.startEpoch(before, epoch, everOpen && opening == Event.Opening.RENEWED);
    emit(new Event.SessionOpened(this, everOpen ? opening : Event.Opening.FIRST));
    everOpen = true;
    // PINGs first: the responder then knows the paths before their first DATA.
    onTimer(now);
    onPathUsable(now);
  }

  /** Forgets keys that are too old, after a suspension too: before anything is done with them. */
  void forgetOldKeys(long now) {
    if (now >= epochs.nextForgettingNanos()) {
      measureTunnelLossIn();
      epochs.forgetOld(now);
    }
  }

  /** Whether we sent a packet with this header, and not long ago. */
  boolean sentLately(ByteBuffer header) {
    byte first = header.get(header.position());
    Epoch current = epochs.current();
    if (PacketType.isFromInitiator(first) != initiator
        || current == null
        || current.number() != Header.epoch(header)) {
      return false;
    }
    if (PacketType.type(first) == PacketType.DATA) {
      return current.sent().isRecent(Header.dataCounter(header));
    }
    Path path = paths.get(Header.path(header));
    return PacketType.type(first) == PacketType.PATH
        && path != null
        && path.epoch().counters().isRecent(Header.pathCounter(header));
  }

  // --- packets ---

  /** Takes a DATA or PATH packet. @return false if it opens in neither epoch */
  boolean receive(long now, int port, InetSocketAddress source, ByteBuffer packet) {
    return receiver.receive(now, port, source, packet);
  }

  /**
   * Takes the first packet that opened under the keys of a new handshake, and so goes over to them.
   *
   * @param length bytes of the whole packet
   * @param packet opened
   */
  void receiveFirst(
      long now, Epoch epoch, int port, InetSocketAddress source, int length, ByteBuffer packet) {
    startEpoch(now, epoch, Event.Opening.RENEWED);
    receiver.take(now, epoch, port, source, length, packet);
  }

  private void heard(long now) {
    lastHeardNanos = now;
    if (place != null) {
      place.heard(now);
    }
  }

  /** Something authentic of this epoch came. */
  void noteHeard(long now, Epoch epoch) {
    if (epoch == epochs.current()) {
      // In the epoch before, the peer may speak on because it knows nothing of the current one.
      heard(now);
    } else if (initiator) {
      opener.onOldEpochHeard(now);
    }
  }

  /**
   * Takes the frames of a DATA packet.
   *
   * @param path that it came on, or null
   * @param outer what it was marked with on its way; see {@link TrafficClass}
   * @return false if one is malformed
   */
  boolean onData(long now, Epoch epoch, long counter, Path path, int outer, ByteBuffer frames) {
    return arrivals.take(now, epoch, counter, path, outer, frames);
  }

  /** Half of a parity came; for the fields see {@link dev.mptunnel.wire.PathFrames}. */
  void onParity(long now, int epochNumber, long first, int lengths, int offset, ByteBuffer bytes) {
    Epoch epoch = epochs.find(epochNumber);
    if (epoch != null) {
      receiver.keepRebuilt(epoch, repair.onParity(now, epoch, first, lengths, offset, bytes));
    }
  }

  /** Datagrams may have come that others waited for, or be waited for no more. */
  void onArrivals(long now) {
    arrivals.release(now);
  }

  /** The peer ends the session. */
  void onClosed(long now, int reason) {
    if (closed) {
      return; // a copy
    }
    arrivals.flush(now);
    closed = true;
    if (initiator) {
      boolean revoked = reason == DataFrames.CLOSE_REVOKED;
      emit(new Event.SessionClosed(this, revoked ? CloseReason.REVOKED : CloseReason.PEER));
      opener.onClosed(now, revoked);
    } else {
      expiresNanos = now + CoreLimits.DRAIN_NANOS;
    }
  }

  /** A flow of ours is of no use any more; nothing if it is gone already. */
  void closeFlow(Flow flow) {
    if (flows.remove(flow)) {
      closed(flow);
    }
  }

  /** The longest idle flow goes if there are as many as may be. */
  void makeRoomForFlow() {
    Flow evicted = flows.evictIfFull();
    if (evicted != null) {
      closed(evicted);
    }
  }

  /** Tells that a flow has been taken out. */
  void closed(Flow flow) {
    arrivals.flush(flow);
    emit(new Event.FlowClosed(flow));
  }

  // --- time ---

  /** The settings are others: what is due by them may be due earlier. */
  void adjust(long now) {
    nextFlowSweepNanos = Math.min(nextFlowSweepNanos, now + flowSweepNanos());
    paths.forEach(path -> path.wake(now));
  }

  /** When the timer queue has it come up. */
  long scheduledNanos() {
    return scheduledNanos;
  }

  void setScheduledNanos(long nanos) {
    scheduledNanos = nanos;
  }

  /** Whether something may have changed when it wants to be woken. */
  boolean isTouched() {
    return touched;
  }

  void setTouched(boolean isTouched) {
    touched = isTouched;
  }

  long nextTimer() {
    long next = Math.min(expiryNanos(), Math.min(nextFlowSweepNanos, epochs.nextForgettingNanos()));
    next = Math.min(Math.min(next, arrivals.nextTimer()), nextGoneNanos());
    if (opener != null) {
      next = Math.min(next, opener.nextTimer());
    }
    return isOpen() ? Math.min(next, Math.min(paths.nextTimer(), repair.nextTimer())) : next;
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
    end(closed ? CloseReason.PEER : CloseReason.IDLE);
  }

  /** Tells that the session is over, and its flows with it. */
  void end(CloseReason reason) {
    emit(new Event.SessionClosed(this, reason));
    arrivals.clear();
    flows.removeUnusedSince(NEVER).forEach(this::closed);
    epochs.clear();
    closed = true;
  }

  void onTimer(long now) {
    forgetOldKeys(now);
    removeGone(now);
    if (now >= nextFlowSweepNanos) {
      nextFlowSweepNanos = now + flowSweepNanos();
      flows.removeUnusedSince(now - context.settings().flowTimeoutNanos()).forEach(this::closed);
    }
    if (isOpen()) {
      repair.onTimer(now);
    }
    arrivals.onTimer(now);
    if (now >= nextFateNanos) {
      nextFateNanos = now + CoreLimits.TELL_SHARED_FATE_NANOS;
      delays.compare(now);
      paths.tellShared(fate, delays, this);
    }
    if (isOpen()) {
      epochs.current().sent().tick(now);
      paths.forEach(path -> path.onTimer(now));
    }
    if (opener != null) {
      opener.onTimer(now);
    }
  }

  /** Whether the peer is not in the session, as far as we know. */
  boolean isLost(long now) {
    return !isOpen() || isSilent(now);
  }

  /** When nothing authentic will have come for a fraction of a round trip, if nothing does. */
  long quietNanos() {
    return lastHeardNanos + paths.shortestRttNanos() / 4;
  }

  private boolean isSilent(long now) {
    return now - lastHeardNanos > 2 * pingNanos() && paths.areSilent(now);
  }

  /** A datagram is carried, or a piece of one: the session is in use. */
  void stayActive(long now) {
    boolean wasActive = isActive(now);
    activeUntilNanos = now + CoreLimits.IDLE_AFTER_NANOS;
    if (!wasActive) {
      paths.forEach(path -> path.onActive(now));
    }
    carried++;
    if (carried % CoreLimits.DATAGRAMS_A_CHECK == 0) {
      paths.onCarried(carried);
    }
  }

  /** How much more seldom than the other end this one asks its paths. */
  private int seldom() {
    return initiator ? 1 : CoreLimits.RESPONDER_SELDOM;
  }

  private long flowSweepNanos() {
    return context.settings().flowTimeoutNanos() / 4;
  }

  // --- what paths ask of their session ---

  boolean isActive(long now) {
    return now < activeUntilNanos;
  }

  /** When something was carried last. */
  long carriedAtNanos() {
    return activeUntilNanos - CoreLimits.IDLE_AFTER_NANOS;
  }

  long pingNanos() {
    return context.settings().pingNanos();
  }

  long pingIdleNanos() {
    return context.settings().pingIdleNanos();
  }

  /** How many datagrams, or pieces of them, have been carried, both ways. */
  public long carried() {
    return carried;
  }

  /** After how many of them a path is asked again. */
  int datagramsAPing() {
    return CoreLimits.DATAGRAMS_A_PING * seldom();
  }

  /** After how long a path is asked again that has proved that it carries. */
  long restNanos() {
    return seldom() * pingIdleNanos();
  }

  /** After how long a path is asked again that has not answered. */
  long askAgainNanos() {
    long often =
        Math.max(
            CoreLimits.ASKED_AGAIN_AT_LEAST_NANOS,
            pathTimeoutNanos() / CoreLimits.ASKED_UNTIL_DOWN);
    return Math.min(pingNanos(), often);
  }

  long pathTimeoutNanos() {
    return context.settings().pathTimeoutNanos();
  }

  /** What shows that packets to this address arrive there. */
  long addressToken(long now, int port, InetSocketAddress address) {
    return context.addresses().token(now, id, port, address);
  }

  boolean isAddressToken(long now, long token, int port, InetSocketAddress address) {
    return context.addresses().isToken(now, token, id, port, address);
  }

  /** Which paths lose the same packets on their way to us. */
  SharedFate fate() {
    return fate;
  }

  /** A round trip was measured on a path. Of those that carry nothing there are too few. */
  void onRoundTrip(long now, Path path, long nanos) {
    if (isActive(now) && paths.size() > 1) {
      delays.sample(now, path.id(), nanos, carried());
    }
  }

  /** Whether every packet of this epoch that opens is surely the peer's. */
  boolean isAuthentic() {
    return epochs.current().protection().isAuthentic();
  }

  /** DATA packets sent in this epoch. */
  long dataSent() {
    return epochs.current().sent().count();
  }

  /** Different DATA packets that arrived in this epoch. */
  long dataArrived() {
    return epochs.current().window().count();
  }

  /** The peer had so many of so many DATA packets of this epoch. */
  void onDelivered(long sent, long arrived) {
    tunnelLossOut.update(sent, arrived);
  }

  /** Bytes of a PATH packet with frames of so many bytes. */
  int pathPacketBytes(int frameBytes) {
    return Header.LENGTH + frameBytes + epochs.current().protection().overheadBytes();
  }

  /** When the packet arrived that is being taken. */
  long arrivedNanos() {
    return context.arrivedNanos();
  }

  /** What the packet was marked with that is being taken. */
  int trafficClass() {
    return context.trafficClass();
  }

  RandomGenerator random() {
    return context.random();
  }

  /** Starts a PATH packet; its frames are appended at the position. */
  ByteBuffer beginPath(int pathId, PathEpoch pathEpoch) {
    ByteBuffer packet = context.scratch();
    long counter = pathEpoch.counters().take();
    Header.putPath(packet, initiator, id, epochs.current().number(), pathId, counter);
    return packet.position(Header.LENGTH);
  }

  void sendPath(ByteBuffer packet, int port, InetSocketAddress remote) {
    sendPath(packet, port, remote, 0);
  }

  /** Sends a PATH packet that is marked so. */
  void sendPath(ByteBuffer packet, int port, InetSocketAddress remote, int trafficClass) {
    epochs.current().protection().seal(packet.flip());
    transmit(port, remote, packet, trafficClass);
  }

  void transmit(int port, InetSocketAddress remote, ByteBuffer packet, int trafficClass) {
    context.output().transmit(port, remote, packet, trafficClass);
  }

  /** Sends what was sent last. */
  void transmitAgain(int port, InetSocketAddress remote, ByteBuffer packet, int trafficClass) {
    context.output().transmitAgain(port, remote, packet, trafficClass);
  }

  /** Datagrams that waited for a path need not wait any more. */
  void onPathUsable(long now) {
    if (isOpen() && !backlog.isEmpty() && policy.select(paths) != 0) {
      context.counters().waitedTooLong += backlog.drain(now, this);
    }
  }

  private void measureTunnelLossIn() {
    if (epochs.current() != null) {
      CounterWindow window = epochs.current().window();
      tunnelLossIn.update(window.highest() + 1, window.count());
    }
  }

  void emit(Event event) {
    context.output().event(event);
  }

  /** The session's figures now. */
  public SessionReport report() {
    return report(false);
  }

  /**
   * The session's figures now.
   *
   * @param takesRecent whether the recent round trips are wanted, which are told once
   */
  public SessionReport report(boolean takesRecent) {
    measureTunnelLossIn();
    return new SessionReport(
        id,
        clientName(),
        isOpen(),
        flows.size(),
        isOpen() ? sender.roomBytes(policy.select(paths)) : 0,
        sender.fragmented(),
        datagramsIn,
        arrivals.delivered(),
        receiver.duplicates(),
        tunnelLossOut.totals(),
        tunnelLossIn.totals(),
        paths.reports(takesRecent),
        repair.report(arrivals.order()),
        paths.shared(fate, delays));
  }

  @Override
  public String toString() {
    return (client == null ? "" : client.name() + " ") + "%016x".formatted(id);
  }
}
