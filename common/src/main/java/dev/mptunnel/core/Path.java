package dev.mptunnel.core;

import dev.mptunnel.wire.Limits;
import dev.mptunnel.wire.PathFrames;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/**
 * One UDP route to the peer: where it leads, whether it answers, and what it loses.
 *
 * <p>Both ends ask each other on every path (PING, PONG): the more is carried, the more often, and
 * most often when something suggests that the path is dead. At the responder a path's address
 * moves, only when the new one has answered a CHALLENGE (RFC 9000, section 8.2), and until then is
 * sent no more bytes than came from there, so that nobody can aim a session's traffic at a third
 * party.
 */
public final class Path implements PathFrames.Handler {

  private static final long NEVER = Long.MAX_VALUE;

  /** What the end that opened the session wants of a path. */
  private enum Use {
    /** To carry data. */
    DATA,
    /** To carry none, but to be asked how it is. */
    NONE,
    /** To be taken out, once what is on its way has come. */
    LEFT
  }

  private final Session session;
  private final int id;
  private final String name;
  private final PingLog pings = new PingLog();
  private final PingTimer timer = new PingTimer();
  private final RttEstimator rtt = new RttEstimator();
  private final LossMeter lossOut = new LossMeter();
  private final LossMeter lossIn = new LossMeter();
  private final PathMtu mtu;
  private final LongestArrived longestArrived = new LongestArrived();
  private final Lag lag = new Lag();
  private final QueueDelay queue = new QueueDelay();

  private int port;
  private InetSocketAddress remote;
  private Candidate candidate;
  private PathEpoch epoch;
  private long token;

  private boolean up;
  private boolean proven;

  private Use use = Use.DATA;

  /** Since when the peer is to know that; it does once it has answered a PING sent after that. */
  private long useSinceNanos = Long.MIN_VALUE;

  private boolean isUseKnown = true;

  /** When nothing more is expected on it that is given up. */
  private long goneNanos = NEVER;

  /** When the first PING left since which nothing has proved that it carries. */
  private long unansweredSinceNanos = NEVER;

  /** From when on it counts as silent for bringing nothing of what others bring. */
  private long missedSinceNanos = NEVER;

  private long peerArrived;

  /** Whether marks of ECN come through to the peer, and it heeds them. */
  private boolean carriesEcn;

  /** What the session had carried before the last PING. */
  private long carriedBefore;

  // How many different DATA packets had come when it last brought something, and when the next did.
  private long broughtCount;
  private long missingSinceNanos = NEVER;
  private boolean broughtData;

  /** How many packets that only others bring are suspicious. */
  private int suspicious = CoreLimits.MISSED_IN_A_ROW;

  private int longestSentBytes;
  private long sent;
  private long received;
  private long sentBytes;
  private long receivedBytes;
  private long wins;
  private long saves;

  // Where the PATH packet that is being read came from, and what it asks for.
  private long readAtNanos;
  private boolean elsewhere;
  private boolean pinged;
  private int pingId;
  private boolean challenged;
  private long challenge;
  private boolean provenBefore;
  private int rebindings;
  private long response;
  private boolean marked;
  private int markedEpoch;
  private long markedHighest;
  private boolean answered;
  private int answeredEcn;
  private int readState;

  /**
   * A path of a session.
   *
   * @param mtuBytes the longest IP packet that it carries, or 0 to find out
   * @param port the local port it leaves from
   * @param remote where it leads, or null until that is known
   */
  Path(Session session, int id, String name, int mtuBytes, int port, InetSocketAddress remote) {
    this.session = session;
    this.id = id;
    this.name = name;
    this.port = port;
    this.remote = remote;
    mtu = new PathMtu(mtuBytes);
    restartMtu();
  }

  private void restartMtu() {
    if (remote != null) {
      boolean ipv6 = remote.getAddress() instanceof Inet6Address;
      mtu.restart(ipv6 ? Limits.IPV6_UDP_BYTES : Limits.IPV4_UDP_BYTES);
    }
  }

  /** The path's number in its session, below {@link dev.mptunnel.wire.Limits#MAX_PATHS}. */
  public int id() {
    return id;
  }

  /** What the configuration calls it, or a name made from its number. */
  public String name() {
    return name;
  }

