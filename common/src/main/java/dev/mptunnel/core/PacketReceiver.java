package dev.mptunnel.core;

import dev.mptunnel.wire.DataFrames;
import dev.mptunnel.wire.Header;
import dev.mptunnel.wire.Limits;
import dev.mptunnel.wire.PacketType;
import dev.mptunnel.wire.PathFrames;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/**
 * What a session does with DATA and PATH packets: drops what it has, opens the others, and says to
 * path and session what arrived where. A packet whose counter was taken is dropped before it is
 * opened, so that many copies cost one decryption; a counter is taken only after the packet opened.
 */
final class PacketReceiver {

  private final Context context;
  private final Session session;
  private long duplicates;

  // What the PATH packet that is being read has brought back.
  private Epoch rebuiltEpoch;
  private ParityGroups.Rebuilt rebuilt;

  PacketReceiver(Context context, Session session) {
    this.context = context;
    this.session = session;
  }

  /** Copies that arrived after the first one. */
  long duplicates() {
    return duplicates;
  }

  /** Takes a packet. @return false if it opens in no epoch that the session has */
  boolean receive(long now, int port, InetSocketAddress source, ByteBuffer packet) {
    Epoch epoch = session.epochs().find(Header.epoch(packet));
    if (epoch == null) {
      return false;
    }
    return isData(packet)
        ? receiveData(now, epoch, port, source, packet)
        : receivePath(now, epoch, port, source, packet);
  }

  /**
   * Takes a packet that has opened.
   *
   * @param length bytes of the whole packet
   */
  void take(
      long now, Epoch epoch, int port, InetSocketAddress source, int length, ByteBuffer packet) {
    if (isData(packet)) {
      Path path = session.paths().from(port, source);
      takeData(now, epoch, path, port, source, length, packet);
    } else {
      takePath(now, epoch, port, source, length, packet);
    }
  }

  private static boolean isData(ByteBuffer packet) {
    return PacketType.type(packet.get(packet.position())) == PacketType.DATA;
  }

  private boolean isCurrent(Epoch epoch) {
    return epoch == session.epochs().current();
  }

  private boolean receiveData(
      long now, Epoch epoch, int port, InetSocketAddress source, ByteBuffer packet) {
    long counter = Header.dataCounter(packet);
    Path path = session.paths().from(port, source);
    if (!epoch.window().isNew(counter)) {
      duplicates++;
      if (path != null) {
        path.countReceived(packet.remaining());
        if (epoch.ledger().further(counter, path, session.paths())) {
          if (isCurrent(epoch)) {
            path.epoch().countArrived();
          }
          session.repair().onCopy(now, epoch, counter, path);
        }
      }
      return true;
    }
    if (path == null && !context.limits().mayTryToOpen(now, session.id(), PacketType.DATA)) {
      context.counters().openingsWithheld++;
      return true;
    }
    int length = packet.remaining();
    ParityGroups parity = epoch.losses().parity();
    boolean isOfGroup = parity.isExpected(counter);
    if (isOfGroup) {
      parity.hold(packet);
    }
    ByteBuffer opened = context.open(epoch.protection(), packet);
    if (opened == null) {
      if (path == null) {
        context.limits().countFailedOpening(now, session.id(), PacketType.DATA);
      }
      return false;
    }
    if (isToBeDropped(opened)) {
      context.counters().congested++; // as if lost on its way: a copy may come on another path
      return true;
    }
    takeData(now, epoch, path, port, source, length, opened);
    if (isOfGroup) {
      keepRebuilt(epoch, parity.take(counter));
      takeRebuilt(now);
    }
    return true;
  }

  private boolean isToBeDropped(ByteBuffer opened) {
    int outer = context.trafficClass();
    int framesBegin = opened.position() + Header.LENGTH;
    return outer != 0
        && TrafficClass.isDropped(DataFrames.trafficClass(opened, framesBegin), outer);
  }

  /**
   * Keeps a DATA packet that was put together, until the packet that made it possible is done with:
   * it may end the session, which nothing else in a PATH packet does.
   *
   * @param packet or null
   */
  void keepRebuilt(Epoch epoch, ParityGroups.Rebuilt packet) {
    if (packet != null) {
      rebuiltEpoch = epoch;
      rebuilt = packet;
    }
  }

  /** Takes the last one that is kept, as if it had come; but it came on no path. */
  private void takeRebuilt(long now) {
    if (rebuilt != null) {
      Epoch epoch = rebuiltEpoch;
      ParityGroups.Rebuilt packet = rebuilt;
      rebuiltEpoch = null;
      rebuilt = null;
      takeRebuilt(now, epoch, packet);
    }
  }

  private void takeRebuilt(long now, Epoch epoch, ParityGroups.Rebuilt rebuilt) {
    if (session.isClosed() || !epoch.window().isNew(rebuilt.counter())) {
      return;
    }
    ByteBuffer packet = rebuilt.packet();
    Header.putData(packet, !session.isInitiator(), session.id(), epoch.number(), rebuilt.counter());
    ByteBuffer opened = context.open(epoch.protection(), packet);
    if (opened == null) {
      context.counters().malformed++;
      return;
    }
    epoch.window().take(rebuilt.counter());
    session.repair().onRebuilt(now, epoch, rebuilt.counter());
    long believed = epoch.window().highest();
    epoch.ledger().first(rebuilt.counter(), believed, null, session.fate());
    takeFrames(now, epoch, rebuilt.counter(), null, TrafficClass.NOT_ECT, opened);
  }

