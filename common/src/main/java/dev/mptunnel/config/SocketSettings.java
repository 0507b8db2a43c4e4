package dev.mptunnel.config;

/**
 * What all programs set alike about their sockets.
 *
 * @param bufferBytes asked of the kernel for each direction of a socket
 * @param dscp what the packets between our programs are marked with, 6 bits
 * @param engine what moves the datagrams
 * @param busyPollNanos how long that asks its sockets again before it sleeps, or 0
 */
public record SocketSettings(int bufferBytes, int dscp, EngineChoice engine, long busyPollNanos) {

  /** With all else as it is by default. */
  public SocketSettings(int bufferBytes, EngineChoice engine) {
    this(bufferBytes, 0, engine, 0);
  }

  static SocketSettings of(SettingValues values) throws ConfigException {
    return new SocketSettings(
        Math.toIntExact(values.get(Settings.SOCKET_BUFFER)),
        values.get(Settings.DSCP),
        values.get(Settings.ENGINE),
        values.get(Settings.BUSY_POLL));
  }
}
