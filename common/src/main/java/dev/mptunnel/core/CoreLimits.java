package dev.mptunnel.core;

import java.util.concurrent.TimeUnit;

/** The engine's limits that no user needs to set, in one place. */
final class CoreLimits {

  /** How far behind the highest counter of its epoch a DATA packet may arrive. */
  static final int DATA_WINDOW = 65_536;

  /** How far behind the highest counter of its path and epoch a PATH packet may arrive. */
  static final int PATH_WINDOW = 1_024;

  /** Handshakes that a responder answered and nobody has confirmed, over all of its sessions. */
  static final int MAX_PENDING_HANDSHAKES = 1_024;

  /** Of those, for one session. */
  static final int MAX_PENDING_PER_SESSION = 4;

  /** How long an answered handshake may be confirmed, and is answered alike. */
  static final long PENDING_LIFETIME_NANOS = TimeUnit.SECONDS.toNanos(10);

  /**
   * Handshakes that a responder answers in a second, in the long run, and at once. One costs a
   * third of a millisecond.
   */
  static final int HANDSHAKES_PER_SECOND = 400;

  static final int HANDSHAKE_BURST = 200;

  /** How long one key of ours makes cookies and address tokens (WireGuard, section 5.4.7). */
  static final long ADDRESS_KEY_NANOS = TimeUnit.MINUTES.toNanos(2);

  /** How long an initiator uses a cookie, a little less than it is good. */
  static final long COOKIE_NANOS = TimeUnit.SECONDS.toNanos(115);

  /** How long packets of the epoch before are still taken where its keys do not die earlier. */
  static final long PREVIOUS_EPOCH_NANOS = TimeUnit.SECONDS.toNanos(180);

  /** How often a handshake that nobody answers begins anew, with new keys. */
  static final long ATTEMPT_NANOS = TimeUnit.SECONDS.toNanos(5);

  /** How long ago a packet may have been sent that a hint answers. */
  static final long HINT_AGE_NANOS = TimeUnit.SECONDS.toNanos(3);

  /** The first and the longest pause between two handshakes that hints make us start. */
  static final long FIRST_HINT_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  static final long LAST_HINT_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(60);

  /**
   * The longest time between a PING and its PONG that is taken for a round trip. A longer one was a
   * suspension of the machine, and would have us wait as long for answers that do not come.
   */
  static final long LONGEST_ROUND_TRIP_NANOS = TimeUnit.SECONDS.toNanos(5);

  /**
   * Datagrams, both ways together, after which the end that opened the session asks its paths
   * again: PINGs and PONGs of both ends are then a seventh of all packets at the most.
   */
  static final int DATAGRAMS_A_PING = 16;

  /** After how many it is looked whether there are so many. */
  static final int DATAGRAMS_A_CHECK = 4;

  /**
   * How much more seldom the other end asks, since each of those PINGs proves to it that what it
   * sends arrives.
   */
  static final int RESPONDER_SELDOM = 4;

  /** How often a path is asked that does not answer, until it is down. */
  static final int ASKED_UNTIL_DOWN = 24;

  static final long ASKED_AGAIN_AT_LEAST_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  /** After how many packets that only other paths brought a path is asked at once, at first. */
  static final int MISSED_IN_A_ROW = 4;

  /** How long the longest packet that arrived on a path is remembered, and for one PONG more. */
  static final long LONGEST_ARRIVED_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  /** That PONG must follow so soon, or as soon as one that was lost is asked for again. */
  static final long LONGEST_TOLD_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  /** How long a datagram waits for its missing pieces. */
  static final long FRAGMENTS_NANOS = TimeUnit.SECONDS.toNanos(2);

  /** Bytes of pieces that wait in one session, and in all. */
  static final int FRAGMENT_BYTES_PER_SESSION = 1 << 20;

  static final int FRAGMENT_BYTES = 64 << 20;