  /** Where it leads, or null where that is not known or not proven. */
  public InetSocketAddress remote() {
    return remote;
  }

  /** Whether it answers, or has not yet had the time to. */
  public boolean isUp() {
    return up;
  }

  /** Whether it has answered by now, in any epoch. */
  public boolean isProven() {
    return proven;
  }

  /** Whether it carries no data since the end that opened the session wants it so. */
  public boolean isPaused() {
    return use == Use.NONE;
  }

  /** The number of the local port that it leaves from. */
  public int port() {
    return port;
  }

  /** Whether it is given up, and only awaits what is on its way. */
  boolean isLeft() {
    return use == Use.LEFT;
  }

  /** When it is to be taken out, or {@code Long.MAX_VALUE}. */
  long goneNanos() {
    return goneNanos;
  }

  /** Whether it is to carry data. */
  boolean isInUse() {
    return use == Use.DATA;
  }

  /** Whether it carries data, as far as we know. */
  boolean carries() {
    return up && use == Use.DATA;
  }

  /**
   * How often the peer has found it at another address, of one that we opened and that has answered
   * before: a NAT has given it another one, or a bridge has.
   */
  public int rebindings() {
    return rebindings;
  }

  /** The smoothed round trip in nanoseconds, or 0 where nothing has been measured. */
  public long smoothedRttNanos() {
    return rtt.smoothedNanos();
  }

  PathEpoch epoch() {
    return epoch;
  }

  /** Whether it leads there, which at the responder is proven. */
  @SuppressWarnings("ReferenceEquality") // an engine has one for each address, mostly
  boolean leadsTo(int port, InetSocketAddress remote) {
    return this.port == port && (remote == this.remote || remote.equals(this.remote));
  }

  /** Whether packets from there are this path's, though its address may not be proven yet. */
  boolean isFrom(int port, InetSocketAddress source) {
    return leadsTo(port, source) || (candidate != null && candidate.isAt(port, source));
  }

  void countWin() {
    wins++;
  }

  void countSave(int change) {
    saves += change;
  }

  /** The longest packet that it carries. */
  PathMtu mtu() {
    return mtu;
  }

  /** The shortest round trip of the last while, or {@code Long.MAX_VALUE}. */
  long leastRttNanos() {
    return rtt.leastNanos();
  }

  /** How much later copies come on it than on the quickest path. */
  Lag lag() {
    return lag;
  }

  /** What it has lost lately of what we sent, 0 to 1; 0 where nothing has been measured. */
  double recentLossOut() {
    return lossOut.recentShare();
  }

  /** How long the queue in front of it is, on the way to us. */
  QueueDelay queue() {
    return queue;
  }

  /** Sends a DATA packet on it, whose datagram is marked so. */
  void transmit(ByteBuffer packet, int trafficClass) {
    countSent(packet.remaining());
    sentBytes += packet.remaining();
    session.transmit(port, remote, packet, outerClass(trafficClass));
  }

  /** Sends a DATA packet on it that was sent on another path last. */
  void transmitAgain(ByteBuffer packet, int trafficClass) {
    countSent(packet.remaining());
    sentBytes += packet.remaining();
    session.transmitAgain(port, remote, packet, outerClass(trafficClass));
  }

  /**
   * The normal mode of RFC 6040, section 4.1, or its compatibility mode where a queue's mark would
   * be lost, and so its packets not be dropped and nobody slow down.
   */
  private int outerClass(int trafficClass) {
    return carriesEcn ? trafficClass : trafficClass & TrafficClass.DSCP;
  }

  /** Asks the peer for packets; see {@link PathFrames}. @return the bytes that this cost */
  int ask(int question, int epochNumber, long[] counters, int count) {
    ByteBuffer packet = session.beginPath(id, epoch);
    PathFrames.putAsk(packet, question, epochNumber, counters, count);
    return sendSmall(packet);
  }

  /** Tells the peer the last packet; see {@link PathFrames}. @return the bytes that this cost */
  int mark(int epochNumber, long highest) {
    ByteBuffer packet = session.beginPath(id, epoch);
    PathFrames.putMark(packet, epochNumber, highest);
    return sendSmall(packet);
  }

