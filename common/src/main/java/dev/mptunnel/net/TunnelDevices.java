package dev.mptunnel.net;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Which network interfaces are tunnels: TUN and TAP, WireGuard, OpenVPN's own and their like. */
final class TunnelDevices {

  /** ARPHRD_NONE: packets without any link-layer header. */
  private static final String TYPE_NONE = "65534";

  private TunnelDevices() {}

  /**
   * Whether an interface is a tunnel. LTE modems send bare packets too, but have a device, or say
   * that they are one.
   *
   * @param folder the interface's, below {@code /sys/class/net}
   */
  static boolean isTunnel(Path folder) {
    String uevent = read(folder.resolve("uevent"));
    return Files.exists(folder.resolve("tun_flags"))
        || uevent.contains("DEVTYPE=wireguard")
        || (read(folder.resolve("type")).equals(TYPE_NONE)
            && !Files.exists(folder.resolve("device"))
            && !uevent.contains("DEVTYPE=wwan"));
  }

  private static String read(Path file) {
    try {
      return Files.readString(file).strip();
    } catch (IOException gone) {
      return "";
    }
  }
}
