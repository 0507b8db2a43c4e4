package dev.mptunnel.core;

import java.util.concurrent.TimeUnit;

/**
 * How an {@link Endpoint} behaves. Times are in nanoseconds.
 *
 * @param acceptsSessions whether peers may open sessions with us
 * @param pingNanos how often a path is asked for an answer at the most, while it answers
 * @param pingIdleNanos how often at the least, by the end that opened the session
 * @param pathTimeoutNanos after how long without an answer a path is down
 * @param flowTimeoutNanos after how long without a datagram a flow is forgotten
 * @param sessionTimeoutNanos after how long without a packet a session that the peer opened is
 *     forgotten
 * @param maxFlows flows per session
 * @param maxSessions sessions that peers may have open at once
 * @param maxSessionsPerClient of those, for one client that has a key of its own
 * @param mtuBytes the longest IP packet that a path carries, or 0 to find out
 * @param keySettings when keys are renewed, where they age
 * @param repairSettings what is asked for again, and what waits for it
 */
public record EndpointSettings(
    boolean acceptsSessions,
    long pingNanos,
    long pingIdleNanos,
    long pathTimeoutNanos,
    long flowTimeoutNanos,
    long sessionTimeoutNanos,
    int maxFlows,
    int maxSessions,
    int maxSessionsPerClient,
    int mtuBytes,
    KeySettings keySettings,
    RepairSettings repairSettings) {

  /**
   * When keys are renewed (WireGuard, section 6.1, renews after the same time).
   *
   * @param renewAfterNanos the age at which an initiator starts a handshake for new ones
   * @param renewAfterPackets the same in packets sealed or opened
   * @param dieAfterNanos the age at which they are forgotten on both ends
   */
  public record KeySettings(long renewAfterNanos, long renewAfterPackets, long dieAfterNanos) {

    /** 120 s or 2<sup>28</sup> packets, and 180 s. */
    public static final KeySettings DEFAULT =
        new KeySettings(TimeUnit.SECONDS.toNanos(120), 1L << 28, TimeUnit.SECONDS.toNanos(180));
  }

  /**
   * What is done about packets that all paths lost.
   *
   * @param share the most that asking for them, and sending them again, may add to a session's
   *     bytes, 0 to 1; at 0 nothing is asked for or sent again
   * @param holdNanos how long what came may wait for what was sent before it, on flows that want
   *     their order: {@link #HOLD_AUTO}, or {@link #HOLD_OFF}, or a fixed time
   */
  public record RepairSettings(double share, long holdNanos) {

    /** As long as repair takes on these paths. */
    public static final long HOLD_AUTO = -1;

    /** Not at all. */
    public static final long HOLD_OFF = 0;

    /** 3 %, and as long as repair takes. */
    public static final RepairSettings DEFAULT = new RepairSettings(0.03, HOLD_AUTO);

    /** Neither. */
    public static final RepairSettings OFF = new RepairSettings(0, HOLD_OFF);
  }

  /** What the programs default to, for an end that accepts sessions or one that only opens them. */
  public static EndpointSettings defaults(boolean acceptsSessions) {
    return new EndpointSettings(
        acceptsSessions,
        TimeUnit.MILLISECONDS.toNanos(250),
        TimeUnit.SECONDS.toNanos(5),
        TimeUnit.SECONDS.toNanos(3),
        TimeUnit.MINUTES.toNanos(5),
        TimeUnit.SECONDS.toNanos(60),
        256,
        1024,
        16,
        0,
        KeySettings.DEFAULT,
        RepairSettings.DEFAULT);
  }
}