  /** Sends a part of a parity; see {@link PathFrames}. @return the bytes that this cost */
  int parity(int epochNumber, long first, ParitySum sum, int offset, int partBytes) {
    ByteBuffer packet = session.beginPath(id, epoch);
    ByteBuffer part = sum.part(offset, partBytes);
    PathFrames.putParity(packet, epochNumber, first, sum.lengths(), offset, part);
    return sendSmall(packet);
  }

  /** Sends a PATH packet of a length that every path carries. */
  private int sendSmall(ByteBuffer packet) {
    countSent(0);
    sendSealed(packet, port, remote);
    return packet.limit();
  }

  /** Seals a PATH packet and sends it. */
  private void sendSealed(ByteBuffer packet, int toPort, InetSocketAddress to) {
    sendSealed(packet, toPort, to, TrafficClass.NOT_ECT);
  }

  private void sendSealed(ByteBuffer packet, int toPort, InetSocketAddress to, int trafficClass) {
    session.sendPath(packet, toPort, to, trafficClass);
    sentBytes += packet.limit();
  }

  void countSent(int bytes) {
    sent++;
    epoch.countSent();
    if (bytes > longestSentBytes) {
      noteLongest(bytes);
    }
  }

  /**
   * So long a packet has not been sent since the last PING. Where fewer and fewer are, their sender
   * may be slowing down because none arrives, and that is found out by PINGs as much apart.
   */
  private void noteLongest(int bytes) {
    boolean first = longestSentBytes <= Limits.MIN_PATH_PACKET_BYTES;
    longestSentBytes = bytes;
    if (first && bytes > Limits.MIN_PATH_PACKET_BYTES && up && mtu.isWatched()) {
      long arrived = session.carriedAtNanos() + session.pingNanos();
      wake(Math.max(arrived, timer.afterTwiceThePause(session.pingIdleNanos())));
    }
  }

  /** A DATA packet came on it, perhaps a copy. */
  void countReceived(int bytes) {
    suspicious = CoreLimits.MISSED_IN_A_ROW;
    broughtData = true;
    countArrived(bytes);
  }

  /** Whether a DATA packet came on it, ever. */
  boolean hasBroughtData() {
    return broughtData;
  }

  private void countArrived(int bytes) {
    received++;
    receivedBytes += bytes;
    longestArrived.take(bytes);
    noteBrought();
  }

  private void noteBrought() {
    broughtCount = session.dataArrived();
    missingSinceNanos = NEVER;
    missedSinceNanos = NEVER;
  }

  /**
   * The first copy of a DATA packet came, on whichever path. One that brings nothing of what others
   * bring is asked at once, and has been silent in part of that time: two answers must fit into the
   * rest. Whatever it brings takes that back. Where it answers and brings no DATA all the same, as
   * one that carries too little does, suspicion comes later and later.
   *
   * @param arrived how many different ones have come
   */
  void onFirst(long now, long arrived) {
    if (arrived == broughtCount || use != Use.DATA) {
      return;
    }
    missingSinceNanos = Math.min(missingSinceNanos, now);
    if (up
        && arrived - broughtCount >= suspicious
        && now - missingSinceNanos >= session.pingNanos()) {
      if (silentSinceNanos() == NEVER) {
        wake(now);
      }
      long timeout = session.pathTimeoutNanos();
      long countedNanos = Math.clamp(timeout - 2 * answerNanos(), 0, timeout / 2);
      long silent = Math.max(missingSinceNanos, now - countedNanos);
      if (missedSinceNanos == NEVER) {
        missedSinceNanos = silent;
        suspicious = Math.min(2 * suspicious, session.datagramsAPing());
      }
    }
  }

  /** The session has a new epoch: counters start anew, and the path is asked at once. */
  void startEpoch(long now) {
    PathEpoch left = session.paths().takeLeftEpoch(id);
    epoch = left != null ? left : new PathEpoch(session.isAuthentic());
    lossOut.startEpoch();
    lossIn.startEpoch();
    pings.clear();
    peerArrived = 0;
    unansweredSinceNanos = NEVER;
    noteBrought();
    if (remote != null) {
      up |= !proven; // given the benefit of the doubt until it has had time to answer
      timer.start(now);
    }
  }

