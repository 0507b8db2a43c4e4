package dev.mptunnel.harness.tunnel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mptunnel.harness.Await;
import dev.mptunnel.harness.Seed;
import dev.mptunnel.harness.load.LoadPlan;
import dev.mptunnel.net.http.ControlClient;
import dev.mptunnel.program.OrderProgram;
import dev.mptunnel.secret.SharedSeed;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.ConnectException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real programs that are given other settings while datagrams and connections are under way. */
class ReloadTest {

  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final int PER_SECOND = 300;
  private static final int ENDLESS = 10_000_000;
  private static final int CONNECTIONS = 6;

  /** Reloads after which all has been done once that is done once. */
  private static final int WARM_UP = 20;

  /** What a thousand reloads may leave: a third of what one path takes, each. */
  private static final long HEAP_BYTES = 2 << 20;

  @TempDir private Path folder;

  private final Seed seed = Seed.ofRun();
  private final RandomGenerator random = seed.generator();
  private final String secret = SharedSeed.random(random).text();
  private final String secondSecret = SharedSeed.random(random).text();
  private final List<ProgramProcess> programs = new ArrayList<>();
  private final int serverPort = FreePorts.next();
  private final int secondServerPort = FreePorts.next();
  private final int entryPort = FreePorts.next();
  private final int tcpEntryPort = FreePorts.next();
  private BothWays load;
  private Echoes echoes;
  private DatagramSocket other;
  private ProgramProcess server;
  private ProgramProcess bridge;
  private ProgramProcess client;
  private int bridgePort;

  @BeforeEach
  void start() throws IOException {
    load = new BothWays(new LoadPlan(PER_SECOND, ENDLESS, 60, 1_300));
    echoes = new Echoes();
    other = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    bridgePort = FreePorts.next();
    write("mpserver.conf", serverFile());
    write("bridge.conf", bridgeFile(serverPort));
    write("mpclient.conf", clientFile("a"));
    server =
        add(ProgramProcess.server("-c", file("mpserver.conf"), "--control", socket("mpserver")));
    bridge = add(ProgramProcess.bridge("-c", file("bridge.conf"), "--control", socket("bridge")));
    client = add(ProgramProcess.client(file("mpclient.conf"), "--control", socket("mpclient")));
    client.awaitError("path a is up");
  }

  private ProgramProcess add(ProgramProcess program) {
    programs.add(program);
    return program;
  }

  @AfterEach
  void end() {
    programs.forEach(ProgramProcess::close);
    load.close();
    echoes.close();
    other.close();
  }

  // --- what they are told ---

  private String file(String name) {
    return folder.resolve(name).toString();
  }

  private String socket(String program) {
    return folder.resolve(program + ".sock").toString();
  }

  private void write(String name, String... lines) throws IOException {
    Path file = folder.resolve(name);
    Files.writeString(file, String.join("\n", lines) + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
  }

  private String[] serverFile(String... more) {
    return Stream.concat(
            Stream.of(
                "listen = " + serverPort,
                "listen = " + secondServerPort,
                "secret = " + secret,
                "target = 127.0.0.1:" + load.target().getPort(),
                "tcp-target = 127.0.0.1:" + echoes.targetPort()),
            Stream.of(more))
        .toArray(String[]::new);
  }

  private String bridgeFile(int to) {
    // A bridge keeps the sockets of clients' paths for so long after these are gone.
    return "listen = " + bridgePort + "\nidle-timeout = 3s\nserver = 127.0.0.1:" + to;
  }

  /** The path "a" leads straight to the server, the others over the bridge. */
  private String[] clientFile(String paths, String... more) {
    List<String> lines =
        new ArrayList<>(
            List.of("secret = " + secret, "listen = " + entryPort, "listen-tcp = " + tcpEntryPort));
    for (String path : paths.isEmpty() ? List.<String>of() : List.of(paths.split(""))) {
      lines.add("127.0.0.1 " + (path.equals("a") ? serverPort : bridgePort) + " name=" + path);
    }
    lines.addAll(List.of(more));
    return lines.toArray(String[]::new);
  }

  /** What an order comes to: its exit status and what it printed. */
  private record Said(int exit, String text) {}

  private Said order(String program, String... words) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    PrintStream printed = new PrintStream(out, true, StandardCharsets.UTF_8);
    List<String> all = new ArrayList<>(List.of(words));
    all.addAll(List.of("--control", socket(program)));
    int exit =
        new OrderProgram(program, Map.of(), printed, printed).run(all.toArray(String[]::new));
    return new Said(exit, out.toString(StandardCharsets.UTF_8));
  }

