package dev.mptunnel.config;

/**
 * What all programs set alike about TCP.
 *
 * @param congestionControl of tunnels, or null for the system's own
 * @param engine what moves their bytes
 */
public record TcpSettings(String congestionControl, TcpEngineChoice engine) {

  /** As the system has it. */
  public static final TcpSettings DEFAULT = new TcpSettings(null, TcpEngineChoice.AUTO);

  static TcpSettings of(SettingValues values) throws ConfigException {
    String name = values.get(Settings.CONGESTION_CONTROL);
    return new TcpSettings(
        name.equals(CongestionControl.SYSTEM) ? null : name, values.get(Settings.TCP_ENGINE));
  }
}