  /**
   * The path leads elsewhere from now on, on our own side's word; null for nowhere.
   *
   * @param isOpen whether its session is in an epoch
   */
  void redirect(long now, InetSocketAddress remote, boolean isOpen) {
    this.remote = remote;
    candidate = null;
    carriesEcn = false;
    if (remote == null) {
      up = false;
      proven = false;
      unansweredSinceNanos = NEVER;
      timer.stop();
      return;
    }
    if (epoch == null && isOpen) {
      startEpoch(now);
    }
    restartMtu();
    longestArrived.clear();
    lag.clear();
    queue.restart();
    if (epoch != null) {
      timer.start(now);
    }
  }

  /** From now on it carries no data, or does again; the peer is told with the next PINGs. */
  void pause(long now, boolean isPaused) {
    use(now, isPaused ? Use.NONE : Use.DATA);
  }

  /**
   * It is given up: nothing more is sent, but to tell the peer, and what is on its way may come.
   */
  void leave(long now) {
    use(now, Use.LEFT);
    boolean isKnownThere = remote != null && epoch != null;
    goneNanos = isKnownThere ? now + session.pathTimeoutNanos() : now;
  }

  private void use(long now, Use wanted) {
    use = wanted;
    useSinceNanos = now;
    isUseKnown = false;
    noteBroughtIfOpen();
    wake(now);
  }

  /** What only others bring while it is not in use is nothing against it. */
  private void noteBroughtIfOpen() {
    if (session.isOpen()) {
      noteBrought();
    }
  }

  /** The path is to be asked no later than this, if it leads anywhere. */
  void wake(long atNanos) {
    timer.wake(atNanos);
  }

  /** Something has been carried: perhaps so much that the path is worth another PING. */
  void onCarried(long datagrams) {
    if (use == Use.DATA && datagrams - carriedBefore >= session.datagramsAPing()) {
      wake(timer.lastNanos() + (up ? 1 : 2) * session.pingNanos());
    }
  }

  /** The session is in use again: what was not worth a PING meanwhile may be now. */
  void onActive(long now) {
    if (use == Use.DATA && (!up || mtu.isDue())) {
      wake(now);
    }
  }

  long nextTimer() {
    return timer.nextNanos();
  }

  private void leaving(long now) {
    if (isUseKnown) {
      timer.stop();
    } else {
      sendPing(now);
      timer.asked(now, session.askAgainNanos());
    }
  }

  void onTimer(long now) {
    epoch.counters().tick(now);
    if (now < timer.nextNanos()) {
      return;
    }
    if (use == Use.LEFT) {
      leaving(now);
      return;
    }
    boolean forgotten =
        !session.isInitiator()
            && unansweredSinceNanos != NEVER
            && now - unansweredSinceNanos > CoreLimits.FORGET_PATH_NANOS;
    long silentSince = silentSinceNanos();
    boolean silent = silentSince != NEVER && now - silentSince >= session.pathTimeoutNanos();
    if (up && (forgotten || silent)) {
      up = false;
      session.emit(new Event.PathDown(session, this));
    }
    if (forgotten) {
      remote = null; // the peer's to find again; ours to stop sending strangers pings
      proven = false;
      timer.stop();
      return;
    }
    sendPing(now);
  }

  /** Whether two PINGs have gone unanswered for longer than an answer takes. */
  boolean isSilent(long now) {
    return remote == null
        || (unansweredSinceNanos != NEVER
            && now - unansweredSinceNanos > session.pingNanos() + answerNanos());
  }

  private long silentSinceNanos() {
    return Math.min(unansweredSinceNanos, missedSinceNanos);
  }

  /**
   * After how long an answer is overdue. Never longer than it takes a path to be down: one answer
   * that came after half a minute must not hide for minutes that the peer has restarted.
   */
  private long answerNanos() {
    return Math.min(rtt.timeoutNanos(), session.pathTimeoutNanos());
  }

  /** The peer may have sent this token to where we are: it is shown with each PING until a PONG. */
  void takeToken(long addressToken) {
    token = addressToken;
  }

  /**
   * Takes the frames of an opened PATH packet of no path that came on this one: the peer does not
   * know us here.
   *
   * @return false if it is malformed
   */
  boolean onStray(long now, ByteBuffer frames) {
    readAtNanos = now;
    provenBefore = proven;
    challenged = false;
    boolean wellFormed = PathFrames.read(frames, this);
    takeMark();
    if (challenged && remote != null) {
      longestArrived.clear();
      token = challenge;
      sendPing(now);
    }
    return wellFormed;
  }

