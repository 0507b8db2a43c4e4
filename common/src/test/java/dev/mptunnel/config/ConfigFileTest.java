package dev.mptunnel.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.core.EndpointSettings.RepairSettings;
import java.io.ByteArrayOutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigFileTest {

  @Test
  void anOldMptunnelFileLoadsUnchanged() throws Exception {
    // A byte order mark, comments in GBK, CRLF, tabs, blanks, no line feed at the end.
    ByteArrayOutputStream old = new ByteArrayOutputStream();
    old.writeBytes(new byte[] {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF});
    old.writeBytes("# 客户端配置\r\n\r\n".getBytes(Charset.forName("GBK")));
    old.writeBytes("one.example.org 3001\r\n".getBytes(StandardCharsets.US_ASCII));
    old.writeBytes("#two.example.org 3001\r\n".getBytes(StandardCharsets.US_ASCII));
    old.writeBytes("\tthree.example.org\t \t3002   \r\n".getBytes(StandardCharsets.US_ASCII));
    old.writeBytes("192.0.2.4 3003 # 中文".getBytes(Charset.forName("GBK")));

    assertEquals(
        List.of(
            new HostPort("one.example.org", 3001),
            new HostPort("three.example.org", 3002),
            new HostPort("192.0.2.4", 3003)),
        client(old.toByteArray()).bridges().stream().map(BridgeLine::address).toList());
  }

  @Test
  void linesThatHaveAnEqualsSignAfterTheFirstWordAreSettings() throws Exception {
    ClientConfig config =
        client(
            """
            listen = 5000
            listen=[::1]:5001, *:5002
            ping\t=\t100ms\t# fast
            flow-timeout = 2m
            socket-buffer = 256K
            engine = io_uring
            busy-poll = 50us
            dscp = EF
            vps.example.org:4000 name=one bind=eth0
            [fe80::1%eth0]:4000 bind=[fe80::2%eth0]
            2001:db8::1 4000
            """);

    assertEquals(
        List.of(
            new HostPort("127.0.0.1", 5000),
            new HostPort("::1", 5001),
            new HostPort(HostPort.ANY, 5002)),
        config.listen());
    assertEquals(100_000_000L, config.session().pingNanos());
    assertEquals(120_000_000_000L, config.session().flowTimeoutNanos());
    assertEquals(
        new SocketSettings(256 << 10, 46, EngineChoice.IO_URING, 50_000), config.sockets());
    assertEquals(
        List.of(
            new BridgeLine(new HostPort("vps.example.org", 4000), "one", "eth0"),
            new BridgeLine(
                new HostPort("fe80::1%eth0", 4000), "[fe80::1%eth0]:4000", "fe80::2%eth0"),
            new BridgeLine(new HostPort("2001:db8::1", 4000), "[2001:db8::1]:4000", null)),
        config.bridges());
    assertEquals(
        List.of(false, true, false),
        config.bridges().stream().map(BridgeLine::bindsToAddress).toList());
  }

  @Test
  void aMarkOfOneBridgeGoesBeforeThatOfAll() throws Exception {
    ClientConfig config =
        client("a 1\nfwmark = 0xFFFFFFFF\nb 1 bind=eth0 fwmark=7\nc 1 fwmark=0xca6c name=c\n");

    assertEquals(
        List.of(0xffff_ffff, 7, 51820), config.bridges().stream().map(BridgeLine::mark).toList());
    assertEquals(0, client("a 1\n").bridges().getFirst().mark());
  }

  @Test
  void bridgesWithoutANameGetOneThatNoOtherHas() throws Exception {
    ClientConfig config =
        client("a 1\na 1\na 1 bind=eth0\na 1 bind=eth1\na 1 bind=eth1\nb 1\nc 1 name=b:1\n");

    assertEquals(
        List.of("a:1", "a:1#2", "a:1@eth0", "a:1@eth1", "a:1@eth1#2", "b:1#2", "b:1"),
        config.bridges().stream().map(BridgeLine::name).toList());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          a 99999          | f:2: port 99999 is out of range; expected 1 to 65535
          a 0              | f:2: port 0 is out of range; expected 1 to 65535
          a 12x            | f:2: port '12x' is not a number; expected 1 to 65535
          a -1             | f:2: port '-1' is not a number; expected 1 to 65535
          a:               | f:2: the port is missing; expected 1 to 65535
          :4000            | f:2: the host is missing; expected a name or an address
          a                | f:2: 'a' has no port; expected a line such as: vps.example.org 4000 name=one bind=eth0
          a 1 eth0         | f:2: 'eth0' cannot stand there; expected one name=, one bind= and one fwmark= at most
          a 1 name=x name=y | f:2: 'name=y' cannot stand there; expected one name=, one bind= and one fwmark= at most
          a 1 name=        | f:2: name '' is refused; expected 1 to 64 letters, digits or ._:@+-
          a 1 bind=a/b     | f:2: bind 'a/b' is refused; expected an address or a network interface
          a 1 bind=1.2.3   | f:2: bind '1.2.3' is refused; expected an address or a network interface
          a 1 fwmark=0     | f:2: fwmark '0' is out of range; expected 1 to 0xffffffff
          a 1 fwmark=1 fwmark=2 | f:2: 'fwmark=2' cannot stand there; expected one name=, one bind= and one fwmark= at most
          fwmark = 0x      | f:2: fwmark: '0x' cannot be read; expected 1 to 0xffffffff
          fwmark = ca6c    | f:2: fwmark: 'ca6c' cannot be read; expected 1 to 0xffffffff
          fwmark = 0x100000000 | f:2: fwmark: '0x100000000' is out of range; expected 1 to 0xffffffff
          fwmark = 99999999999999999999 | f:2: fwmark: '99999999999999999999' is out of range; expected 1 to 0xffffffff
          1.2.3.256 1      | f:2: '1.2.3.256' is not an IPv4 address; expected one such as 192.0.2.1
          1.2.3 1          | f:2: '1.2.3' is not an IPv4 address; expected one such as 192.0.2.1
          [1.2.3.4]:1      | f:2: '[1.2.3.4]' is not an IPv6 address in brackets; expected one such as [::1]
          ::1:2000         | f:2: '::1:2000' is an IPv6 address without brackets; expected [address]:port
          a_b!c 1          | f:2: 'a_b!c' is not a host name; expected a name or an address
          pign = 5s        | f:2: unknown key 'pign'; did you mean ping?
          pathtimeout = 5s | f:2: unknown key 'pathtimeout'; did you mean path-timeout?
          = 5s             | f:2: unknown key ''; expected one of listen, listen.NAME, for, for.NAME, listen-tcp, listen-tcp.NAME, socks, socks-user, bridge, fwmark, secret, secret-file, encrypt, cipher, ping, ping-idle, path-timeout, mtu, repair, hold, flow-timeout, max-flows, tunnels, cc, tunnel-timeout, over-tcp, socket-buffer, dscp, engine, busy-poll, tcp-engine, status, status-token, control, log
          ping 250ms       | f:2: 'ping 250ms' has no '='; expected ping = ...
          ping = 250       | f:2: ping: '250' has no unit; expected a duration with its unit, such as 250ms, 5s or 2m
          repair = 3       | f:2: repair: '3' cannot be read; expected off or a share such as 3% or 0.5%
          repair = 0%      | f:2: repair: '0%' is out of range; expected off or 0.1% to 100%
          repair = 100.1%  | f:2: repair: '100.1%' is out of range; expected off or 0.1% to 100%
          repair = 9999999999% | f:2: repair: '9999999999%' is out of range; expected off or 0.1% to 100%
          repair = -3%     | f:2: repair: '-3%' cannot be read; expected off or a share such as 3% or 0.5%
          repair = 3,5%    | f:2: repair: '3,5%' cannot be read; expected off or a share such as 3% or 0.5%
          repair 5%        | f:2: 'repair 5%' has no '='; expected repair = ...
          repair =         | f:2: repair: there is no value; expected off or 0.1% to 100%
          repair = on      | f:2: repair: 'on' cannot be read; expected off or a share such as 3% or 0.5%
          hold = 5s        | f:2: hold: '5s' is out of range; expected auto, off or 1ms to 1s
          hold = 50        | f:2: hold: '50' has no unit; expected auto, off or a duration with its unit, such as 250ms, 5s or 2m
          hold = never     | f:2: hold: 'never' cannot be read; expected auto, off or a duration with its unit, such as 250ms, 5s or 2m
          hold = 0         | f:2: hold: '0' has no unit; expected auto, off or a duration with its unit, such as 250ms, 5s or 2m
          hold = x; expected y | f:2: hold: 'x; expected y' cannot be read; expected auto, off or a duration with its unit, such as 250ms, 5s or 2m
          for = VPN        | f:2: for: 'VPN' is not known; expected any, vpn, voice or game
          for voice        | f:2: 'for voice' has no '='; expected for = ...
          for.wg = wg      | f:2: for.wg: 'wg' is not known; expected any, vpn, voice or game
          for.fixed = any  | f:2: key 'for.fixed' is refused; expected for, or another name
          for-wg = any     | f:2: unknown key 'for-wg'; did you mean for?
          for = openvpn    | f:2: for: 'openvpn' is not known; expected any, vpn, voice or game
          for.wg = vpn     | f:2: for.wg: for.wg is of no use without listen.wg; expected that too
          for.Wg = vpn     | f:2: key 'for.Wg' is refused; expected for.NAME, NAME being 1 to 32 of a-z, 0-9, '-' and '_'
          mtu = 575        | f:2: mtu: '575' is out of range; expected auto or 576 to 65535
          mtu = fine       | f:2: mtu: 'fine' cannot be read; expected auto or a whole number
          mtu = 0          | f:2: mtu: '0' is out of range; expected auto or 576 to 65535
          ping = 10ms      | f:2: ping: '10ms' is out of range; expected 50ms to 10s
          ping = 99999999999999999999s | f:2: ping: '99999999999999999999s' is out of range; expected 50ms to 10s
          ping = 9999999999999999s | f:2: ping: '9999999999999999s' is out of range; expected 50ms to 10s
          ping = 5 s       | f:2: ping: '5 s' cannot be read; expected a duration with its unit, such as 250ms, 5s or 2m
          ping =           | f:2: ping: there is no value; expected 50ms to 10s
          max-flows = 0    | f:2: max-flows: '0' is out of range; expected 1 to 32768
          max-flows = -3   | f:2: max-flows: '-3' cannot be read; expected a whole number
          socket-buffer = 1t | f:2: socket-buffer: '1t' cannot be read; expected a size such as 256k or 4m
          engine = fast    | f:2: engine: 'fast' is not known; expected auto, native, epoll, io_uring or nio
          listen = 1,,2    | f:2: listen: there is no value; expected a port or address:port
          listen = 70000   | f:2: listen: port 70000 is out of range; expected 1 to 65535
          listen.wg = 70000 | f:2: listen.wg: port 70000 is out of range; expected 1 to 65535
          listen.wg =      | f:2: listen.wg: there is no value; expected a port or address:port
          listen.wg *:3002 | f:2: 'listen.wg *:3002' has no '='; expected listen.wg = ...
          lisetn.wg = 1    | f:2: unknown key 'lisetn.wg'; did you mean listen.wg?
          listen-wg = 1    | f:2: unknown key 'listen-wg'; did you mean listen?
          listen. = 1      | f:2: key 'listen.' is refused; expected listen.NAME, NAME being 1 to 32 of a-z, 0-9, '-' and '_'
          listen.Wg = 1    | f:2: key 'listen.Wg' is refused; expected listen.NAME, NAME being 1 to 32 of a-z, 0-9, '-' and '_'
          listen.NAME = 1  | f:2: key 'listen.NAME' is refused; expected listen.NAME, NAME being 1 to 32 of a-z, 0-9, '-' and '_'
          listen.a.b = 1   | f:2: key 'listen.a.b' is refused; expected listen.NAME, NAME being 1 to 32 of a-z, 0-9, '-' and '_'
          listen.fixed = 1 | f:2: key 'listen.fixed' is refused; expected listen, or another name
          a 1 name=dup     | f:2: name 'dup' is taken; expected one that no other bridge has
          """)
  void aBadLineIsNamedWithWhatIsWrongAndWhatWasExpected(String line, String message) {
    String file = "z 1 name=dup\n" + line + "\n";
    assertEquals(message, assertThrows(ConfigException.class, () -> client(file)).getMessage());
  }

  @ParameterizedTest
  @CsvSource({
    "ping, 50ms, 10s, 49ms, 10001ms",
    "flow-timeout, 1s, 24h, 999ms, 1441m",
    "socket-buffer, 4096, 1g, 4095, 1048577k",
    "max-flows, 1, 32768, 0, 32769",
    "tunnels, 1, 16, 0, 17",
    "tunnel-timeout, 1s, 24h, 999ms, 1441m",
    "listen-tcp, 1, 65535, 0, 65536",
    "listen-tcp.wg, 1, 65535, 0, 65536",
    "repair, 0.1%, 100%, 0.099%, 100.001%",
    "hold, 1ms, 1s, 0ms, 1001ms",
    "busy-poll, 1us, 10ms, 0us, 10001us",
    "dscp, 0, 63, -1, 64",
    "listen, 1, 65535, 0, 65536",
  })
  void bothEndsOfARangeBelongToIt(
      String key, String least, String most, String tooLittle, String tooMuch) throws Exception {
    client("a 1\n" + key + " = " + least);
    client("a 1\n" + key + " = " + most);
    assertThrows(ConfigException.class, () -> client("a 1\n" + key + " = " + tooLittle));
    assertThrows(ConfigException.class, () -> client("a 1\n" + key + " = " + tooMuch));
  }

  @Test
  void aSettingThatTakesOneValueIsRefusedTwice() {
    assertEquals(
        "f:3: ping: ping is set again after f:1: ping; expected it once",
        message("ping = 1s\na 1\nping = 1s\n"));
  }

  @Test
  void everythingHasALimit() throws Exception {
    String lines = "a 1\n".repeat(32);
    assertEquals(32, client(lines).bridges().size());
    assertEquals("f:33: one bridge too many; expected at most 32", message(lines + "a 1\n"));
    assertEquals(
        "f:1: the line is too long; expected at most 1024 bytes", message("a".repeat(1025)));
    // A comment may be as long as it likes.
    assertEquals(1, client("a 1 #" + "#".repeat(2_000)).bridges().size());
  }

  @Test
  void whatIsNotTextIsRefusedAndNotShownRaw() {
    assertEquals(
        "f:1: '?[31m' holds a control character; expected UTF-8 text", message("\033[31m\n"));
    byte[] notUtf8 = {'a', (byte) 0xE9, ' ', '1'};
    assertEquals(
        "f:1: the line is not UTF-8; expected UTF-8 text, in another encoding comments at most",
        assertThrows(ConfigException.class, () -> client(notUtf8)).getMessage());
  }

  @Test
  void aTargetWithANameHasListeningPortsOfItsOwn() throws Exception {
    ClientConfig both = client("listen = 1\nlisten.wg = 2, [::1]:3\nlisten.vpn = 4\na 1\n");
    assertEquals(List.of(new HostPort("127.0.0.1", 1)), both.listen());
    assertEquals(
        Map.of(
            "wg", List.of(new HostPort("127.0.0.1", 2), new HostPort("::1", 3)),
            "vpn", List.of(new HostPort("127.0.0.1", 4))),
        both.listenNamed());

    ClientConfig alone = client("listen.wg = 2\na 1\n");
    assertEquals(List.of(), alone.listen(), "the default is for who names nothing");
    assertEquals(1, client("listen.example.org 4000\n").bridges().size(), "a bridge's name");
  }

  @Test
  void whatRunsOverAPortIsSaidForEach() throws Exception {
    ClientConfig config =
        client("for = game\nlisten = 1\nlisten.a = 2\nlisten.b = 3\nfor.b = voice\na 1\n");
    assertEquals(Passenger.GAME, config.passenger());
    assertEquals(Map.of("a", Passenger.ANY, "b", Passenger.VOICE), config.passengersNamed());
    assertEquals(
        "f:1: for: for is of no use without listen, as there is listen.a; expected for.NAME, or"
            + " listen too",
        message("for = game\nlisten.a = 2\na 1\n"));
    assertEquals(
        "f:3: for.b: for.b is of no use without listen.b; expected that too",
        message("listen = 1\nlisten.a = 2\nfor.b = any\na 1\n"));
    assertEquals(Passenger.ANY, client("a 1\n").passenger());
  }

  @Test
  void callsAndGamesAloneDoWithoutOrder() {
    assertEquals(
        List.of(Passenger.ANY, Passenger.VPN),
        Arrays.stream(Passenger.values()).filter(Passenger::isOrdered).toList());
  }

  @Test
  void aServerRepairsAsItIsToldAndDoesNotSayWhatRunsOverIt() throws Exception {
    String needed = "listen = 1\ntarget = a:1\n";
    assertEquals(RepairSettings.DEFAULT, server(needed).session().repair());
    assertEquals(
        new RepairSettings(0.001, 1_000_000_000),
        server(needed + "repair = 0.1%\nhold = 1s\n").session().repair());
    assertEquals(
        "f:1: hold: '1001ms' is out of range; expected auto, off or 1ms to 1s",
        serverMessage("hold = 1001ms"));
    assertTrue(serverMessage("for = vpn").startsWith("f:1: unknown key 'for'; expected one of "));
  }

  @Test
  void repairIsAShareOrOff() throws Exception {
    assertEquals(RepairSettings.DEFAULT, client("a 1\n").session().repair());
    assertEquals(RepairSettings.OFF, client("a 1\nrepair = off\nhold = off\n").session().repair());
    assertEquals(
        new RepairSettings(0.025, 50_000_000),
        client("a 1\nrepair = 2.5%\nhold = 50ms\n").session().repair());
    assertEquals(
        RepairSettings.HOLD_AUTO, client("a 1\nhold = auto\n").session().repair().holdNanos());
  }

  @Test
  void aServerHasTargetsWithNamesBesideTheFixedOneOrInstead() throws Exception {
    ServerConfig both = server("listen = 1\ntarget = a:1\ntarget.wg = b:2\ntarget.0 = [::1]:3");
    assertEquals(new HostPort("a", 1), both.target());
    assertEquals(
        Map.of("wg", new HostPort("b", 2), "0", new HostPort("::1", 3)), both.targetsNamed());
    assertNull(server("listen = 1\ntarget.wg = b:2").target());

    assertEquals(
        "f:2: target.wg: target.wg is set again after f:1: target.wg; expected it once",
        serverMessage("target.wg = a:1\ntarget.wg = a:1"));
    assertEquals(
        "f:1: unknown key 'targte.wg'; did you mean target.wg?", serverMessage("targte.wg = a:1"));
    assertEquals(
        "f:1: key 'target.fixed' is refused; expected target, or another name",
        serverMessage("target.fixed = a:1"));
    StringBuilder many = new StringBuilder("listen = 1\n");
    for (int i = 0; i < 64; i++) {
      many.append("target.t").append(i).append(" = a:1\n");
    }
    assertEquals(64, server(many.toString()).targetsNamed().size());
    assertEquals(
        "f:66: target.z: one target.NAME too many; expected at most 64",
        assertThrows(ConfigException.class, () -> server(many + "target.z = a:1")).getMessage());
  }

  @Test
  void aServersFileHasSettingsOnly() {
    assertEquals("f:1: 'a 1' is not a setting; expected key = value", serverMessage("a 1"));
    assertEquals(
        "f:1: 'listen 2000' is not a setting; expected listen = ...", serverMessage("listen 2000"));
  }

  @Test
  void aFileThatCannotBeReadIsNamed(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("mpclient.conf");
    assertEquals(
        file + ": there is no such file; expected a configuration file", fileMessage(file));
    assertEquals(
        folder + ": cannot be read: Is a directory; expected a configuration file",
        fileMessage(folder));
    Files.writeString(file, "#".repeat(65_537));
    assertEquals(file + ": is too long; expected at most 65536 bytes", fileMessage(file));
    Files.writeString(file, "# nothing\n");
    assertEquals(
        "no bridge is given; expected in "
            + file
            + " a line such as: vps.example.org 4000 name=one bind=eth0",
        fileMessage(file));
  }

  private static String fileMessage(Path file) {
    return assertThrows(
            ConfigException.class, () -> new ClientCommand(Map.of()).config(file.toString()))
        .getMessage();
  }

  private static ClientConfig client(String content) throws ConfigException {
    return client(content.getBytes(StandardCharsets.UTF_8));
  }

  private static ClientConfig client(byte[] content) throws ConfigException {
    return ClientConfig.of(ConfigFile.parse("f", Path.of("f"), content, Settings.CLIENT));
  }

  private static String message(String content) {
    return assertThrows(ConfigException.class, () -> client(content)).getMessage();
  }

  private static ServerConfig server(String content) throws ConfigException {
    byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
    return ServerConfig.of(ConfigFile.parse("f", Path.of("f"), bytes, Settings.MPSERVER));
  }

  private static String serverMessage(String content) {
    byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
    return assertThrows(
            ConfigException.class,
            () -> ConfigFile.parse("f", Path.of("f"), bytes, Settings.MPSERVER))
        .getMessage();
  }
}