  private void takeFrames(
      long now, Epoch epoch, long counter, Path path, int outer, ByteBuffer packet) {
    packet.position(packet.position() + Header.LENGTH);
    if (!session.onData(now, epoch, counter, path, outer, packet)) {
      context.counters().malformed++;
    }
    session.onArrivals(now);
  }

  private void takeData(
      long now,
      Epoch epoch,
      Path path,
      int port,
      InetSocketAddress source,
      int length,
      ByteBuffer packet) {
    long counter = Header.dataCounter(packet);
    epoch.window().take(counter);
    // Of one that every path lost the ledger is told of none, whatever brings the answer.
    boolean isAnswer = session.repair().onFirst(now, epoch, counter, path, length);
    long believed = epoch.window().highest();
    epoch.ledger().first(counter, believed, isAnswer ? null : path, session.fate());
    if (path != null) {
      path.countReceived(length);
      if (isCurrent(epoch)) {
        path.epoch().countArrived();
        session.paths().onFirst(now, session.dataArrived());
      }
    } else if (!session.isInitiator() && isCurrent(epoch) && !session.isClosed()) {
      challengeStray(now, epoch, port, source, length);
    }
    session.noteHeard(now, epoch);
    takeFrames(now, epoch, counter, path, context.trafficClass(), packet);
  }

  /**
   * DATA that opened came from an address of no path: a path has probably moved there, as all do
   * when a bridge restarts, but DATA does not say which. So that the answers need not wait for the
   * path's next PING, whoever is there is challenged on no path, and will know which one it is.
   */
  private void challengeStray(
      long now, Epoch epoch, int port, InetSocketAddress source, int received) {
    if (session.pathPacketBytes(PathFrames.TOKEN_BYTES) > received
        || !context.limits().mayReplyToData(now, source)) {
      context.counters().repliesWithheld++;
      return;
    }
    ByteBuffer packet = session.beginPath(Header.NO_PATH, epoch.noPath());
    PathFrames.putChallenge(packet, session.addressToken(now, port, source));
    session.sendPath(packet, port, source);
  }

  private boolean receivePath(
      long now, Epoch epoch, int port, InetSocketAddress source, ByteBuffer packet) {
    int pathId = Header.path(packet);
    boolean isStray = pathId == Header.NO_PATH && session.isInitiator();
    if (pathId >= Limits.MAX_PATHS && !isStray) {
      return false; // no peer sends that
    }
    if (session.epochs().isPrevious(epoch) || session.isClosed()) {
      return true; // of no use any more
    }
    PathEpoch pathEpoch = isStray ? epoch.noPath() : session.paths().epochOf(pathId);
    if (pathEpoch != null && !pathEpoch.window().isNew(Header.pathCounter(packet))) {
      duplicates++;
      return true;
    }
    boolean isElsewhere = session.paths().from(port, source) == null;
    if (isElsewhere && !context.limits().mayTryToOpen(now, session.id(), PacketType.PATH)) {
      context.counters().openingsWithheld++;
      return true;
    }
    int length = packet.remaining();
    ByteBuffer opened = context.open(epoch.protection(), packet);
    if (opened == null) {
      if (isElsewhere) {
        context.limits().countFailedOpening(now, session.id(), PacketType.PATH);
      }
      return false;
    }
    takePath(now, epoch, port, source, length, opened);
    return true;
  }

  private void takePath(
      long now, Epoch epoch, int port, InetSocketAddress source, int length, ByteBuffer packet) {
    int pathId = Header.path(packet);
    long counter = Header.pathCounter(packet);
    boolean isStray = pathId == Header.NO_PATH && session.isInitiator();
    Path path = isStray ? session.paths().from(port, source) : session.path(pathId);
    packet.position(packet.position() + Header.LENGTH);
    if (path == null) {
      if (session.isInitiator()) {
        context.counters().malformed += isStray ? 0 : 1;
        return;
      }
      if (isLateOnLeft(pathId, counter, packet)) {
        session.paths().epochOf(pathId).window().take(counter);
        session.noteHeard(now, epoch);
        return;
      }
      path = session.addPath(pathId, "path " + pathId, port, null);
      path.startEpoch(now);
    }
    PathEpoch pathEpoch = isStray ? epoch.noPath() : path.epoch();
    boolean isNewest = counter > pathEpoch.window().highest();
    pathEpoch.window().take(counter);
    session.noteHeard(now, epoch);
    if (isStray) {
      session
          .paths()
          .forEach(each -> each.wake(now)); // where one path has moved, others may have too
    }
    boolean wellFormed =
        isStray
            ? path.onStray(now, packet)
            : path.onPacket(now, port, source, isNewest, length, packet);
    if (!wellFormed) {
      context.counters().malformed++;
    }
    takeRebuilt(now);
  }

  /**
   * Whether a packet comes late of a path that is gone, or says again that it is to go: it does not
   * bring it back, and costs nothing.
   */
  private boolean isLateOnLeft(int pathId, long counter, ByteBuffer frames) {
    return session.paths().wasLeft(pathId)
        && (counter <= session.paths().epochOf(pathId).window().highest()
            || !PathFrames.asksForPath(frames));
  }
}
