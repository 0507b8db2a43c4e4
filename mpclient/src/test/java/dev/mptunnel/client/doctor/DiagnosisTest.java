package dev.mptunnel.client.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.client.doctor.Observation.Tcp;
import dev.mptunnel.client.doctor.Observation.Udp;
import dev.mptunnel.config.ClientCommand;
import dev.mptunnel.config.ClientConfig;
import dev.mptunnel.config.ConfigException;
import dev.mptunnel.core.Refusal;
import dev.mptunnel.doctor.Finding;
import dev.mptunnel.doctor.Report;
import dev.mptunnel.net.RouteWatch;
import dev.mptunnel.secret.SharedSeed;
import dev.mptunnel.wire.About;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What is said of what was seen: nothing of what is well, and of each fault its name. */
class DiagnosisTest {

  private static final String[] TWO = {"--bridge", "a 4000", "--bridge", "b 4000"};

  private static ClientConfig config(String... args) {
    String secret = SharedSeed.random(new SplittableRandom(1)).text();
    try {
      return new ClientCommand(Map.of("MPTUNNEL_SECRET", secret)).config(args);
    } catch (ConfigException e) {
      throw new IllegalArgumentException(e);
    }
  }

  /** Two bridges, seen as they should be. */
  private static List<Observation> healthy(ClientConfig config) {
    List<Observation> seen = new ArrayList<>();
    for (var bridge : config.bridges()) {
      int number = seen.size() + 1;
      Observation one = new Observation(bridge);
      one.address = at("192.0.2." + number, 4000);
      one.local = InetAddress.ofLiteral("198.51.100.1");
      one.udp = Udp.UP;
      one.tcp = Tcp.UP;
      one.joined = true;
      one.rttMicros = 43_000;
      one.lossOut = 0.01;
      one.lossIn = 0;
      one.mtuOut = 1_500;
      one.longestIn = 1_500;
      one.lostByUdp = 0;
      one.seenAt.add(at("198.51.100.1", 4_711));
      one.about = new About("0.1.0", 1, Map.of());
      seen.add(one);
    }
    return seen;
  }

  private static InetSocketAddress at(String host, int port) {
    return new InetSocketAddress(InetAddress.ofLiteral(host), port);
  }

  private static Report report(ClientConfig config, Consumer<List<Observation>> fault) {
    List<Observation> seen = healthy(config);
    fault.accept(seen);
    return new Diagnosis(config, seen).report();
  }

  /** What is named, but for what is well, as {@code fail port b:4000}. */
  private static List<String> named(Report report) {
    return report.findings().stream()
        .filter(each -> each.severity() != Finding.Severity.OK)
        .map(each -> (each.severity() + " " + each.check() + " " + each.subject()))
        .toList();
  }

  @Test
  void nothingIsNamedThatIsWell() {
    Report report = report(config(TWO), _ -> {});
    assertEquals(List.of(), named(report));
    assertTrue(report.works());
    assertTrue(
        report.text().contains("ok    a:4000: 192.0.2.1:4000 answers by UDP: round trip 43.0 ms"),
        report.text());
  }

  /** As it is where nothing comes. */
  private static void silence(Observation bridge, Udp udp, Tcp tcp) {
    bridge.udp = udp;
    bridge.tcp = tcp;
    bridge.joined = false;
    bridge.mtuOut = 0;
    bridge.longestIn = 0;
    bridge.lostByUdp = Double.NaN;
    bridge.seenAt.clear();
    bridge.about = null;
  }

  private static Consumer<Observation> silent(Udp udp, Tcp tcp) {
    return bridge -> silence(bridge, udp, tcp);
  }

  private static Consumer<Observation> over(
      Consumer<Observation> first, Consumer<Observation> more) {
    return first.andThen(more);
  }

  private static RouteWatch.Detour detour() {
    return new RouteWatch.Detour("tun0", null, "eth0", InetAddress.ofLiteral("192.168.1.1"), 0);
  }

  private static Arguments fault(String words, String named, Consumer<Observation> fault) {
    return Arguments.of(words, named, fault);
  }

