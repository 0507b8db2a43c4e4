package dev.mptunnel.config;

/**
 * What all programs set alike about their sockets.
 *
 * @param bufferBytes asked of the kernel for each direction of a socket
 * @param engine what moves the datagrams
 */
public record SocketSettings(int bufferBytes, EngineChoice engine) {

  static SocketSettings of(SettingValues values) throws ConfigException {
    return new SocketSettings(
        Math.toIntExact(values.get(Settings.SOCKET_BUFFER)), values.get(Settings.ENGINE));
  }
}
