package dev.mptunnel.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.config.ServerCommand;
import dev.mptunnel.doctor.Finding;
import dev.mptunnel.doctor.Report;
import dev.mptunnel.secret.SharedSeed;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisabledOnOs(OS.WINDOWS)
class ServerCheckTest {

  private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

  @TempDir Path folder;

  private static DatagramSocket socket() throws Exception {
    return new DatagramSocket(new InetSocketAddress(LOOPBACK, 0));
  }

  private static int closedPort() throws Exception {
    try (DatagramSocket socket = socket()) {
      return socket.getLocalPort();
    }
  }

  private static Report check(String... args) throws Exception {
    String secret = SharedSeed.random(new SplittableRandom(1)).text();
    return ServerCheck.examine(new ServerCommand(Map.of("MPTUNNEL_SECRET", secret)).config(args));
  }

  /** What fails; the rest is this machine's. */
  private static List<String> failed(Report report) {
    return report.findings().stream()
        .filter(each -> each.severity() == Finding.Severity.FAIL)
        .map(each -> each.check() + " " + each.subject() + ": " + each.text())
        .toList();
  }

  @Test
  void nothingFailsWhereAllIsWell() throws Exception {
    try (DatagramSocket target = socket()) {
      Path clients = Files.createFile(folder.resolve("clients"));
      Files.setPosixFilePermissions(clients, PosixFilePermissions.fromString("rw-------"));
      Report report =
          check(
              "--listen",
              "127.0.0.1:" + closedPort(),
              "--target",
              "127.0.0.1:" + target.getLocalPort(),
              "--clients-file",
              clients.toString());
      assertEquals(List.of(), failed(report));
      assertTrue(report.works());
    }
  }

  @Test
  void aPortInUseATargetThatRefusesAndAClientsFileForAllAreNamed() throws Exception {
    try (DatagramSocket taken = socket()) {
      int target = closedPort();
      Path clients = Files.createFile(folder.resolve("clients"));
      Files.setPosixFilePermissions(clients, PosixFilePermissions.fromString("rw-r--r--"));
      Report report =
          check(
              "--protocol",
              "udp",
              "--listen",
              "127.0.0.1:" + taken.getLocalPort(),
              "--target",
              "127.0.0.1:" + target,
              "--clients-file",
              clients.toString());
      List<String> failed = failed(report);
      assertEquals(3, failed.size(), report.text());
      assertTrue(
          failed
              .get(0)
              .matches(
                  "listen UDP 127.0.0.1:%d: is in use by java, pid %d"
                      .formatted(taken.getLocalPort(), ProcessHandle.current().pid())),
          failed.get(0));
      assertEquals(
          "target 127.0.0.1:%d: nobody listens there by UDP: 127.0.0.1:%<d refuses"
              .formatted(target),
          failed.get(1));
      assertTrue(failed.get(2).startsWith("clients-file " + clients), failed.get(2));
      assertFalse(report.works());
    }
  }
}
