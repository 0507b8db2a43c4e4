package dev.mptunnel.harness.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * A short TCP transfer through OpenVPN over three lines that lose one packet in twenty each way.
 */
@InLab
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OpenVpnTest {

  private static final int SECONDS = 8;
  private static final Conditions CONDITIONS = new Conditions(5, 50, 20, 50, "cubic");
  private static final OpenVpn.Sizes SIZES = OpenVpn.Sizes.FOR_TUNNEL;

  private Topology topology;
  private Run direct;

  @BeforeAll
  void measureOneLineAlone(@TempDir Path directory) throws IOException {
    topology = Topology.create(CONDITIONS, directory);
    direct = transfer(Tunnel.direct(), BridgeKind.SOCAT);
    assertEquals(Usage.NONE, direct.used());
  }

  @AfterAll
  void takeDown() {
    if (topology != null) {
      topology.close();
    }
  }

  @Test
  void ourTunnelOverOurBridgesHealsTheLoss() throws IOException {
    assertHealed(transfer(Tunnel.ours(), BridgeKind.OURS));
  }

  @Tag("full")
  @Test
  void ourTunnelOverSocatHealsTheLoss() throws IOException {
    assertHealed(transfer(Tunnel.ours(), BridgeKind.SOCAT));
  }

  private Run transfer(Tunnel tunnel, BridgeKind bridges) throws IOException {
    Comparison one = new Comparison(List.of(tunnel), SIZES, bridges, Direction.UP, 0, SECONDS, 1);
    return one.measure(topology, CONDITIONS.congestionControl(), run -> {}).getFirst();
  }

  private void assertHealed(Run run) {
    assertEquals(1, run.connections(), "the VPN broke: " + run);
    assertTrue(run.left().percent() < 1, "loss left inside: " + run);
    // What entered the VPN one way at least, and TCP's answers, retransmissions and the VPN's own.
    long inside = run.left().arrived();
    long given = run.used().datagrams();
    assertTrue(given >= inside && given < 3 * inside, given + " datagrams of " + inside);
    assertTrue(run.used().clientMicros() > 1 && run.used().serverMicros() > 1, run.toString());
    double gain = run.transfer().goodputMbit() / direct.transfer().goodputMbit();
    assertTrue(gain > 5, run + " beside " + direct);
  }
}
