package dev.mptunnel.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.core.EndpointSettings.RepairSettings;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CommandTest {

  @TempDir Path folder;

  @Test
  void whatIsTypedWinsOverTheFile() throws Exception {
    Path file = folder.resolve("mpclient.conf");
    Files.writeString(file, "listen = 1\nlisten = 2\nping = 1s\nping-idle = 9s\na 1\n");

    ClientConfig config =
        new ClientCommand(Map.of()).config("--listen", "7", "--ping=2s", file.toString());

    assertEquals(List.of(new HostPort("127.0.0.1", 7)), config.listen());
    assertEquals(2_000_000_000L, config.session().pingNanos());
    assertEquals(9_000_000_000L, config.session().pingIdleNanos());
    assertEquals(1, config.bridges().size());
  }

  @Test
  void aClientNeedsNoFileWhenItsBridgesAreTyped() throws Exception {
    ClientConfig config =
        new ClientCommand(Map.of())
            .config("--bridge", "a 1 name=x", "--bridge", "b:2 bind=192.0.2.1");

    assertEquals(
        List.of(
            new BridgeLine(new HostPort("a", 1), "x", null),
            new BridgeLine(new HostPort("b", 2), "b:2", "192.0.2.1")),
        config.bridges());
    assertEquals(List.of(new HostPort("127.0.0.1", 3000)), config.listen());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "2000,4000 192.0.2.1 1194",
        "2000,4000 192.0.2.1:1194",
        "--listen 2000 --listen 4000 --target 192.0.2.1:1194",
      })
  void aServerListensOnSeveralPorts(String words) throws Exception {
    ServerConfig config = new ServerCommand(Map.of()).config(words.split(" "));
    assertEquals(
        List.of(new HostPort(HostPort.ANY, 2000), new HostPort(HostPort.ANY, 4000)),
        config.listen());
    assertEquals(new HostPort("192.0.2.1", 1194), config.target());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "2000 --target.wg 127.0.0.1:51820",
        "--target.wg=127.0.0.1:51820 2000",
        "--listen 2000 --target.wg 127.0.0.1:51820",
        "2000 a:1 --target.wg 127.0.0.1:51820",
      })
  void aServerMayHaveTargetsWithNames(String words) throws Exception {
    ServerConfig config = new ServerCommand(Map.of()).config(words.split(" "));
    assertEquals(Map.of("wg", new HostPort("127.0.0.1", 51_820)), config.targetsNamed());
    assertEquals(words.contains("a:1") ? new HostPort("a", 1) : null, config.target());
    assertEquals(List.of(new HostPort(HostPort.ANY, 2000)), config.listen());
  }

  @Test
  void whatIsTypedOfATargetWithANameWinsOverTheFile() throws Exception {
    Path file = folder.resolve("mpclient.conf");
    Files.writeString(file, "listen.wg = 1\nlisten.vpn = 2\na 1\n");
    ClientConfig config =
        new ClientCommand(Map.of()).config("--listen.wg", "7", "--listen.wg=8", file.toString());
    assertEquals(
        Map.of(
            "wg", List.of(new HostPort("127.0.0.1", 7), new HostPort("127.0.0.1", 8)),
            "vpn", List.of(new HostPort("127.0.0.1", 2))),
        config.listenNamed());
  }

  @Test
  void whatRunsOverAPortMayBeTypedWhereTheFileOpensIt() throws Exception {
    Path file = folder.resolve("mpclient.conf");
    Files.writeString(file, "listen.wg = 1\nlisten.vpn = 2\nfor.wg = voice\na 1\n");
    ClientConfig config =
        new ClientCommand(Map.of())
            .config("--for.wg=game", "--listen", "3", "--for", "vpn", file.toString());
    assertEquals(Passenger.VPN, config.passenger());
    assertEquals(Map.of("wg", Passenger.GAME, "vpn", Passenger.ANY), config.passengersNamed());
  }

  @Test
  void repairAndHoldAreTypedAlikeForBothEnds() throws Exception {
    RepairSettings expected = new RepairSettings(0.05, 20_000_000);
    assertEquals(
        expected,
        new ClientCommand(Map.of())
            .config("--bridge", "a:1", "--repair", "5%", "--hold=20ms")
            .session()
            .repair());
    assertEquals(
        expected,
        new ServerCommand(Map.of())
            .config("--repair=5%", "--hold", "20ms", "2000", "a", "1")
            .session()
            .repair());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          4000 192.0.2.1:2000                                 | *:4000 | 192.0.2.1:2000
          4000 192.0.2.1 2000                                 | *:4000 | 192.0.2.1:2000
          4000 ::1 2000                                       | *:4000 | [::1]:2000
          [::1]:4000 a:1 b 2 [::2]:3                          | [::1]:4000 | a:1 b:2 [::2]:3
          udp-listen:4000 udp4:192.0.2.1:2000                 | *:4000 | 192.0.2.1:2000
          UDP4-LISTEN:4000,fork,reuseaddr UDP:a.example:2000  | 0.0.0.0:4000 | a.example:2000
          udp6-listen:4000,bind=[::1],fork udp6:[::2]:2000    | [::1]:4000 | [::2]:2000
          tcp-listen:4000,fork,reuseaddr tcp4:192.0.2.1:2000  | *:4000 | 192.0.2.1:2000
          TCP4-LISTEN:4000,bind=127.0.0.1 TCP:a.example:2000  | 127.0.0.1:4000 | a.example:2000
          tcp6-listen:4000 tcp6:[::2]:2000 b 3                | [::]:4000 | [::2]:2000 b:3
          """)
  void aBridgeTakesItsOwnWordsAndSocats(String words, String listen, String servers)
      throws Exception {
    BridgeConfig config = new BridgeCommand().config(words.split(" "));
    assertEquals(listen, config.listen().getFirst().toString());
    assertEquals(
        servers, String.join(" ", config.servers().stream().map(HostPort::toString).toList()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          mpclient | --pign 5s          | unknown option '--pign'; did you mean --ping?
          mpclient | -ping=5s           | unknown option '-ping'; did you mean --ping?
          mpclient | --ping             | --ping: there is no value; expected 50ms to 10s
          mpclient | --ping= x          | --ping: there is no value; expected 50ms to 10s
          mpclient | --ping --listen 5  | --ping: there is no value; expected 50ms to 10s
          mpclient | --ping 5           | --ping: '5' has no unit; expected a duration with its unit, such as 250ms, 5s or 2m
          mpclient | --ping 1s --ping 2s | --ping: ping is set again after --ping; expected it once
          mpclient | --listen.wg        | --listen.wg: there is no value; expected a port or address:port
          mpclient | --listen.wg 0      | --listen.wg: port 0 is out of range; expected 1 to 65535
          mpclient | --lisetn.wg 1      | unknown option '--lisetn.wg'; did you mean --listen.wg?
          mpclient | --listen.NAME 1    | option '--listen.NAME' is refused; expected --listen.NAME, NAME being 1 to 32 of a-z, 0-9, '-' and '_'
          mpclient | --listen.=1        | option '--listen.' is refused; expected --listen.NAME, NAME being 1 to 32 of a-z, 0-9, '-' and '_'
          mpclient | --for              | --for: there is no value; expected any, vpn, voice or game
          mpclient | --for openvpn      | --for: 'openvpn' is not known; expected any, vpn, voice or game
          mpclient | --for game --for vpn | --for: for is set again after --for; expected it once
          mpclient | --for.wg vpn --bridge a:1 | --for.wg: for.wg is of no use without listen.wg; expected that too
          mpclient | --for voice --listen.wg 1 --bridge a:1 | --for: for is of no use without listen, as there is listen.wg; expected for.NAME, or listen too
          mpclient | --for.wg vpn --for.wg any | --for.wg: for.wg is set again after --for.wg; expected it once
          mpclient | --for.fixed vpn    | option '--for.fixed' is refused; expected --for, or another name
          mpclient | --fro.wg vpn       | unknown option '--fro.wg'; did you mean --for.wg?
          mpclient | --repair           | --repair: there is no value; expected off or 0.1% to 100%
          mpclient | --repair 1000%     | --repair: '1000%' is out of range; expected off or 0.1% to 100%
          mpclient | --hold             | --hold: there is no value; expected auto, off or 1ms to 1s
          mpclient | --hold 5s          | --hold: '5s' is out of range; expected auto, off or 1ms to 1s
          mpclient | --verbose=no       | option '--verbose' should be specified without 'no' parameter; expected it alone
          mpclient | a.conf b.conf      | more than one file is given, the last 'b.conf'; expected one
          mpclient | -c                 | --config: there is no value; expected FILE
          mpclient | -c a -c b          | --config: given 2 times; expected one file
          mpclient |                    | no bridge is given; expected a FILE, or --bridge 'HOST PORT'
          mpserver |                    | no listening port is given; expected mpserver PORT[,PORT...] TARGET_HOST TARGET_PORT
          mpserver | 2000               | no target is given; expected mpserver PORT[,PORT...] TARGET_HOST TARGET_PORT
          mpserver | 2000 a             | TARGET: 'a' has no port; expected HOST PORT or HOST:PORT
          mpserver | 2000 a 1 b 2       | more than one target is given; expected mpserver PORT[,PORT...] TARGET_HOST TARGET_PORT
          mpserver | 2000 --target.wg   | --target.wg: there is no value; expected host:port
          mpserver | 2000 --target.fixed a:1 | option '--target.fixed' is refused; expected --target, or another name
          mpserver | 2000 --target.w a:1 --target.w a:1 | --target.w: target.w is set again after --target.w; expected it once
          mpserver | 2000 a 1 --repair 5 | --repair: '5' cannot be read; expected off or a share such as 3% or 0.5%
          mpserver | 2000 a 1 --hold=2m | --hold: '2m' is out of range; expected auto, off or 1ms to 1s
          mpserver | 2000 a 1 --repiar 5% | unknown option '--repiar'; did you mean --repair?
          mpserver | 0 a 1              | PORT: port 0 is out of range; expected 1 to 65535
          mpserver | 2000 a 70000       | TARGET: port 70000 is out of range; expected 1 to 65535
          mpserver | 2 a 1 --target b:1 | TARGET: target is set again after --target; expected it once
          bridge   | 4000               | no server is given; expected mpbridge PORT HOST:PORT
          bridge   | tcp-listen:1 udp:a:1 | SERVER: 'udp:a:1' is of another protocol than what is listened for
          bridge   | udp-listen:1 tcp:a:1 | SERVER: 'tcp:a:1' is of another protocol than what is listened for
          bridge   | tcp-listen:1 tcp:a:1 UDP4:b:1 | SERVER: 'UDP4:b:1' is of another protocol than what is listened for
          bridge   | sctp-listen:1 a:1  | PORT: socat address type 'sctp-listen' is not known; expected udp-listen or tcp-listen, or one of them with 4 or 6, such as udp4-listen
          bridge   | udp-listen:1 udp-connect:a:1 | SERVER: socat address type 'udp-connect' is not known; expected udp or tcp, or one of them with 4 or 6, such as udp4
          bridge   | tcp6-listen:1,bind=127.0.0.1 a:1 | PORT: '127.0.0.1' is of the other family; expected IPv6
          bridge   | tcp-listen:1 tcp6:127.0.0.1:1 | SERVER: '127.0.0.1' is of the other family; expected IPv6
          bridge   | --protocol udp tcp-listen:1 tcp:a:1 | PORT: protocol is set again after --protocol; expected it once
          bridge   | --protocol sctp 1 a:1 | --protocol: 'sctp' is not known; expected both, udp or tcp
          mpclient | --tunnels 17       | --tunnels: '17' is out of range; expected 1 to 16
          mpclient | --listen-tcp.fixed 1 | option '--listen-tcp.fixed' is refused; expected --listen-tcp, or another name
          mpserver | 2000 a 1 --tcp-target b | --tcp-target: 'b' has no port; expected host:port
          bridge   | udp-listen:1,range=10.0.0.0/8 udp:a:1 | PORT: socat option 'range=10.0.0.0/8' is not known; expected fork, reuseaddr or bind=ADDRESS
          bridge   | 4000 udp4:[::1]:1  | SERVER: '::1' is of the other family; expected IPv4
          """)
  void badUsageIsOneLine(String program, String words, String message) {
    Command<?> command = command(program);
    String[] args = words == null ? new String[0] : words.split(" ");
    assertEquals(
        message, assertThrows(ConfigException.class, () -> command.config(args)).getMessage());
  }

  @ParameterizedTest
  @ValueSource(strings = {"mpclient", "mpserver", "bridge"})
  void helpShowsEverySettingAndLeavesWithZero(String program) {
    Command<?> command = command(program);
    Said said = say(command, "--help");

    assertEquals(new CommandResult.Exit<>(0), said.result);
    assertEquals("", said.err);
    for (Setting<?> setting : command.settings().all()) {
      assertTrue(said.out.contains("--" + setting.name() + "="), said.out);
      assertTrue(
          setting.defaultText() == null
              || said.out.contains("(default " + setting.defaultText() + ")"),
          setting.name() + " in " + said.out);
    }
  }

  @Test
  void theVersionIsTheBuilds() {
    Said said = say(new ClientCommand(Map.of()), "--version");
    assertEquals(new CommandResult.Exit<>(0), said.result);
    assertTrue(said.out.matches("mpclient \\d+\\.\\d+\\.\\d+\\S*\\R"), said.out);
  }

  @Test
  void aFlagMayBeGivenTwice() {
    assertEquals(
        new CommandResult.Exit<>(0), say(new ClientCommand(Map.of()), "-h", "--help").result);
    assertTrue(
        say(new BridgeCommand(), "-v", "4000", "a:1", "-v").result
                instanceof CommandResult.Run<?>(BridgeConfig _, boolean verbose)
            && verbose);
  }

  @Test
  void badUsageLeavesWithTwoAndSaysWhereHelpIs() {
    Said said = say(new ServerCommand(Map.of()), "0", "a", "1");
    assertEquals(new CommandResult.Exit<>(2), said.result);
    assertEquals("", said.out);
    assertEquals(
        List.of(
            "mpserver: PORT: port 0 is out of range; expected 1 to 65535", "try 'mpserver --help'"),
        said.err.lines().toList());
  }

  @Test
  void verboseIsHandedOn() {
    assertTrue(
        say(new BridgeCommand(), "-v", "4000", "a:1").result
                instanceof CommandResult.Run<?>(BridgeConfig config, boolean verbose)
            && verbose
            && config.maxClients() == 4096);
  }

  private record Said(CommandResult<?> result, String out, String err) {}

  private static Said say(Command<?> command, String... args) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    CommandResult<?> result =
        command.start(
            args,
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8));
    return new Said(
        result, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  private static Command<?> command(String program) {
    return switch (program) {
      case "mpclient" -> new ClientCommand(Map.of());
      case "mpserver" -> new ServerCommand(Map.of());
      default -> new BridgeCommand();
    };
  }
}
