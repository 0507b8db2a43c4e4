package dev.mptunnel.config;

import dev.mptunnel.core.TrafficClass;

/**
 * What all programs set alike about their sockets.
 *
 * @param bufferBytes asked of the kernel for each direction of a socket
 * @param dscp what the packets between our programs are marked with, 6 bits
 * @param carried the bits of {@link TrafficClass} that these, and what they carry, have from each
 *     other
 * @param engine what moves the datagrams
 * @param busyPollNanos how long that asks its sockets again before it sleeps, or 0
 */
public record SocketSettings(
    int bufferBytes, int dscp, int carried, EngineChoice engine, long busyPollNanos) {

  /** With all else as it is by default. */
  public SocketSettings(int bufferBytes, EngineChoice engine) {
    this(bufferBytes, 0, 0, engine, 0);
  }

  static SocketSettings of(SettingValues values) throws ConfigException {
    int dscp = values.get(Settings.DSCP);
    boolean copiesDscp = dscp == DiffServ.COPY;
    boolean copiesEcn = values.get(Settings.ECN) == EcnChoice.COPY;
    return new SocketSettings(
        Math.toIntExact(values.get(Settings.SOCKET_BUFFER)),
        copiesDscp ? 0 : dscp,
        (copiesDscp ? TrafficClass.DSCP : 0) | (copiesEcn ? TrafficClass.ECN : 0),
        values.get(Settings.ENGINE),
        values.get(Settings.BUSY_POLL));
  }
}
