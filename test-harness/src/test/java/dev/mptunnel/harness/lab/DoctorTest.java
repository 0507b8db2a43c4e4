package dev.mptunnel.harness.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mptunnel.harness.Seed;
import dev.mptunnel.secret.SharedSeed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Twelve faults, each planted behind an address of its own, and what the doctor says of them: each
 * by its name, and nothing of what is well.
 *
 * <pre>
 *         10.9.1.1      10.9.1.2              10.8.1.2      10.8.1.1
 *  client ----------------------- gateway ----------------------- server
 *                         198.51.100.1 … (bridges)      mpserver :2000, another's :2001
 * </pre>
 */
@InLab
@Tag("full")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DoctorTest {

  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final String MPCLIENT = "dev.mptunnel.client.Main";
  private static final String BRIDGE = "198.51.100.";
  private static final int BRIDGES = 12;

  /** Two that are well, beside which each fault is planted. */
  private static final List<String> WELL =
      List.of(BRIDGE + "1 4000 name=one", BRIDGE + "2 4000 name=two");

  private static final Pattern FINDING =
      Pattern.compile(
          "\"severity\": \"(warn|fail)\", \"check\": \"([^\"]+)\", \"subject\": \"([^\"]+)\"");

  private final Deque<Namespace> namespaces = new ArrayDeque<>();
  private final String secret = SharedSeed.random(Seed.ofRun().part("ours").generator()).text();
  private final String otherSecret =
      SharedSeed.random(Seed.ofRun().part("theirs").generator()).text();
  private Path directory;
  private Namespace client;
  private Namespace gateway;
  private Namespace server;

  @BeforeAll
  void bringUp(@TempDir Path folder) throws IOException {
    directory = folder;
    Namespace.sweep();
    client = host("client");
    gateway = host("gateway");
    server = host("server");
    connect(client, "line", "10.9.1.1", "home", "10.9.1.2");
    connect(server, "net", "10.8.1.1", "server", "10.8.1.2");
    client.ip("route add default via 10.9.1.2");
    for (int i = 1; i <= BRIDGES; i++) {
      gateway.ip("addr add " + BRIDGE + i + "/32 dev lo");
    }
    mpserver("2000", secret);
    mpserver("2001", otherSecret);
    bridge("4000", "10.8.1.1:2000");
    bridge("4001", "10.8.1.1:2001");
  }

  private Namespace host(String name) throws IOException {
    Namespace namespace = Namespace.create(name, directory);
    namespaces.push(namespace);
    return namespace;
  }

  private void connect(Namespace to, String device, String address, String peer, String peerAddress)
      throws IOException {
    to.ip("link add name " + device + " type veth peer name " + peer + " netns " + gateway.name());
    to.ip("addr add " + address + "/24 dev " + device);
    gateway.ip("addr add " + peerAddress + "/24 dev " + peer);
    to.ip("link set " + device + " up");
    gateway.ip("link set " + peer + " up");
  }

  private void mpserver(String port, String itsSecret) throws IOException {
    Path file = Files.writeString(directory.resolve("secret-" + port), itsSecret + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    server
        .start(
            "mpserver",
            JavaProgram.command(
                "dev.mptunnel.server.Main",
                "--secret-file",
                file.toString(),
                port,
                "127.0.0.1",
                "1194"))
        .awaitOutput("listening on", LIMIT);
  }

  /** Listens at each address by itself, since answers leave from the kernel's choice otherwise. */
  private void bridge(String port, String to) throws IOException {
    List<String> options = new ArrayList<>(List.of("--server", to));
    for (int i = 1; i <= BRIDGES; i++) {
      options.addAll(List.of("--listen", BRIDGE + i + ":" + port));
    }
    gateway
        .start(
            "bridge",
            JavaProgram.command("dev.mptunnel.bridge.Main", options.toArray(String[]::new)))
        .awaitOutput("listening on", LIMIT);
  }

  @AfterAll
  void takeDown() throws IOException {
    doctors.shutdownNow();
    while (!namespaces.isEmpty()) {
      namespaces.pop().close();
    }
  }

  /** So many at once: each takes a second of a processor to start. */
  private final ExecutorService doctors = Executors.newFixedThreadPool(2);

  /** What each run is to find, and finds: a line each. */
  private final List<String> expected = new ArrayList<>();

  private final List<Future<String>> found = new ArrayList<>();

  private void examine(String words, int status, List<String> lines, String... named)
      throws IOException {
    examine(MPCLIENT, words, status, secret, lines, named);
  }

  private void examine(
      String main, String words, int status, String itsSecret, List<String> lines, String... named)
      throws IOException {
    Path file = directory.resolve(words.replace(' ', '-') + ".conf");
    Files.writeString(file, "secret = " + itsSecret + "\n" + String.join("\n", lines) + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    List<String> options = List.of("-Xmx64m", "-Djdk.net.hosts.file=/dev/null");
    List<String> command = JavaProgram.command(options, main, "doctor", "--json", file.toString());
    expected.add(words + ": " + List.of(named) + ", exit " + status);
    found.add(
        doctors.submit(
            () -> {
              Daemon doctor = client.start("doctor", command);
              int exit = doctor.awaitExit(LIMIT);
              System.out.println(words + "\n" + doctor.output());
              return words + ": " + named(doctor.output()) + ", exit " + exit;
            }));
  }

  private static List<String> with(String bridge) {
    List<String> lines = new ArrayList<>(WELL);
    lines.add(bridge);
    return lines;
  }

  private static String fault(int number) {
    return BRIDGE + number + " 4000 name=fault";
  }

  private void drop(String hook, String match) throws IOException {
    gateway.run("nft", "add table inet doctor");
    String chain = "add chain inet doctor " + hook;
    gateway.run("nft", chain + " { type filter hook " + hook + " priority 0; }");
    gateway.run("nft", "add rule inet doctor " + hook + " " + match + " drop");
  }

  @Test
  void eachOfTwelveFaultsIsNamedAndNothingElse() throws Exception {
    drop("output", "ip saddr " + BRIDGE + "4 udp sport 4000");
    drop("input", "ip daddr " + BRIDGE + "5 udp dport 4000");
    drop("input", "ip daddr " + BRIDGE + "6 meta l4proto udp meta length > 1300");
    drop("input", "ip daddr " + BRIDGE + "7 meta l4proto udp meta length > 1000");
    gateway.start(
        "old-server", JavaProgram.command(OldServer.class.getName(), secret, BRIDGE + "9", "4002"));
    client.ip("tuntap add dev tun7 mode tun");
    client.ip("addr add 10.7.0.1/24 dev tun7");
    client.ip("link set tun7 up");
    client.ip("route add " + BRIDGE + "10/32 dev tun7");
    examine("well", 0, WELL);
    examine("wrong port", 0, with(BRIDGE + "3 4009 name=fault"), "fail port fault");
    examine(
        MPCLIENT,
        "wrong secret",
        1,
        SharedSeed.random(Seed.ofRun().part("nobody's").generator()).text(),
        WELL,
        "fail secret one",
        "fail secret two",
        "fail tunnel tunnel");
    examine("answers blocked", 0, with(fault(4)), "fail udp-back fault");
    examine("UDP blocked", 0, with(fault(5)), "fail udp-there fault");
    examine("small MTU", 0, with(fault(6)), "warn mtu fault");
    examine("smaller MTU", 0, with(fault(7)), "fail mtu fault");
    examine("wrong server", 0, with(BRIDGE + "11 4001 name=fault"), "fail server fault");
    examine("no such name", 0, with("nowhere.example.org 4000 name=fault"), "fail name fault");
    examine("dead bridge", 0, with(BRIDGE + "99 4000 name=fault"), "fail host fault");
    examine(DoctorAnHourLater.class.getName(), "clock", 0, secret, WELL, "warn clock server");
    examine("old version", 0, with(BRIDGE + "9 4002 name=fault"), "fail version fault");
    examine("route into the tunnel", 0, with(fault(10)), "warn route fault");
    examine("the same way", 0, with(BRIDGE + "2 4000 name=fault"), "warn same-way fault");
    examine(
        "two on a line",
        2,
        List.of("alpha 4000 beta 4000"),
        "'beta' is a second bridge on the line; expected each on a line of its own");

    examine("a NAT that rebinds", 0, with(fault(8)), "warn nat fault");
    for (boolean nat = true; !found.getLast().isDone(); nat = !nat) {
      rebind(BRIDGE + "8", nat);
      Wait.pass(Duration.ofSeconds(3));
    }

    List<String> lines = new ArrayList<>();
    for (Future<String> each : found) {
      lines.add(each.get());
    }
    assertEquals(String.join("\n", expected), String.join("\n", lines));
  }

  /**
   * Gives the client's packets to a host another source port, in mid-stream; the first packet that
   * a NAT of the kernel's sees must be one that leaves.
   *
   * @param nat whether one is to begin, or the one that there is to end
   */
  private void rebind(String host, boolean nat) throws IOException {
    drop("deaf", "prerouting", "saddr", host);
    drop("dumb", "output", "daddr", host);
    if (nat) {
      String rules =
          "table ip nat { chain leaving { type nat hook postrouting priority srcnat;"
              + " ip daddr %s masquerade fully-random; }; }";
      client.run("nft", rules.formatted(host));
    } else {
      client.run("nft", "delete table ip nat");
    }
    client.run("nft", "delete table ip dumb");
    Wait.pass(Duration.ofMillis(200));
    client.run("nft", "delete table ip deaf");
  }

  private void drop(String table, String hook, String which, String host) throws IOException {
    String rules =
        "table ip %s { chain dropped { type filter hook %s priority -400; ip %s %s drop; }; }";
    client.run("nft", rules.formatted(table, hook, which, host));
  }

  private static List<String> named(String output) {
    List<String> named = new ArrayList<>();
    Matcher syntax = Pattern.compile("conf:2: (.* line of its own)").matcher(output);
    if (syntax.find()) {
      named.add(syntax.group(1));
    }
    Matcher findings = FINDING.matcher(output);
    while (findings.find()) {
      named.add(findings.group(1) + " " + findings.group(2) + " " + findings.group(3));
    }
    return named;
  }
}