  private String reload(String program) {
    Said said = order(program, "reload");
    assertEquals(0, said.exit(), said.text());
    return said.text();
  }

  private String paths() {
    return order("mpclient", "path", "list").text();
  }

  private void awaitUp(String... paths) {
    Await.until(
        "paths to be up",
        LIMIT,
        () ->
            Stream.of(paths)
                .allMatch(path -> paths().lines().anyMatch(l -> l.matches(path + " +up .*"))));
  }

  private void startTraffic() throws IOException {
    load.start(BothWays.at(Integer.toString(entryPort)));
    for (int i = 0; i < CONNECTIONS; i++) {
      echoes.open(BothWays.at(Integer.toString(tcpEntryPort)), random.nextLong());
    }
    awaitMore();
  }

  private void awaitMore() {
    long up = load.up().distinct();
    long down = load.down().distinct();
    Await.until(
        "datagrams to flow",
        LIMIT,
        () -> load.up().distinct() > up + 20 && load.down().distinct() > down + 20);
    echoes.awaitMore();
  }

  private void assertNothingWasLost() {
    echoes.awaitMore();
    echoes.assertNoneBroken();
    load.stop();
    load.assertAllArrived(seed.toString());
  }

  // --- tests ---

  @Test
  void pathsComeAndGoByTheFileAndByOrder() throws Exception {
    startTraffic();
    write("mpclient.conf", clientFile("abc"));
    assertEquals(
        "reloaded %s: path b added; path c added\n".formatted(file("mpclient.conf")),
        reload("mpclient"));
    awaitUp("a", "b", "c");
    awaitMore();
    assertEquals(
        "path b paused, until 'path resume b' or a reload\n",
        order("mpclient", "path", "pause", "b").text());
    assertTrue(paths().lines().anyMatch(line -> line.matches("b +paused .*")), this::paths);
    assertEquals("path b resumed\n", order("mpclient", "path", "resume", "b").text());
    assertEquals(
        "path d added; it is not in the file, and a reload takes it out\n",
        order("mpclient", "path", "add", "127.0.0.1", "" + bridgePort, "name=d").text());
    awaitUp("a", "b", "c", "d");
    assertEquals(
        "path a removed; it is in the file still, and a reload brings it back\n",
        order("mpclient", "path", "remove", "a").text());
    awaitMore();
    assertEquals(
        "reloaded %s: path a added; path d removed\n".formatted(file("mpclient.conf")),
        reload("mpclient"));
    awaitUp("a", "b", "c");
    assertEquals(
        "reloaded %s: nothing has changed\n".formatted(file("mpclient.conf")), reload("mpclient"));
    assertNothingWasLost();
    server.awaitError("has taken path 0 out");
    client.awaitError("path d added, as was ordered");
    Await.until("events", LIMIT, () -> answer("/api/status").contains("\"reload\""));
    Await.until("events", LIMIT, () -> answer("/api/status").contains("\"path-removed\""));
  }

  @Test
  void whatCannotBeIsRefusedAndAllGoesOn() throws Exception {
    startTraffic();
    write("mpclient.conf", clientFile("ab", "pign = 3s"));
    refused("mpclient", "mpclient.conf:6: unknown key 'pign'; did you mean ping?");
    write("mpclient.conf", clientFile("ab", "mtu = 1400"));
    refused("mpclient", "mpclient.conf:6: mtu: needs a restart; expected auto as before");
    write("mpclient.conf", clientFile("ab", "listen.x = " + serverPort));
    refused("mpclient", "127.0.0.1:" + serverPort);
    write("mpserver.conf", serverFile("max-sessions = 5"));
    refused("mpserver", "mpserver.conf:6: max-sessions: needs a restart; expected 1024 as before");
    write("bridge.conf", "listen = " + bridgePort, "idle-timeout = 3s");
    refused("bridge", "bridge.conf");
    client.signal("HUP");
    client.awaitError("WARN  reload refused, all goes on as before");
    for (String wrong : List.of("remove x", "pause x", "remove a", "pause a", "add 1.2.3.4")) {
      Said said =
          order(
              "mpclient",
              Stream.concat(Stream.of("path"), Stream.of(wrong.split(" "))).toArray(String[]::new));
      assertEquals(2, said.exit(), said.text());
    }
    assertEquals(
        "mpclient path: there is no path 'x'; expected one of a\n",
        order("mpclient", "path", "pause", "x").text());
    Said ofServer = order("mpserver", "path", "pause", "a");
    assertEquals(2, ofServer.exit());
    assertTrue(ofServer.text().contains("mpclient path"), ofServer.text());
    assertEquals(1, paths().lines().count(), this::paths);
    assertNothingWasLost();
  }

