package dev.mptunnel.core;

import java.util.random.RandomGenerator;

/**
 * What all endpoints of a process may do and keep together: each is driven by a thread of its own,
 * and what they share here is counted in a way that every thread may count. What an endpoint has
 * many of at once, and seldom needs, is shared out in equal parts instead.
 */
public final class ProcessLimits {

  private final int endpoints;
  private final SessionPlaces places;
  private final StrangerLimits strangers;
  private final SharedRoom sentRoom;
  private final SharedRoom heldRoom;

  private ProcessLimits(
      int endpoints,
      SessionPlaces places,
      StrangerLimits strangers,
      SharedRoom sentRoom,
      SharedRoom heldRoom) {
    this.endpoints = endpoints;
    this.places = places;
    this.strangers = strangers;
    this.sentRoom = sentRoom;
    this.heldRoom = heldRoom;
  }

  /**
   * Limits that nothing has been taken of.
   *
   * @param endpoints how many share them
   * @param places those of sessions
   * @param random unpredictable
   */
  public ProcessLimits(int endpoints, SessionPlaces places, RandomGenerator random) {
    this(
        endpoints,
        places,
        new StrangerLimits(random),
        new SharedRoom(CoreLimits.RESEND_BYTES),
        new SharedRoom(CoreLimits.HELD_BYTES));
  }

  /** The limits of an endpoint that is alone in its process. */
  public static ProcessLimits ofOne(EndpointSettings settings, RandomGenerator random) {
    return new ProcessLimits(1, CountedPlaces.of(settings), random);
  }

  /** The same limits, with the places as one endpoint's thread may use them. */
  public ProcessLimits with(SessionPlaces its) {
    return new ProcessLimits(endpoints, its, strangers, sentRoom, heldRoom);
  }

  /** What one endpoint may have of a number that is for all. */
  int share(int whole) {
    return Math.max(1, whole / endpoints);
  }

  SessionPlaces places() {
    return places;
  }

  StrangerLimits strangers() {
    return strangers;
  }

  /** Where sent packets are kept, to be sent again. */
  SharedRoom sentRoom() {
    return sentRoom;
  }

  /** Where datagrams wait for those before them. */
  SharedRoom heldRoom() {
    return heldRoom;
  }
}
