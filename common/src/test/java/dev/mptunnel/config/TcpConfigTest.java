package dev.mptunnel.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.secret.SharedSeed;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the three programs are told about TCP. */
class TcpConfigTest {

  private static final long SECOND = 1_000_000_000L;

  private static SettingValues parse(String content, SettingSet settings) throws ConfigException {
    return ConfigFile.parse("f", Path.of("f"), content.getBytes(StandardCharsets.UTF_8), settings);
  }

  private static ClientConfig client(String content) throws ConfigException {
    return ClientConfig.of(parse(content, Settings.CLIENT));
  }

  private static ServerConfig server(String content) throws ConfigException {
    return ServerConfig.of(parse(content, Settings.MPSERVER));
  }

  private static BridgeConfig bridge(String content) throws ConfigException {
    return BridgeConfig.of(parse(content, Settings.RELAY));
  }

  @Test
  void aClientThatIsToldNothingCarriesNoTcp() throws Exception {
    ClientTcp tcp = client("a 1\n").tcp();
    assertFalse(tcp.isUsed());
    assertEquals(Map.of(), tcp.listen());
    assertEquals(4, tcp.tunnels());
    assertEquals(30 * SECOND, tcp.patienceNanos());
    assertEquals(OverTcp.AUTO, tcp.overTcp());
    assertEquals(TcpSettings.DEFAULT, tcp.sockets());
    assertNull(TcpSettings.DEFAULT.congestionControl());
  }