  private void refused(String program, String words) {
    Said said = order(program, "reload");
    assertEquals(2, said.exit(), said.text());
    assertTrue(
        said.text().startsWith(program + " reload: ") && said.text().contains(words), said.text());
    assertEquals(1, said.text().lines().count(), said.text());
  }

  @Test
  void byHangupTheyReadTheirFilesAgain() throws Exception {
    startTraffic();
    write("mpclient.conf", clientFile("ab", "listen.other = " + FreePorts.next()));
    write("mpserver.conf", serverFile("target.other = 127.0.0.1:" + other.getLocalPort()));
    write("bridge.conf", bridgeFile(secondServerPort));
    for (ProgramProcess program : programs) {
      program.signal("HUP");
    }
    server.awaitError("target.other 127.0.0.1:" + other.getLocalPort() + " added");
    bridge.awaitError("server 127.0.0.1:" + serverPort + " removed");
    client.awaitError("path b added");
    awaitUp("a", "b");
    assertNothingWasLost();
  }

  @Test
  void thePageMovesAndStaysWhereItIsIfItCannot() throws Exception {
    int first = FreePorts.next();
    int second = FreePorts.next();
    write("mpclient.conf", clientFile("a", "status = " + first));
    assertTrue(reload("mpclient").endsWith(": status\n"));
    assertTrue(isShown(first));
    write("mpclient.conf", clientFile("a", "status = " + second));
    reload("mpclient");
    assertTrue(isShown(second));
    assertFalse(isShown(first));
    write("mpclient.conf", clientFile("ab", "status = " + serverPort));
    refused("mpclient", "127.0.0.1:" + serverPort);
    assertTrue(isShown(second));
    assertEquals(1, paths().lines().count(), this::paths);
    write("mpclient.conf", clientFile("a"));
    reload("mpclient");
    assertFalse(isShown(second));
    Await.until(
        "reloads to be counted",
        LIMIT,
        () ->
            metrics().contains("mptunnel_reloads_total{result=\"done\"} 3")
                && metrics().contains("mptunnel_reloads_total{result=\"refused\"} 1"));
  }

  private String metrics() {
    return answer("/metrics");
  }

  /** What mpclient shows, of now or of a moment ago. */
  private String answer(String target) {
    try {
      return ControlClient.get(Path.of(socket("mpclient")), target);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static boolean isShown(int port) throws IOException {
    try (InputStream in =
        URI.create("http://127.0.0.1:" + port + "/healthz").toURL().openStream()) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).startsWith("ok");
    } catch (ConnectException e) {
      return false;
    }
  }