  static Stream<Arguments> faultsOfTheSecondBridge() {
    return Stream.of(
        fault("wrong port", "FAIL port", silent(Udp.REFUSED, Tcp.REFUSED)),
        fault("wrong port, no TCP", "FAIL port", silent(Udp.REFUSED, Tcp.SILENT)),
        fault(
            "answers blocked",
            "FAIL udp-back",
            over(silent(Udp.SILENT, Tcp.UP), bridge -> bridge.lostByUdp = 0)),
        fault(
            "UDP blocked on the way there",
            "FAIL udp-there",
            over(silent(Udp.SILENT, Tcp.UP), bridge -> bridge.lostByUdp = 1)),
        fault("UDP blocked somewhere", "FAIL udp", silent(Udp.SILENT, Tcp.UP)),
        fault("small MTU", "WARN mtu", bridge -> bridge.mtuOut = 1_300),
        fault("smaller MTU", "FAIL mtu", bridge -> bridge.narrow = true),
        fault("small MTU on the way back", "WARN mtu", bridge -> bridge.longestIn = 900),
        fault("wrong server", "FAIL server", silent(Udp.SILENT, Tcp.ACCEPTED)),
        fault("wrong server, no TCP", "FAIL server", silent(Udp.SILENT, Tcp.REFUSED)),
        fault(
            "no such name",
            "FAIL name",
            over(silent(Udp.SILENT, Tcp.SILENT), bridge -> bridge.address = null)),
        fault("dead bridge", "FAIL host", silent(Udp.SILENT, Tcp.SILENT)),
        fault(
            "answers from another address",
            "WARN source",
            bridge -> bridge.answersFrom = at("192.0.2.99", 4000)),
        fault("a NAT that rebinds", "WARN nat", bridge -> bridge.rebindings = 1),
        fault(
            "old version",
            "FAIL version",
            over(silent(Udp.SILENT, Tcp.ACCEPTED), bridge -> bridge.otherVersion = 0)),
        fault("route into the tunnel", "WARN route", bridge -> bridge.detour = detour()),
        fault(
            "route into a tunnel that is not there",
            "FAIL route",
            over(silent(Udp.SILENT, Tcp.SILENT), bridge -> bridge.detour = detour())),
        fault(
            "a revoked invitation",
            "FAIL secret",
            over(silent(Udp.SILENT, Tcp.ACCEPTED), bridge -> bridge.refusal = Refusal.REVOKED)),
        fault(
            "no TCP",
            "WARN tcp",
            over(bridge -> bridge.tcp = Tcp.REFUSED, bridge -> bridge.joined = false)),
        fault("one machine", "WARN same-way", bridge -> bridge.address = at("192.0.2.1", 4001)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("faultsOfTheSecondBridge")
  void aFaultIsNamedAndNothingElse(String words, String named, Consumer<Observation> fault) {
    Report report = report(config(TWO), seen -> fault.accept(seen.get(1)));
    assertEquals(List.of(named + " b:4000"), named(report), words);
    assertTrue(report.works(), "the other bridge is well");
    assertTrue(
        report.findings().stream()
            .filter(each -> each.severity() != Finding.Severity.OK)
            .noneMatch(each -> each.remedy().isEmpty()),
        report.text());
  }

  @Test
  void aBridgeThatCannotBeBoundIsNamedAndTheOthersAreLookedAt() {
    Report report =
        report(
            config(TWO),
            seen -> {
              silence(seen.get(1), Udp.SILENT, Tcp.SILENT);
              seen.get(1).address = null;
              seen.get(1).unbound = "192.0.2.77:0: not an address of this host";
            });
    assertEquals(List.of("FAIL bind b:4000", "FAIL tunnel tunnel"), named(report));
    assertFalse(report.works());
    assertTrue(report.text().contains("ok    a:4000: 192.0.2.1:4000 answers"), report.text());
  }

  @Test
  void whatAnswersThatNobodyListensMayBeAFirewall() {
    for (Tcp tcp : List.of(Tcp.SILENT, Tcp.UP)) {
      Report report = report(config(TWO), seen -> silence(seen.get(1), Udp.REFUSED, tcp));
      assertEquals(List.of("FAIL port b:4000"), named(report));
      assertTrue(report.text().contains("firewall"), report.text());
    }
  }

  @Test
  void whereAllKeepSilentItIsLikelyTheSecret() {
    Report report =
        report(config(TWO), seen -> seen.forEach(each -> silence(each, Udp.SILENT, Tcp.ACCEPTED)));
    assertEquals(
        List.of("FAIL secret a:4000", "FAIL secret b:4000", "FAIL tunnel tunnel"), named(report));
    assertFalse(report.works());
  }

  @Test
  void whereUdpIsBlockedEverywhereTcpWillDoUnlessItIsForbidden() {
    Consumer<List<Observation>> blocked =
        seen -> seen.forEach(each -> silence(each, Udp.SILENT, Tcp.UP));
    Report report = report(config(TWO), blocked);
    assertEquals(
        List.of("FAIL udp a:4000", "FAIL udp b:4000", "WARN tunnel tunnel"), named(report));
    assertTrue(report.works());

    String[] forbidden = {"--bridge", "a 4000", "--bridge", "b 4000", "--over-tcp", "off"};
    assertFalse(report(config(forbidden), blocked).works());
  }

  @Test
  void aClockThatIsWrongByAnHourIsNamed() {
    Report report =
        report(config(TWO), seen -> seen.forEach(each -> each.clockAheadMillis = -3_600_000));
    assertEquals(List.of("WARN clock server"), named(report));
    assertTrue(
        report.text().contains("its clock is 60 minutes behind this machine's"), report.text());
  }

  @Test
  void whoWantsTcpIsToldWhereThereIsNone() {
    String[] wanted = {"--bridge", "a 4000", "--bridge", "b 4000", "--socks", "1080"};
    Report report =
        report(
            config(wanted),
            seen ->
                seen.forEach(
                    each -> {
                      each.tcp = Tcp.REFUSED;
                      each.joined = false;
                    }));
    assertEquals(
        List.of("WARN tcp a:4000", "WARN tcp b:4000", "FAIL tunnel tunnel"), named(report));
    assertFalse(report.works());
  }

  @Test
  void whereATunnelJoinsTcpIsWellWhateverBecameOfPackets() {
    String[] wanted = {"--bridge", "a 4000", "--bridge", "b 4000", "--socks", "1080"};
    Report report = report(config(wanted), seen -> seen.get(1).tcp = Tcp.SILENT);
    assertEquals(List.of(), named(report));
  }

  @Test
  void theSameBridgeOverTwoUplinksIsTwoWays() {
    String[] uplinks = {"--bridge", "a 4000 bind=eth0", "--bridge", "a 4000 bind=wwan0"};
    Report report = report(config(uplinks), seen -> seen.get(1).address = seen.get(0).address);
    assertEquals(List.of(), named(report));
  }
}
