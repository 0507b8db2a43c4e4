package dev.mptunnel.harness.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** What {@code ss} prints of connections is told apart. */
class TcpSocketsTest {

  private static final String PRINTED =
      """
      ESTAB 0 1754664 10.9.2.1%line2:49337 10.8.1.1:5201 cubic wscale:10,10 bytes_sent:27178664 \
      bytes_retrans:29904 tcp-ulp-mptcp flags:Jjec
      ESTAB 0 0 10.9.1.1:39988 10.8.1.1:5201 bbr wscale:10,10 bytes_sent:185 bytes_acked:186 \
      bbr:(bw:573080bps) tcp-ulp-mptcp flags:Mmec
      ESTAB 0 0 [::ffff:10.8.1.1]:5201 [::ffff:10.9.1.1]:44093 cubic bytes_sent:22656856
      FIN-WAIT-1 0 5 10.9.1.1:39990 10.8.1.1:5201 cubic bytes_sent:22656856
      """;

  private final TcpSockets all = TcpSockets.parse(PRINTED);

  @Test
  void onlyEstablishedOnesCount() {
    assertEquals(3, all.count());
  }

  @Test
  void theyAreKnownByTheirEnds() {
    assertEquals(1, all.at("10.9.2.1").count());
    assertEquals(2, all.at("10.9.1.1").count());
    assertEquals(3, all.at("10.8.1.1").count());
    assertEquals(0, all.at("10.9.2").count());
    assertEquals(0, all.at("0.9.1.1").count());
  }

  @Test
  void theyAreKnownByWhatTheySendByAndHowMuch() {
    assertEquals(2, all.by("cubic").count());
    assertEquals(1, all.by("bbr").count());
    assertEquals(2, all.bulk().count());
    assertEquals(2, all.ofMultipath().count());
    assertEquals(1, all.ofMultipath().bulk().count());
  }
}