  @Test
  void whoseTerminalIsClosedEndsAsItAlwaysDid() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/script")), "no script of util-linux");
    String port = "" + FreePorts.next();
    ProgramProcess terminal =
        add(
            ProgramProcess.clientInTerminal(
                "--bridge", "127.0.0.1 " + serverPort, "--listen", port, "--control", "off"));
    terminal.awaitOutput("listening on 127.0.0.1:" + port);
    List<ProcessHandle> inside = terminal.descendants();
    assertEquals(1, inside.size());
    long pid = inside.getFirst().pid();
    new ProcessBuilder("kill", "-HUP", Long.toString(pid)).start().waitFor();
    terminal.awaitOutput("reloaded the command line: nothing has changed");
    terminal.kill();
    Await.until("mpclient to end", LIMIT, () -> !inside.getFirst().isAlive());
  }

  @Test
  void targetsComeAndGoAndMove() throws Exception {
    startTraffic();
    int named = FreePorts.next();
    write("mpclient.conf", clientFile("a", "listen.other = " + named));
    write("mpserver.conf", serverFile("target.other = 127.0.0.1:" + other.getLocalPort()));
    reload("mpserver");
    reload("mpclient");
    assertArrives(named, other);
    try (DatagramSocket moved =
        new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
      write("mpserver.conf", serverFile("target.other = 127.0.0.1:" + moved.getLocalPort()));
      assertTrue(reload("mpserver").contains("target.other is 127.0.0.1:" + moved.getLocalPort()));
      assertArrives(named, moved);
    }
    write("mpserver.conf", serverFile());
    assertTrue(reload("mpserver").contains("target.other removed"));
    send(named);
    client.awaitError("the server has no target other");
    assertNothingWasLost();
  }

  private void send(int port) throws IOException {
    try (DatagramSocket application = new DatagramSocket()) {
      byte[] hello = "hello".getBytes(StandardCharsets.UTF_8);
      application.send(
          new DatagramPacket(hello, hello.length, InetAddress.getLoopbackAddress(), port));
    }
  }

  private void assertArrives(int port, DatagramSocket at) throws IOException {
    send(port);
    at.setSoTimeout((int) LIMIT.toMillis());
    at.receive(new DatagramPacket(new byte[100], 100));
  }

  @Test
  void whatMayBeReachedChangesForConnectionsThatAreThereAndForNewOnes() throws Exception {
    int proxy = FreePorts.next();
    write("mpclient.conf", clientFile("a", "socks = " + proxy));
    reload("mpclient");
    startTraffic();
    assertFalse(isReached(proxy));
    write("mpserver.conf", serverFile("allow = 127.0.0.1:" + echoes.targetPort()));
    reload("mpserver");
    assertTrue(isReached(proxy));
    write("mpserver.conf", serverFile());
    reload("mpserver");
    assertFalse(isReached(proxy));
    assertNothingWasLost();
  }

  /** By HTTP CONNECT. */
  private boolean isReached(int proxy) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), proxy)) {
      String asked = "CONNECT 127.0.0.1:" + echoes.targetPort() + " HTTP/1.1\r\n\r\n";
      socket.getOutputStream().write(asked.getBytes(StandardCharsets.UTF_8));
      socket.setSoTimeout((int) LIMIT.toMillis());
      // All of the answer is read: closed with something unread, a socket resets, up to the target.
      socket.shutdownOutput();
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return answer.startsWith("HTTP/1.1 200");
    }
  }

  @Test
  void byAnotherSecretTheClientGoesOverToAnotherSessionOnceTheServerTakesIt() throws Exception {
    load.start(BothWays.at(Integer.toString(entryPort)));
    awaitDatagrams();
    write("mpclient.conf", bySecond(clientFile("ab")));
    reload("mpclient");
    awaitDatagrams(); // by the session that there was
    write("mpserver.conf", bySecond(serverFile()));
    assertTrue(reload("mpserver").contains("secret"));
    client.awaitError("another session is in use, by the new secret");
    awaitDatagrams();
    awaitUp("a", "b");
    load.stop();
    load.assertClean("");
    echoes.open(BothWays.at(Integer.toString(tcpEntryPort)), 1);
    echoes.awaitMore();
  }

  @Test
  void whereNoUdpComesThroughAnotherSecretGoesByTcp() throws Exception {
    int tcpPort = FreePorts.next();
    write("tcp.conf", "listen = " + tcpPort, "protocol = tcp", "server = 127.0.0.1:" + serverPort);
    add(ProgramProcess.bridge("-c", file("tcp.conf"), "--control", "off"));
    load.start(BothWays.at(Integer.toString(entryPort)));
    awaitDatagrams();
    String line = "127.0.0.1 " + tcpPort + " name=t";
    write("mpclient.conf", "secret = " + secret, "listen = " + entryPort, line);
    assertTrue(reload("mpclient").contains("path t added; path a goes once another one answers"));
    client.awaitError("path a removed, as another one answers");
    awaitDatagrams();
    write("mpclient.conf", "secret = " + secondSecret, "listen = " + entryPort, line);
    reload("mpclient");
    awaitDatagrams(); // by the session that there was
    write("mpserver.conf", bySecond(serverFile()));
    reload("mpserver");
    client.awaitError("another session is in use, by the new secret");
    awaitDatagrams();
    load.stop();
  }

  @Test
  void aSecretThatIsTakenBackCostsNothing() throws Exception {
    startTraffic();
    write("mpclient.conf", bySecond(clientFile("a")));
    assertTrue(reload("mpclient").contains("the server is asked for another session"));
    write("mpclient.conf", clientFile("a"));
    assertTrue(reload("mpclient").contains("those of the session that there is"));
    awaitMore();
    write("mpclient.conf", clientFile("ab"));
    reload("mpclient");
    awaitUp("a", "b");
    assertNothingWasLost();
  }

  @Test
  void pathsAreNotGivenUpForThoseThatLeadNowhere() throws Exception {
    startTraffic();
    write("mpclient.conf", clientFile("", "127.0.0.1 " + FreePorts.next() + " name=a"));
    assertTrue(reload("mpclient").contains("path a added; path a goes once another one answers"));
    awaitMore();
    write("mpclient.conf", clientFile("", "mptunnel.invalid 1 name=a"));
    refused("mpclient", "no bridge was found of those that are written now: a");
    awaitMore();
    write("mpclient.conf", clientFile("bc"));
    reload("mpclient");
    client.awaitError("path a removed, as another one answers");
    awaitUp("b", "c");
    assertEquals(2, paths().lines().count(), this::paths);
    assertNothingWasLost();
  }

  @Test
  void tunnelsEndOnceNothingNeedsThem() throws Exception {
    try (Socket application = new Socket(InetAddress.getLoopbackAddress(), tcpEntryPort)) {
      application.setSoTimeout((int) LIMIT.toMillis());
      assertEchoes(application);
      write("mpclient.conf", "secret = " + secret, "listen = " + entryPort, lineOfA());
      reload("mpclient");
      assertEchoes(application);
      Await.until("tunnels", LIMIT, () -> tunnels() > 0);
      Await.quiet("tunnels", Duration.ofSeconds(3), LIMIT, this::tunnels);
      assertTrue(tunnels() > 0);
      assertEchoes(application);
    }
    Await.until("tunnels to end", LIMIT, () -> tunnels() == 0);
    write("mpclient.conf", clientFile("a"));
    reload("mpclient");
    echoes.open(BothWays.at(Integer.toString(tcpEntryPort)), 1);
    echoes.awaitMore();
  }

  private long tunnels() {
    return metrics().lines().filter(line -> line.startsWith("mptunnel_tcp_tunnel_up{")).count();
  }

  private String lineOfA() {
    return "127.0.0.1 " + serverPort + " name=a";
  }

  private static void assertEchoes(Socket application) throws IOException {
    application.getOutputStream().write('x');
    assertEquals('x', application.getInputStream().read());
  }

  @Test
  void aListenerIsWidenedOnItsOwnPort() throws Exception {
    startTraffic();
    int proxy = FreePorts.next();
    for (String host : List.of("127.0.0.1:", "*:", "127.0.0.1:")) {
      List<String> lines =
          new ArrayList<>(List.of("secret = " + secret, "socks = " + host + proxy));
      lines.add("listen = " + host + entryPort);
      lines.add("listen-tcp = " + host + tcpEntryPort);
      lines.add("socks-user = somebody:secret");
      lines.add("127.0.0.1 " + serverPort + " name=a");
      write("mpclient.conf", lines.toArray(String[]::new));
      reload("mpclient");
      awaitMore();
    }
    int taken = other.getLocalPort();
    write(
        "mpclient.conf",
        "secret = " + secret,
        "listen = *:" + entryPort,
        "listen = " + taken,
        "listen-tcp = " + tcpEntryPort,
        "127.0.0.1 " + serverPort + " name=a");
    refused("mpclient", "" + taken);
    awaitMore();
    echoes.assertNoneBroken();
    load.stop();
  }

  private String[] bySecond(String... lines) {
    return Stream.of(lines).map(line -> line.replace(secret, secondSecret)).toArray(String[]::new);
  }

  private void awaitDatagrams() {
    long up = load.up().distinct();
    long down = load.down().distinct();
    Await.until(
        "datagrams to flow",
        LIMIT,
        () -> load.up().distinct() > up + 50 && load.down().distinct() > down + 50);
  }

  @Test
  void underLoadNothingIsLostAndNothingIsLeft() throws Exception {
    reloadAgainAndAgain(30);
  }

  @Tag("full")
  @Test
  void aThousandTimesUnderLoadNothingIsLostAndNothingIsLeft() throws Exception {
    reloadAgainAndAgain(1_000);
  }

  private void reloadAgainAndAgain(int times) throws Exception {
    startTraffic();
    changeAll(WARM_UP);
    List<List<String>> files = new ArrayList<>();
    List<Long> heaps = new ArrayList<>();
    for (ProgramProcess program : programs) {
      heaps.add(Memory.of(program).liveHeapBytes()); // first, as who asks leaves a socket there
      files.add(awaitFiles(program, Collections.nCopies(10_000, "")));
    }
    changeAll(times);
    for (int i = 0; i < programs.size(); i++) {
      ProgramProcess program = programs.get(i);
      awaitFiles(program, files.get(i));
      long grown = Memory.of(program).liveHeapBytes() - heaps.get(i);
      assertTrue(grown < HEAP_BYTES, () -> "the heap has grown by " + grown + " bytes" + seed);
    }
    assertNothingWasLost();
    System.out.printf(
        "%d reloads: %d datagrams up and %d down, none lost; %d rounds of %d connections%n",
        WARM_UP + times, load.sentUp(), load.sentDown(), echoes.rounds(), CONNECTIONS);
  }

  /** Changes one thing after another, and is at the end where it was at the beginning. */
  private void changeAll(int times) throws Exception {
    int named = FreePorts.next();
    for (int i = 0; i < times; i++) {
      switch (i % 10) {
        case 0, 2, 3, 5, 6, 8 -> {
          String paths = somePaths();
          write("mpclient.conf", clientFile(paths, someOfClient(named)));
          reload("mpclient");
          if (i % 25 == 0) {
            awaitUp(paths.split("")); // the others are gone before they have been in use
          }
        }
        case 1, 7 -> {
          write("mpserver.conf", serverFile(someOfServer()));
          reload("mpserver");
        }
        case 4 -> {
          write("bridge.conf", bridgeFile(random.nextBoolean() ? serverPort : secondServerPort));
          reload("bridge");
        }
        default -> {
          write("mpclient.conf", clientFile(somePaths()));
          client.signal("HUP");
        }
      }
    }
    write("mpclient.conf", clientFile("a"));
    write("mpserver.conf", serverFile());
    write("bridge.conf", bridgeFile(serverPort));
    List.of("mpclient", "mpserver", "bridge").forEach(this::reload);
    awaitMore();
  }

  private String somePaths() {
    StringBuilder paths = new StringBuilder("a"); // the one that stays
    for (String path : List.of("b", "c", "d")) {
      paths.append(random.nextBoolean() ? path : "");
    }
    return paths.toString();
  }

  private String someOfClient(int port) {
    return switch (random.nextInt(5)) {
      case 0 -> "listen.other = " + port;
      case 1 -> "tunnels = 2";
      case 2 -> "over-tcp = always";
      case 3 -> "ping = 100ms";
      default -> "";
    };
  }

  private String someOfServer() {
    return switch (random.nextInt(4)) {
      case 0 -> "target.other = 127.0.0.1:" + other.getLocalPort();
      case 1 -> "tcp-target.other = 127.0.0.1:" + other.getLocalPort();
      case 2 -> "allow = 192.0.2.0/24";
      default -> "";
    };
  }

  /** Waits until a program has no more files open than so many. @return what it has */
  private List<String> awaitFiles(ProgramProcess program, List<String> most) {
    Await.quiet("open files", Duration.ofSeconds(4), LIMIT, () -> openFiles(program).size());
    List<String> open = openFiles(program);
    assertTrue(open.size() <= most.size(), () -> open + "\n instead of\n" + most + seed);
    return open;
  }

  /** What a process has open of its own; without what tells one socket from another. */
  private static List<String> openFiles(ProgramProcess program) {
    try (Stream<Path> all = Files.list(Path.of("/proc/" + program.pid() + "/fd"))) {
      return all.map(ReloadTest::kind).filter(ReloadTest::isOwn).sorted().toList();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Jars are not, nor pollers of virtual threads, which come when they are first needed. */
  private static boolean isOwn(String kind) {
    return !kind.startsWith("/") && !kind.equals("anon_inode:[eventpoll]");
  }

  private static String kind(Path file) {
    try {
      return Files.readSymbolicLink(file).toString().replaceAll(":\\[[0-9]+]", "");
    } catch (IOException e) {
      return "gone";
    }
  }
}