  private void sendPing(long now) {
    int asked = mayProbe(now) ? mtu.beforePing(now, this::sendProbe) : 0;
    ByteBuffer packet = session.beginPath(id, epoch);
    int longest = longestSentBytes;
    longestSentBytes = 0;
    countSent(0); // of a length that every path carries
    int ping = pings.add(now, epoch.sent(), session.dataSent(), asked, longest, session.random());
    PathFrames.putPing(packet, ping, epoch.sent(), epoch.arrived());
    if (token != 0) {
      PathFrames.putResponse(packet, token);
    }
    if (session.isInitiator() && use != Use.DATA) {
      PathFrames.putState(packet, use == Use.NONE ? PathFrames.PAUSED : PathFrames.LEFT);
    }
    // Where nothing is answered, what asks for ECN may be what is dropped.
    int ecn = isSilent(now) ? TrafficClass.NOT_ECT : TrafficClass.ECT_0;
    sendSealed(packet, port, remote, ecn);
    if (unansweredSinceNanos == NEVER) {
      unansweredSinceNanos = now;
    }
    carriedBefore = session.carried();
    timer.asked(now, pauseAfterPing(now));
  }

  private boolean mayProbe(long now) {
    return carries() && proven && (session.isActive(now) || mtu.isUrgent());
  }

  /** Sends a packet of this length that counts for nothing else. */
  private void sendProbe(int bytes) {
    ByteBuffer packet = session.beginPath(id, epoch);
    sent++;
    PathFrames.putProbe(packet, bytes - session.pathPacketBytes(0));
    sendSealed(packet, port, remote);
  }

  /**
   * After how long it is asked again if nothing proves until then that it carries. One lost PING,
   * or its PONG, must be no verdict, however long an answer takes.
   */
  private long pauseAfterPing(long now) {
    if (up) {
      long overdue = silentSinceNanos() + answerNanos() - now;
      long pause = Math.min(overdue, session.pathTimeoutNanos() / 4);
      return proven ? Math.max(session.askAgainNanos(), pause) : session.pingNanos();
    }
    // Who opened the session does it; each PING that gets through has the other end ask, too.
    boolean often = session.isInitiator() && use == Use.DATA && session.isActive(now);
    return often ? 2 * session.pingNanos() : session.pingIdleNanos();
  }

  /**
   * It has proved that it carries: it is asked again when that is worth it, or after a while; soon,
   * where the peer does not know yet what it is to carry.
   */
  private void rest(long now) {
    if (!isUseKnown) {
      wake(now + session.askAgainNanos());
      return;
    }
    long nextProof = now + session.pingIdleNanos() * 5 / 4; // if only the peer asks meanwhile
    timer.putOffUntil(Math.min(nextProof, timer.lastNanos() + session.restNanos()));
  }

  /**
   * Takes an opened PATH packet of this path and this epoch.
   *
   * @param isNewest whether no packet of the path that was sent later has arrived yet
   * @param length bytes of the whole packet
   * @param frames its frames
   * @return false if it is malformed
   */
  boolean onPacket(
      long now,
      int fromPort,
      InetSocketAddress source,
      boolean isNewest,
      int length,
      ByteBuffer frames) {
    countArrived(length);
    if (!PathFrames.isProbe(frames)) {
      epoch.countArrived();
    }
    readAtNanos = now;
    provenBefore = proven;
    pinged = false;
    challenged = false;
    response = 0;
    answered = false;
    answeredEcn = 0;
    readState = 0;
    // Where an initiator's path leads is its own side's word: otherwise somebody who brings one
    // path's packets over another moves the one onto the other, and the two fail together.
    elsewhere = !session.isInitiator() && !leadsTo(fromPort, source);
    boolean wellFormed = PathFrames.read(frames, this);
    takeMark();
    if (answered) {
      setCarriesEcn(answeredEcn != TrafficClass.NOT_ECT);
    }
    if (elsewhere) {
      if (pinged && (candidate == null || !candidate.isAt(fromPort, source))) {
        candidate = new Candidate(fromPort, source);
      }
      if (candidate != null && candidate.isAt(fromPort, source)) {
        candidate.countReceived(length);
      }
      // Only by the newest packet (RFC 9000, section 9.3), or an old one, kept back, moved it back.
      if (isNewest && session.isAddressToken(now, response, fromPort, source)) {
        moveTo(fromPort, source);
        elsewhere = false;
      }
    }
    if (challenged) {
      // The peer does not know us here yet, and our answer may be lost: ask again soon.
      longestArrived.clear(); // the path leads another way
      wake(now + session.pingNanos());
    }
    if (!session.isInitiator()) {
      reply(fromPort, source, elsewhere);
      if (pinged && isNewest) {
        takeState();
      }
    } else if (remote != null) {
      reply(port, remote, false);
    }
    return wellFormed;
  }