  @Test
  void aServerIsToldWhatItMayDial() throws Exception {
    ServerConfig config =
        server(
            """
            listen = 1
            secret = %s
            allow = *.a.test:443, 10.0.0.0/8:22
            allow = *
            deny = b.test
            """
                .formatted(SharedSeed.random(new Random(1)).text()));
    assertEquals("[*.a.test:443, 10.0.0.0/8:22, *]", config.access().allow().toString());
    assertEquals("[b.test]", config.access().deny().toString());
    ConfigException refused =
        assertThrows(
            ConfigException.class, () -> server("listen = 1\nallow = a.test, 0177.0.0.1\n"));
    assertTrue(
        refused.getMessage().startsWith("f:2: allow: '0177.0.0.1' is refused: "),
        refused.getMessage());
    assertTrue(refused.getMessage().contains("expected HOST, *.DOMAIN"), refused.getMessage());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "encrypt = off\n"})
  void aServerThatAnybodyMayEnterIsNoProxy(String security) throws Exception {
    ConfigException refused =
        assertThrows(ConfigException.class, () -> server("listen = 1\nallow = *:443\n" + security));
    assertTrue(
        refused.getMessage().startsWith("f:2: allow: without a secret"), refused::getMessage);
    assertTrue(refused.getMessage().contains("expected secret-file"), refused.getMessage());
    assertEquals("[*:25]", server("listen = 1\ndeny = *:25\n").access().deny().toString());
  }

  @Test
  void aClientIsAProxyWhereItIsToldSo() throws Exception {
    assertFalse(client("a 1\n").proxy().isUsed());
    ClientProxy proxy = client("a 1\nsocks = 1080\n").proxy();
    assertEquals(List.of(new HostPort("127.0.0.1", 1080)), proxy.listen());
    assertEquals(List.of(), proxy.warnings());
    assertEquals(1, client("a 1\nsocks = *:1080, [::1]:1\n").proxy().warnings().size());
    String zoned = "a 1\nsocks = [fe80::1%nosuch9]:1080\n";
    assertEquals(1, client(zoned).proxy().warnings().size());
  }

  @Test
  void whoMayUseAProxyIsNotShown() throws Exception {
    ProxyUserType type = new ProxyUserType();
    ProxyUser user = type.parse("alice:open: sesame");
    assertEquals("user alice", user.toString());
    assertTrue(user.is("alice", "open: sesame"));
    assertFalse(user.is("alice", "open: sesamE") || user.is("bob", "open: sesame"));
    for (String text : List.of("alice-sesame", ":sesame", "sesame:", "sesame:" + "s".repeat(256))) {
      ConfigException refused = assertThrows(ConfigException.class, () -> type.parse(text));
      assertFalse(refused.getMessage().contains("sesame"), refused.getMessage());
    }
    ConfigException noEquals =
        assertThrows(ConfigException.class, () -> client("socks-user alice:sesame\n"));
    assertFalse(noEquals.getMessage().contains("sesame"), noEquals.getMessage());
    ConfigException comment =
        assertThrows(ConfigException.class, () -> client("socks-user = alice:sesame #1\n"));
    assertFalse(comment.getMessage().contains("sesame"), comment.getMessage());
  }

  @Test
  void aClientListensForEachTarget() throws Exception {
    ClientTcp tcp =
        client(
                """
                listen-tcp = 8080
                listen-tcp = [::1]:8081, *:8082, 8080
                listen-tcp.web = 80
                listen-tcp.ssh = 192.0.2.1:22, 23
                a 1
                """)
            .tcp();
    assertTrue(tcp.isUsed());
    assertEquals(
        Map.of(
            "",
            List.of(
                new HostPort("127.0.0.1", 8080),
                new HostPort("::1", 8081),
                new HostPort(HostPort.ANY, 8082)),
            "web",
            List.of(new HostPort("127.0.0.1", 80)),
            "ssh",
            List.of(new HostPort("192.0.2.1", 22), new HostPort("127.0.0.1", 23))),
        tcp.listen());
    ClientTcp named = client("listen-tcp.web = 80\na 1\n").tcp();
    assertTrue(named.isUsed());
    assertEquals(List.of("web"), List.copyOf(named.listen().keySet()));
  }

  @Test
  void aPortOfTcpDoesNotTouchThoseOfDatagrams() throws Exception {
    ClientConfig config = client("listen-tcp = 8080\nlisten-tcp.web = 80\na 1\n");
    assertEquals(List.of(new HostPort("127.0.0.1", 3000)), config.listen());
    assertEquals(Map.of(), config.listenNamed());
  }

  @Test
  void aClientSetsWhatItsTunnelsAreLike() throws Exception {
    ClientTcp tcp =
        client(
                """
                a 1
                tunnels = 16
                cc = bbr
                tcp-engine = io_uring
                tunnel-timeout = 2m
                over-tcp = always
                """)
            .tcp();
    assertEquals(16, tcp.tunnels());
    assertEquals(new TcpSettings("bbr", TcpEngineChoice.IO_URING), tcp.sockets());
    assertEquals(120 * SECOND, tcp.patienceNanos());
    assertEquals(OverTcp.ALWAYS, tcp.overTcp());
    assertEquals(OverTcp.OFF, client("a 1\nover-tcp = off\n").tcp().overTcp());
    assertEquals(1, client("a 1\ntunnels = 1\n").tcp().tunnels());
  }

  @Test
  void theSystemsOwnCongestionControlIsNoName() throws Exception {
    assertNull(client("a 1\ncc = system\n").tcp().sockets().congestionControl());
    String longest = "abcdefgh_ijk-01";
    assertEquals(
        longest, client("a 1\ncc = " + longest + "\n").tcp().sockets().congestionControl());
  }

  @Test
  void aServersTcpLeadsWhereItsDatagramsDoUnlessToldOtherwise() throws Exception {
    ServerConfig plain = server("listen = 1\ntarget = a:1\ntarget.wg = b:2\n");
    assertEquals(
        Map.of("", new HostPort("a", 1), "wg", new HostPort("b", 2)), plain.tcp().targets());
    assertEquals(30 * SECOND, plain.tcp().patienceNanos());
    assertEquals(TcpSettings.DEFAULT, plain.tcp().sockets());

    ServerConfig other =
        server(
            """
            listen = 1
            target = a:1
            target.wg = b:2
            target.vpn = c:3
            tcp-target = d:4
            tcp-target.wg = e:5
            tcp-target.web = [::1]:80
            tunnel-timeout = 1s
            cc = cubic
            tcp-engine = io_uring
            """);
    assertEquals(
        Map.of(
            "", new HostPort("d", 4),
            "wg", new HostPort("e", 5),
            "vpn", new HostPort("c", 3),
            "web", new HostPort("::1", 80)),
        other.tcp().targets());
    assertEquals(new HostPort("a", 1), other.target());
    assertEquals(
        Map.of("wg", new HostPort("b", 2), "vpn", new HostPort("c", 3)), other.targetsNamed());
    assertEquals(SECOND, other.tcp().patienceNanos());
    assertEquals(new TcpSettings("cubic", TcpEngineChoice.IO_URING), other.tcp().sockets());

    ServerConfig named = server("listen = 1\ntarget.wg = b:2\ntcp-target.web = c:3\n");
    assertEquals(
        Map.of("wg", new HostPort("b", 2), "web", new HostPort("c", 3)), named.tcp().targets());
  }

  @ParameterizedTest
  @CsvSource({"both, true, true", "udp, true, false", "tcp, false, true"})
  void aProtocolIsOneOrTheOtherOrBoth(String word, boolean udp, boolean tcp) throws Exception {
    for (Protocol protocol :
        List.of(
            server("listen = 1\ntarget = a:1\nprotocol = " + word + "\n").protocol(),
            bridge("listen = 1\nserver = a:1\nprotocol = " + word + "\n").protocol())) {
      assertEquals(udp, protocol.hasUdp());
      assertEquals(tcp, protocol.hasTcp());
    }
    assertEquals(Protocol.BOTH, server("listen = 1\ntarget = a:1\n").protocol());
    assertEquals(Protocol.BOTH, bridge("listen = 1\nserver = a:1\n").protocol());
  }

  @Test
  void noMoreTunnelsThanAServerTakes() throws Exception {
    String nineBridges = "a 1\nb 1\nc 1\nd 1\ne 1\nf 1\ng 1\nh 1\ni 1\n";
    assertEquals(16, client(nineBridges + "tunnels = 16\n").tcp().tunnels());
    ConfigException refused =
        assertThrows(
            ConfigException.class, () -> client("listen-tcp = 1\ntunnels = 16\n" + nineBridges));
    assertTrue(
        refused.getMessage().contains("f:2: tunnels: 16 over each of 9 bridges"),
        refused.getMessage());
  }

  @Test
  void aBridgeHasItsOwnSockets() throws Exception {
    BridgeConfig config =
        bridge("listen = 1\nserver = a:1\ncc = reno\ntcp-engine = nio\nengine = epoll\n");
    assertEquals(new TcpSettings("reno", TcpEngineChoice.NIO), config.tcp());
    assertEquals(EngineChoice.EPOLL, config.sockets().engine());
  }

  @Test
  void aBridgeHasAsManyLoopsAsItIsToldOrAsTheMachineShouldHave() throws Exception {
    assertEquals(0, bridge("listen = 1\nserver = a:1\n").loops());
    assertEquals(0, bridge("listen = 1\nserver = a:1\nloops = auto\n").loops());
    assertEquals(64, bridge("listen = 1\nserver = a:1\nloops = 64\n").loops());
    String tooMany = "listen = 1\nserver = a:1\nloops = 65\n";
    ConfigException refused = assertThrows(ConfigException.class, () -> bridge(tooMany));
    assertTrue(refused.getMessage().contains("expected auto or 1 to 64"), refused.getMessage());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          4000 192.0.2.1:2000                         | BOTH
          udp-listen:4000 udp4:192.0.2.1:2000         | UDP
          UDP4-LISTEN:4000 192.0.2.1:2000             | UDP
          tcp-listen:4000 tcp4:1.2.3.4:2000           | TCP
          TCP6-LISTEN:4000,fork TCP:a:1 b:2           | TCP
          --protocol tcp 4000 192.0.2.1:2000          | TCP
          --protocol udp 4000 udp:192.0.2.1:2000      | UDP
          """)
  void socatsWordsSayWhatABridgePassesOn(String words, Protocol expected) throws Exception {
    assertEquals(expected, new BridgeCommand().config(words.split(" ")).protocol());
  }

  @Test
  void whatIsTypedWinsOverTheFileForEachNameAlone() throws Exception {
    ClientConfig config =
        new ClientCommand(Map.of())
            .config(
                "--bridge", "a:1", "--listen-tcp", "1,2", "--listen-tcp.web=3", "--tunnels", "2");
    assertEquals(
        Map.of(
            "", List.of(new HostPort("127.0.0.1", 1), new HostPort("127.0.0.1", 2)),
            "web", List.of(new HostPort("127.0.0.1", 3))),
        config.tcp().listen());
    assertEquals(2, config.tcp().tunnels());
    assertEquals(
        new HostPort("b", 2),
        new ServerCommand(Map.of())
            .config("2000", "a", "1", "--tcp-target=b:2")
            .tcp()
            .targets()
            .get(""));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          listen-tcp =          | f:2: listen-tcp: there is no value; expected a port or address:port
          listen-tcp = 0        | f:2: listen-tcp: port 0 is out of range; expected 1 to 65535
          listen-tcp.web = x    | f:2: listen-tcp.web: port 'x' is not a number; expected 1 to 65535
          listen-tcp.Web = 1    | f:2: key 'listen-tcp.Web' is refused; expected listen-tcp.NAME, NAME being 1 to 32 of a-z, 0-9, '-' and '_'
          listen-tcp.fixed = 1  | f:2: key 'listen-tcp.fixed' is refused; expected listen-tcp, or another name
          tunnels = 0           | f:2: tunnels: '0' is out of range; expected 1 to 16
          tunnels = 17          | f:2: tunnels: '17' is out of range; expected 1 to 16
          tunnels = many        | f:2: tunnels: 'many' cannot be read; expected a whole number
          tunnel-timeout = 0s   | f:2: tunnel-timeout: '0s' is out of range; expected 1s to 24h
          cc =                  | f:2: cc: there is no value; expected bbr, cubic, reno or another of net.ipv4.tcp_available_congestion_control, or system
          cc = BBR              | f:2: cc: 'BBR' is refused; expected bbr, cubic, reno or another of net.ipv4.tcp_available_congestion_control, or system
          cc = a23456789b123456 | f:2: cc: 'a23456789b123456' is refused; expected bbr, cubic, reno or another of net.ipv4.tcp_available_congestion_control, or system
          cc = b/r              | f:2: cc: 'b/r' is refused; expected bbr, cubic, reno or another of net.ipv4.tcp_available_congestion_control, or system
          tcp-engine = fast     | f:2: tcp-engine: 'fast' is not known; expected auto, io_uring or nio
          over-tcp = never      | f:2: over-tcp: 'never' is not known; expected auto, off or always
          over-tcp on           | f:2: 'over-tcp on' has no '='; expected over-tcp = ...
          """)
  void aBadLineOfAClientIsNamed(String line, String message) {
    assertEquals(
        message,
        assertThrows(ConfigException.class, () -> client("a 1\n" + line + "\n")).getMessage());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          tcp-target =          | f:2: tcp-target: there is no value; expected host:port
          tcp-target = a        | f:2: tcp-target: 'a' has no port; expected host:port
          tcp-target.wg = a:0   | f:2: tcp-target.wg: port 0 is out of range; expected 1 to 65535
          tcp-target.fixed = a:1 | f:2: key 'tcp-target.fixed' is refused; expected tcp-target, or another name
          protocol = sctp       | f:2: protocol: 'sctp' is not known; expected both, udp or tcp
          protocol =            | f:2: protocol: there is no value; expected both, udp or tcp
          """)
  void aBadLineOfAServerIsNamed(String line, String message) {
    String content = "listen = 1\n" + line + "\ntarget = a:1\n";
    assertEquals(message, assertThrows(ConfigException.class, () -> server(content)).getMessage());
  }

  @Test
  void whatTakesOneValueIsRefusedTwice() {
    assertEquals(
        "f:3: tcp-target.wg: tcp-target.wg is set again after f:2: tcp-target.wg; expected it once",
        assertThrows(
                ConfigException.class,
                () -> server("listen = 1\ntcp-target.wg = a:1\ntcp-target.wg = a:1\n"))
            .getMessage());
  }
}
