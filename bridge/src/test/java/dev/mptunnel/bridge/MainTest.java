package dev.mptunnel.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** The program as a process: what it says and how it ends. */
@Timeout(60)
@DisabledOnOs(OS.WINDOWS)
final class MainTest {

  private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

  @Test
  void itForwardsShowsItsFiguresAndEndsWhenAsked() throws Exception {
    int port = freePort();
    try (DatagramSocket server = new DatagramSocket(new InetSocketAddress(LOOPBACK, 0));
        DatagramSocket client = new DatagramSocket(new InetSocketAddress(LOOPBACK, 0))) {
      client.setSoTimeout(5000);
      server.setSoTimeout(5000);
      Process bridge = start("127.0.0.1:" + port, "127.0.0.1:" + server.getLocalPort());
      try (BufferedReader log = bridge.errorReader();
          BufferedReader out = bridge.inputReader()) {
        String started = log.readLine();
        assertNotNull(started);
        String expected =
            ".* mpbridge \\S+: listening on 127\\.0\\.0\\.1:%d, TCP 127\\.0\\.0\\.1:%<d by \\w+, "
                + "forwarding to 127\\.0\\.0\\.1:%d \\(\\w+\\)";
        assertTrue(started.matches(expected.formatted(port, server.getLocalPort())), started);

        DatagramPacket packet = new DatagramPacket(new byte[] {1, 2, 3}, 3, LOOPBACK, port);
        client.send(packet);
        server.receive(packet);
        server.send(packet);
        client.receive(packet);
        assertEquals(3, packet.getLength());

        signal("USR1", bridge);
        List<String> table = out.lines().limit(11).toList();
        String figures = "127.0.0.1:" + server.getLocalPort() + " +1 +3 +1 +3 +0";
        assertTrue(table.get(1).matches(figures), String.join("\n", table));
        assertTrue(table.get(3).matches(" +proven +1 +0 +0"), String.join("\n", table));

        signal("TERM", bridge);
        assertTrue(bridge.waitFor(20, TimeUnit.SECONDS));
        assertEquals(0, bridge.exitValue());
        assertEquals(table, out.lines().toList(), "the table again, at exit");
        assertEquals("", log.lines().collect(Collectors.joining("\n")), "nothing else to say");
      } finally {
        bridge.destroyForcibly();
      }
    }
  }

  @Test
  void aPortInUseIsOneLineAndStatusTwo() throws Exception {
    try (DatagramSocket taken = new DatagramSocket(new InetSocketAddress(LOOPBACK, 0))) {
      String address = "127.0.0.1:" + taken.getLocalPort();
      Process bridge = start(address, "127.0.0.1:9");
      try (BufferedReader log = bridge.errorReader()) {
        assertEquals(
            List.of(
                "mpbridge: "
                    + address
                    + ": address already in use; end what listens there, or choose another port"),
            log.lines().toList());
      }
      assertEquals(2, bridge.waitFor());
    }
  }

  private static int freePort() throws IOException {
    try (DatagramSocket probe = new DatagramSocket(new InetSocketAddress(LOOPBACK, 0))) {
      return probe.getLocalPort();
    }
  }

  private static Process start(String... args) throws IOException {
    Stream<String> java =
        Stream.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            Main.class.getName());
    return new ProcessBuilder(Stream.concat(java, Stream.of(args)).toList()).start();
  }

  private static void signal(String name, Process process) throws Exception {
    Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start();
    assertEquals(0, kill.waitFor());
  }
}