  /** What the end that opened the session wants of it, as its newest PING says. */
  private void takeState() {
    if (readState == PathFrames.LEFT) {
      session.onPathLeft(this);
      return;
    }
    Use wanted = readState == PathFrames.PAUSED ? Use.NONE : Use.DATA;
    if (wanted != use) {
      use = wanted;
      noteBrought();
      session.onPathUsable(readAtNanos);
    }
  }

  private void setCarriesEcn(boolean carries) {
    if (carriesEcn && !carries) {
      // The PING may have gone without, since others before it were lost by chance.
      wake(readAtNanos + session.pingNanos());
    }
    carriesEcn = carries;
  }

  private void reply(int toPort, InetSocketAddress to, boolean elsewhere) {
    if (!pinged && !challenged) {
      return;
    }
    boolean challenging = elsewhere && pinged;
    int length =
        session.pathPacketBytes(
            (pinged ? PathFrames.PONG_BYTES : 0)
                + (challenged ? PathFrames.TOKEN_BYTES : 0)
                + (challenging ? PathFrames.TOKEN_BYTES : 0));
    if (elsewhere && (candidate == null || !candidate.maySend(length))) {
      return;
    }
    ByteBuffer packet = session.beginPath(id, epoch);
    countSent(0);
    if (pinged) {
      PathFrames.putPong(
          packet,
          pingId,
          epoch.sent(),
          epoch.arrived(),
          session.dataArrived(),
          longestArrived.tell(readAtNanos, longestToldAgainNanos()));
    }
    int ecn = session.trafficClass() & TrafficClass.ECN;
    if (pinged && ecn != TrafficClass.NOT_ECT && !elsewhere) {
      PathFrames.putEcn(packet, ecn);
    }
    if (challenged) {
      PathFrames.putResponse(packet, challenge);
    }
    if (challenging) {
      PathFrames.putChallenge(packet, session.addressToken(readAtNanos, toPort, to));
    }
    sendSealed(packet, toPort, to);
  }

  private long longestToldAgainNanos() {
    return Math.max(CoreLimits.LONGEST_TOLD_AGAIN_NANOS, 2 * answerNanos());
  }

  private void moveTo(int newPort, InetSocketAddress newRemote) {
    InetSocketAddress before = remote;
    port = newPort;
    remote = newRemote;
    candidate = null;
    carriesEcn = false;
    restartMtu();
    longestArrived.clear();
    lag.clear();
    queue.restart();
    unansweredSinceNanos = NEVER;
    timer.start(readAtNanos);
    if (before == null) {
      up = true;
    } else {
      session.emit(new Event.PathMoved(session, this, before));
    }
    if (!up) {
      up = true;
      session.emit(new Event.PathUp(session, this));
    }
    session.onPathUsable(readAtNanos);
  }

  @Override
  public void onPing(int id, long peerSent, long peerArrivedNow) {
    pinged = true;
    pingId = id;
    lossIn.update(peerSent, epoch.arrived());
    if (up && !elsewhere && peerArrivedNow > peerArrived) {
      // What we send arrives, though answers may be lost on their way back.
      unansweredSinceNanos = NEVER;
      if (proven && !mtu.isSearching()) {
        rest(readAtNanos);
      }
    } else if (!up) {
      wake(readAtNanos);
    }
    peerArrived = Math.max(peerArrived, peerArrivedNow);
  }