  /** What a piece costs besides its bytes, and a datagram besides its pieces. */
  static final int FRAGMENT_COST_BYTES = 128;

  /** Bytes that may be saved up for repair in one session, each way. */
  static final int REPAIR_SAVED_BYTES = 256 << 10;

  /** How long packets are kept to be sent again, and how many bytes of one epoch, and in all. */
  static final long RESEND_NANOS = TimeUnit.SECONDS.toNanos(3);

  static final int RESEND_BYTES_PER_EPOCH = 4 << 20;
  static final int RESEND_BYTES = 32 << 20;

  /** Whoever keeps more than so much gets more only while half of the room is left. */
  static final int MUCH_BYTES = 256 << 10;

  /** Packets of one epoch that may be missing at once; older ones are given up for newer ones. */
  static final int MAX_HOLES = 1_024;

  /** The longest packets that a parity is made of. */
  static final int PARITY_PACKET_BYTES = 2_048;

  /** How often a lost packet is asked for. */
  static final int MAX_QUESTIONS = 3;

  /** The longest that a datagram waits for one before it. */
  static final long LONGEST_HOLD_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** Datagrams of one flow that wait for others, and bytes of one session, and in all. */
  static final int HELD_PER_FLOW = 4_096;

  static final int HELD_BYTES_PER_SESSION = 4 << 20;
  static final int HELD_BYTES = 32 << 20;

  /** What a datagram costs that waits, besides its bytes. */
  static final int HELD_COST_BYTES = 64;

  /** How often somebody is told that lost packets are not asked for. */
  static final long TELL_STEPPED_BACK_NANOS = TimeUnit.MINUTES.toNanos(1);

  /** How often it is looked whether paths lose the same packets. */
  static final long TELL_SHARED_FATE_NANOS = TimeUnit.SECONDS.toNanos(5);

  /** After how many datagrams in pieces a flow's owner is told. */
  static final int TELL_FRAGMENTS = 100;

  /** How long a refused initiator waits before it asks again. */
  static final long REFUSED_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(10);

  /** The same where there was no room: a session may end at any moment. */
  static final long FULL_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(2);

  /** How many flows a peer may open in the long run; each is a socket toward the target. */
  static final int NEW_FLOWS_PER_SECOND = 500;

  /** How often the peer is told again where a flow leads that has been answered. */
  static final long INTRODUCE_AGAIN_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** How often a session's peer is told which of its flows are refused, and of how many. */
  static final long REFUSE_AGAIN_NANOS = TimeUnit.SECONDS.toNanos(1);

  static final int REFUSALS_AT_ONCE = 16;

  /** Of how many targets of a client that are refused an endpoint tells our side in a while. */
  static final int REFUSED_TARGETS_TOLD = 16;

  /** Of how many clients'. */
  static final int REFUSED_CLIENTS_TOLD = 64;

  /**
   * How often an endpoint tells of one kind of stranger, or of a client that asks for what it
   * cannot have.
   */
  static final long TELL_STRANGERS_NANOS = TimeUnit.MINUTES.toNanos(1);

  /** How long a session that the peer closed still delivers what arrives late. */
  static final long DRAIN_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** After how long without DATA a session counts as idle. */
  static final long IDLE_AFTER_NANOS = TimeUnit.SECONDS.toNanos(10);

  /** After how long without an answer a responder forgets where a path leads. */
  static final long FORGET_PATH_NANOS = TimeUnit.SECONDS.toNanos(60);

  /** The first and the longest pause between two tries of a handshake. */
  static final long FIRST_RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

  static final long LAST_RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** Datagrams, and their bytes, that wait while a session has no path yet, and how long. */
  static final int BACKLOG_DATAGRAMS = 128;

  static final int BACKLOG_BYTES = 256 * 1024;
  static final long BACKLOG_NANOS = TimeUnit.SECONDS.toNanos(5);

  private CoreLimits() {}
}
