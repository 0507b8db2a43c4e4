package dev.mptunnel.config;

import dev.mptunnel.core.EndpointSettings.RepairSettings;

/**
 * What client and server set alike about sessions.
 *
 * @param pingNanos least time between the PINGs of a path that answers
 * @param pingIdleNanos longest time between them
 * @param pathTimeoutNanos how long a path may leave PINGs unanswered before it counts as down
 * @param mtuBytes the longest IP packet that every path carries, or 0 to find out
 * @param repair what is asked for again, and what waits for it
 * @param flowTimeoutNanos how long a flow may be silent before it is forgotten
 * @param maxFlows flows at once in one session
 */
public record SessionSettings(
    long pingNanos,
    long pingIdleNanos,
    long pathTimeoutNanos,
    int mtuBytes,
    RepairSettings repair,
    long flowTimeoutNanos,
    int maxFlows) {

  /** The same with so many flows at once. */
  public SessionSettings withMaxFlows(int most) {
    return new SessionSettings(
        pingNanos, pingIdleNanos, pathTimeoutNanos, mtuBytes, repair, flowTimeoutNanos, most);
  }

  static SessionSettings of(SettingValues values) throws ConfigException {
    return new SessionSettings(
        values.get(Settings.PING),
        values.get(Settings.PING_IDLE),
        values.get(Settings.PATH_TIMEOUT),
        Math.toIntExact(values.get(Settings.MTU)),
        new RepairSettings(values.get(Settings.REPAIR), values.get(Settings.HOLD)),
        values.get(Settings.FLOW_TIMEOUT),
        Math.toIntExact(values.get(Settings.MAX_FLOWS)));
  }
}
