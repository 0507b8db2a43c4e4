package dev.mptunnel.core;

import java.util.Collection;

/**
 * What an endpoint dropped without a word, by reason. Written on the engine's thread; a reader
 * elsewhere sees values that may be a moment old.
 */
public final class EndpointCounters {

  long malformed;
  long strange;
  long damaged;
  long misdirected;
  long sessionsRefused;
  long handshakesEvicted;
  long forged;
  long handshakesRefused;
  long handshakesAnswered;
  long cookiesSent;
  long hintsSent;
  long repliesWithheld;
  long openingsWithheld;
  long flowsWithheld;
  long flowsUnnamed;
  long flowsRefused;
  long oversized;
  long fragmentsWithheld;
  long incomplete;
  long waitedTooLong;
  long congested;

  EndpointCounters() {}

  /** What several endpoints dropped together, at this moment. From any thread. */
  public static EndpointCounters sum(Collection<EndpointCounters> all) {
    EndpointCounters sum = new EndpointCounters();
    all.forEach(sum::add);
    return sum;
  }

  private void add(EndpointCounters other) {
    malformed += other.malformed;
    strange += other.strange;
    damaged += other.damaged;
    misdirected += other.misdirected;
    sessionsRefused += other.sessionsRefused;
    handshakesEvicted += other.handshakesEvicted;
    forged += other.forged;
    handshakesRefused += other.handshakesRefused;
    handshakesAnswered += other.handshakesAnswered;
    cookiesSent += other.cookiesSent;
    hintsSent += other.hintsSent;
    repliesWithheld += other.repliesWithheld;
    openingsWithheld += other.openingsWithheld;
    flowsWithheld += other.flowsWithheld;
    flowsUnnamed += other.flowsUnnamed;
    flowsRefused += other.flowsRefused;
    oversized += other.oversized;
    fragmentsWithheld += other.fragmentsWithheld;
    incomplete += other.incomplete;
    waitedTooLong += other.waitedTooLong;
    congested += other.congested;
  }

  /** Packets too short, too long, of an unknown type, or with frames that do not fit. */
  public long malformed() {
    return malformed;
  }

  /** Packets of sessions that do not exist here. */
  public long strange() {
    return strange;
  }

  /** Packets that failed their check sum or seal, or belong to an epoch long gone. */
  public long damaged() {
    return damaged;
  }

  /** Packets from an end in the wrong role, such as our own thrown back at us. */
  public long misdirected() {
    return misdirected;
  }

  /** Sessions that were refused since there were too many. */
  public long sessionsRefused() {
    return sessionsRefused;
  }

  /** Unconfirmed handshakes that made room for newer ones. */
  public long handshakesEvicted() {
    return handshakesEvicted;
  }

  /** Handshake packets, cookies and hints of somebody who does not have the key for them. */
  public long forged() {
    return forged;
  }

  /** Handshakes of peers that are not, or no more, or not so often, let in. */
  public long handshakesRefused() {
    return handshakesRefused;
  }

  /** Handshakes that keys were computed for. */
  public long handshakesAnswered() {
    return handshakesAnswered;
  }

  /** Handshakes answered with a cookie, since there were many. */
  public long cookiesSent() {
    return cookiesSent;
  }

  /** Packets of sessions that do not exist here, answered with a hint. */
  public long hintsSent() {
    return hintsSent;
  }

  /** Answers to strangers that would have been too many. */
  public long repliesWithheld() {
    return repliesWithheld;
  }

  /** Packets from unknown addresses left unopened, since too many before them did not open. */
  public long openingsWithheld() {
    return openingsWithheld;
  }

  /** Datagrams of new flows that were dropped since their peer opened flows too fast. */
  public long flowsWithheld() {
    return flowsWithheld;
  }

  /** Pieces of datagrams that there was no room for, or that came twice. */
  public long fragmentsWithheld() {
    return fragmentsWithheld;
  }

  /**
   * Datagrams given up since pieces of them were missing for too long, or others needed the room.
   */
  public long incomplete() {
    return incomplete;
  }

  /** Datagrams of flows with a named target that is not known here yet, or not any more. */
  public long flowsUnnamed() {
    return flowsUnnamed;
  }

  /** Datagrams to targets that are not there or not for their client. */
  public long flowsRefused() {
    return flowsRefused;
  }

  /** Datagrams of our own side too large to carry. */
  public long oversized() {
    return oversized;
  }

  /** Datagrams of our own side dropped because no path was there for too long. */
  public long waitedTooLong() {
    return waitedTooLong;
  }

  /** Packets marked as congested whose datagrams' senders would not heed that. */
  public long congested() {
    return congested;
  }
}