  @Override
  public void onPong(
      int id, long peerSent, long peerArrivedNow, long peerDelivered, int longestBytes) {
    lossIn.update(peerSent, epoch.arrived());
    int ping = pings.find(id);
    if (ping < 0) {
      return;
    }
    token = 0;
    long roundTripNanos = Math.max(0, session.arrivedNanos() - pings.atNanos(ping));
    if (roundTripNanos <= CoreLimits.LONGEST_ROUND_TRIP_NANOS) {
      rtt.sample(readAtNanos, roundTripNanos);
      session.onRoundTrip(readAtNanos, this, roundTripNanos);
    }
    lossOut.update(pings.pathSent(ping), peerArrivedNow);
    session.onDelivered(pings.dataSent(ping), peerDelivered);
    peerArrived = Math.max(peerArrived, peerArrivedNow);
    if (remote == null || elsewhere) {
      return; // forgotten meanwhile, or not from there: only a CHALLENGE proves another address
    }
    answered = true;
    boolean wasNarrow = mtu.isNarrow();
    mtu.onPong(readAtNanos, pings.asked(ping), pings.longestSentBytes(ping), longestBytes);
    if (mtu.isNarrow() && !wasNarrow) {
      session.emit(new Event.PathNarrow(session, this));
    }
    isUseKnown |= pings.atNanos(ping) >= useSinceNanos;
    if (use == Use.LEFT) {
      settleLeaving();
      return;
    }
    prove();
    if (mtu.isDue() && mayProbe(readAtNanos)) {
      wake(readAtNanos);
    } else {
      rest(readAtNanos);
    }
  }

  /** Once the peer knows, it sends nothing more: what it has sent by then comes soon. */
  private void settleLeaving() {
    if (isUseKnown) {
      timer.stop();
      goneNanos = Math.min(goneNanos, readAtNanos + CoreLimits.DRAIN_NANOS);
    }
  }

  @Override
  public void onChallenge(long token) {
    challenged = true;
    rebindings += provenBefore && token != challenge ? 1 : 0;
    challenge = token;
  }

  @Override
  public void onResponse(long token) {
    response = token;
  }

  @Override
  public void onAsk(int question, int epochNumber, long first, ByteBuffer offsets) {
    session.repair().onAsk(readAtNanos, question, epochNumber, first, offsets);
  }

  @Override
  public void onMark(int epochNumber, long highest) {
    marked = true;
    markedEpoch = epochNumber;
    markedHighest = highest;
  }

  @Override
  public void onParity(int epochNumber, long first, int lengths, int offset, ByteBuffer bytes) {
    session.onParity(readAtNanos, epochNumber, first, lengths, offset, bytes);
  }

  @Override
  public void onEcn(int field) {
    answeredEcn = field;
  }

  @Override
  public void onState(int state) {
    readState = state;
  }

  /** Takes the last MARK of the packet that was read: each may make a thousand holes. */
  private void takeMark() {
    if (marked) {
      marked = false;
      session.repair().onMark(readAtNanos, markedEpoch, markedHighest, this);
    }
  }

  private void prove() {
    unansweredSinceNanos = NEVER;
    if (!up || !proven) {
      up = true;
      proven = true;
      wake(readAtNanos); // what it carries is asked with PINGs
      session.emit(new Event.PathUp(session, this));
      session.onPathUsable(readAtNanos);
    }
  }

  long sentBytes() {
    return sentBytes;
  }

  /**
   * Its figures.
   *
   * @param takesRecent whether the recent round trips are wanted, which are told once
   */
  PathReport report(boolean takesRecent) {
    return new PathReport(
        id,
        name,
        remote,
        state(),
        up,
        mtu.ipBytes(),
        carriesEcn,
        sent,
        received,
        sentBytes,
        receivedBytes,
        lossOut.totals(),
        lossIn.totals(),
        rtt.smoothedNanos(),
        rtt.all(),
        takesRecent ? rtt.takeRecent() : RoundTrips.NONE,
        wins,
        saves);
  }

  private PathReport.State state() {
    if (remote == null) {
      return PathReport.State.UNRESOLVED;
    }
    if (use == Use.NONE) {
      return PathReport.State.PAUSED;
    }
    if (!up) {
      return epoch == null ? PathReport.State.NEW : PathReport.State.DOWN;
    }
    if (!proven) {
      return PathReport.State.NEW;
    }
    return mtu.isNarrow() ? PathReport.State.NARROW : PathReport.State.UP;
  }

  @Override
  public String toString() {
    return name;
  }
}
