package dev.mptunnel.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.net.Routes.Device;
import dev.mptunnel.net.Routes.Query;
import dev.mptunnel.net.Routes.Route;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What every Linux answers about its loopback, and what tells a tunnel device from others. */
final class KernelRoutesTest {

  @Test
  @EnabledOnOs(OS.LINUX)
  void theKernelIsAskedAndAnswers() throws IOException {
    try (KernelRoutes routes = KernelRoutes.open()) {
      Query home = new Query(InetAddress.ofLiteral("127.0.0.1"), null, 0);
      Route route = routes.find(home);
      Device device = routes.device(route.interfaceIndex());
      assertEquals("lo", device.name());
      assertTrue(device.loopback());
      assertFalse(device.tunnel());
      assertNull(route.gateway());
      assertTrue(routes.has(device, InetAddress.ofLiteral("127.0.0.1")));
      assertTrue(routes.devices().contains(device));

      assertEquals(device.index(), routes.findOn(device.index(), home).interfaceIndex());
      Query away = new Query(InetAddress.ofLiteral("192.0.2.1"), null, 7);
      assertNull(routes.findOn(device.index(), away), "an assumed route is none");
      assertNull(routes.findOn(1 << 30, away), "no such interface");
      assertNull(routes.device(1 << 30));
      assertEquals(route, routes.find(home), "a refusal is no obstacle to the next question");
    }
  }

  @Test
  void tunnelsAreKnownByWhatTheKernelSaysOfThem(@TempDir Path folder) throws IOException {
    Path tun = device(folder, "tun0", "65534", "INTERFACE=tun0");
    Files.writeString(tun.resolve("tun_flags"), "0x1001\n");
    assertTrue(TunnelDevices.isTunnel(tun));
    Path tap = device(folder, "tap0", "1", "INTERFACE=tap0");
    Files.writeString(tap.resolve("tun_flags"), "0x1002\n");
    assertTrue(TunnelDevices.isTunnel(tap));
    assertTrue(
        TunnelDevices.isTunnel(device(folder, "wg0", "65534", "DEVTYPE=wireguard\nINTERFACE=wg0")));
    assertTrue(TunnelDevices.isTunnel(device(folder, "ovpn0", "65534", "INTERFACE=ovpn0")));

    assertFalse(TunnelDevices.isTunnel(device(folder, "eth0", "1", "INTERFACE=eth0")));
    assertFalse(TunnelDevices.isTunnel(device(folder, "ppp0", "512", "DEVTYPE=ppp")));
    assertFalse(TunnelDevices.isTunnel(device(folder, "wwan0", "65534", "DEVTYPE=wwan")));
    Path modem = device(folder, "wwan1", "65534", "INTERFACE=wwan1");
    Files.createDirectory(modem.resolve("device"));
    assertFalse(TunnelDevices.isTunnel(modem));
    assertFalse(TunnelDevices.isTunnel(folder.resolve("gone")));
  }

  private static Path device(Path folder, String name, String type, String uevent)
      throws IOException {
    Path device = Files.createDirectory(folder.resolve(name));
    Files.writeString(device.resolve("type"), type + "\n");
    Files.writeString(device.resolve("uevent"), uevent + "\n");
    return device;
  }
}
