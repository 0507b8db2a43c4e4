package dev.mptunnel.harness.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.harness.link.LinkCounters;
import dev.mptunnel.harness.link.LinkProperties;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What a host's own kernel sees of a line is what the line was told to be. */
@InLab
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EmulatorTest {

  private static final int NARROW_AND_TELLS = 1;
  private static final int NARROW = 2;
  private static final int LEADER = 3;
  private static final int FOLLOWER = 4;
  private static final int SHAKY = 5;
  private static final int BURSTY = 6;
  private static final int MESSY = 7;

  private Topology topology;

  @BeforeAll
  void bringUp(@TempDir Path directory) throws IOException {
    List<LinkProperties> lines =
        Stream.of(
                "mtu=1280 icmp",
                "mtu=1280",
                "loss=100%",
                "with=3",
                "delay=20ms jitter=10ms unordered",
                "loss=20% burst=8",
                "dup=20% corrupt=20%")
            .map(LinkProperties::parse)
            .toList();
    topology = Topology.create(new Conditions(lines, "cubic"), directory);
  }

  @AfterAll
  void takeDown() {
    if (topology != null) {
      topology.close();
    }
  }

  private Line line(int number) {
    return topology.lines().get(number - 1);
  }

  /** Pings the bridge at the other end of a line; returns what ping printed. */
  private String ping(int line, String options) throws IOException {
    String command = "ping -W 0.3 " + options + " " + topology.bridgeAddress(line);
    return topology.client().run("sh", "-c", command + " || true");
  }

  private static int answers(String pinged) {
    return Integer.parseInt(find(pinged, "(\\d+) received"));
  }

  private static String find(String text, String regex) {
    MatchResult result = Pattern.compile(regex).matcher(text).results().findFirst().orElse(null);
    assertTrue(result != null, "no " + regex + " in: " + text);
    return result.group(1);
  }

  private String route(int line) throws IOException {
    return topology.client().run("ip", "route", "get", topology.bridgeAddress(line));
  }

  @Test
  void aRouterThatTellsIsUnderstoodByTheKernelThatSentTooMuch() throws IOException {
    sendUnfragmented(1_300);
    awaitMtu(1_280);
    line(NARROW_AND_TELLS).change("mtu=900");
    sendUnfragmented(1_000);
    awaitMtu(900); // shrunk in flight
    assertEquals(2, line(NARROW_AND_TELLS).counters(Direction.UP).tooBig());
  }

  /**
   * One packet that may not be fragmented unless the kernel knows of an MTU. It is ping that sends
   * it because ping's socket stays open for the router's answer, which no kernel believes without
   * the socket that asked for it.
   */
  private void sendUnfragmented(int bytes) throws IOException {
    int headers = 28;
    ping(NARROW_AND_TELLS, "-c 1 -M want -s " + (bytes - headers));
  }

  /** The router's answer is on its way for a moment. */
  private void awaitMtu(int bytes) throws IOException {
    Wait.until(
        Duration.ofSeconds(10),
        "the kernel to know of " + bytes,
        () -> route(NARROW_AND_TELLS).contains("mtu " + bytes));
  }

  @Test
  void aRouterThatSaysNothingSwallowsWhatMustNotBeFragmented() throws IOException {
    int mtuBytes = 1_280;
    int headers = 28;
    assertEquals(1, answers(ping(NARROW, "-c 1 -M do -s " + (mtuBytes - headers))));
    LinkCounters before = line(NARROW).counters(Direction.UP);
    assertEquals(0, answers(ping(NARROW, "-c 1 -M do -s " + (mtuBytes - headers + 1))));
    LinkCounters after = line(NARROW).counters(Direction.UP);
    assertEquals(1, after.tooBig() - before.tooBig());
    assertEquals(0, after.delivered() - before.delivered());
    assertFalse(route(NARROW).contains("mtu"), route(NARROW));
  }

  @Test
  void aRouterMakesFragmentsOfWhatMayBeFragmented() throws IOException {
    for (int mtuBytes : new int[] {576, 1_280}) {
      line(NARROW).change("mtu=" + mtuBytes);
      LinkCounters before = line(NARROW).counters(Direction.UP);
      // Answers are as long. With -p, ping looks at what comes back.
      String pinged = ping(NARROW, "-c 3 -i 0.01 -M dont -p a55a01 -s 4000");
      assertEquals(3, answers(pinged), pinged);
      assertFalse(pinged.contains("wrong data"), pinged);
      LinkCounters after = line(NARROW).counters(Direction.UP);
      assertTrue(after.delivered() - before.delivered() > 3 * 4_000 / mtuBytes, after.toString());
      assertEquals(0, after.tooBig() - before.tooBig());
    }
  }

  @Test
  void oneLineSharesTheFateOfAnotherInTheSameDirection() throws IOException {
    assertEquals(0, answers(ping(LEADER, "-c 1")));
    assertEquals(0, answers(ping(FOLLOWER, "-c 3 -i 0.01")));
    assertEquals(3, line(FOLLOWER).counters(Direction.UP).lost());
    line(LEADER).change(Direction.UP, "loss=0%");
    assertEquals(0, answers(ping(LEADER, "-c 1")), "the answer is lost");
    assertEquals(0, answers(ping(FOLLOWER, "-c 3 -i 0.01")));
    assertEquals(3, line(FOLLOWER).counters(Direction.UP).lost(), "and only the answer");
    line(LEADER).change("loss=0%");
    assertEquals(1, answers(ping(LEADER, "-c 1")));
    assertEquals(3, answers(ping(FOLLOWER, "-c 3 -i 0.01")));
    assertThrows(IOException.class, () -> line(FOLLOWER).change("with=9"));
  }

  @Test
  void jitterSpreadsTheDelayAndLetsPacketsOvertake() throws IOException {
    String pinged = ping(SHAKY, "-c 200 -i 0.005");
    List<Double> roundTripsMillis =
        Pattern.compile("time=([\\d.]+)")
            .matcher(pinged)
            .results()
            .map(result -> Double.valueOf(result.group(1)))
            .toList();
    assertEquals(200, roundTripsMillis.size());
    assertTrue(roundTripsMillis.stream().allMatch(millis -> millis >= 20), pinged);
    // Two even draws of 10 to 30 ms: a sum below 30 has probability 1/8. Busy machines are late.
    double sigma = Math.sqrt(200 * 0.125 * 0.875);
    long early = roundTripsMillis.stream().filter(millis -> millis < 30).count();
    assertTrue(early > 1 && early < 25 + 5 * sigma, early + " below 30 ms");
    assertFalse(inOrder(pinged), "none overtook another");
  }

  private static boolean inOrder(String pinged) {
    List<Integer> sequence = sequence(pinged);
    return sequence.equals(sequence.stream().sorted().toList());
  }

  private static List<Integer> sequence(String pinged) {
    return Pattern.compile("icmp_seq=(\\d+)")
        .matcher(pinged)
        .results()
        .map(result -> Integer.valueOf(result.group(1)))
        .toList();
  }

  @Test
  void lossesComeInBurstsAndAreAllCounted() throws IOException {
    line(BURSTY).change(Direction.DOWN, "perfect");
    int sent = 600;
    List<Integer> arrived = sequence(ping(BURSTY, "-i 0.001 -c " + sent));
    LinkCounters up = line(BURSTY).counters(Direction.UP);
    assertEquals(sent, up.offered());
    assertEquals(sent - up.lost(), arrived.size());
    long bursts = 0;
    for (int i = 1; i < arrived.size(); i++) {
      bursts += arrived.get(i) == arrived.get(i - 1) + 1 ? 0 : 1;
    }
    // About 15 bursts, geometric of mean 8; independent losses would have a mean of 1.25.
    double mean = up.lost() / (double) bursts;
    assertTrue(mean > 2.2 && mean < 25, mean + " packets in a burst; " + topology.seed());
  }

  @Test
  void copiesAndDamageReachTheHostAsTheyAreCounted() throws IOException {
    int sent = 2_000;
    Namespace bridge = topology.bridges().get(MESSY - 1);
    String to = "UDP4-SENDTO:" + topology.bridgeAddress(MESSY) + ":9";
    topology.client().run("socat", "-u", "-b100", "OPEN:/dev/zero,readbytes=" + 100 * sent, to);
    LinkCounters up = line(MESSY).counters(Direction.UP);
    assertEquals(sent, up.offered(), up.toString());
    assertEquals(sent, up.delivered() + up.corrupted(), up.toString());
    // To a closed port, where the kernel counts what is intact and what is not.
    long damaged = udp(bridge, "InErrors");
    assertEquals(sent + up.duplicates(), udp(bridge, "NoPorts") + damaged, up.toString());
    assertNear(0.2, up.duplicates(), sent);
    assertNear(0.2, damaged, sent + up.duplicates());
    assertNear(0.2 * 0.8 + 0.2 * 0.2 * 0.2, up.corrupted(), sent);
  }

  private void assertNear(double share, long events, long trials) {
    double sigma = Math.sqrt(trials * share * (1 - share));
    assertEquals(share * trials, (double) events, 5 * sigma, topology.seed().toString());
  }

  private static long udp(Namespace host, String name) throws IOException {
    List<String> udp =
        host.run("cat", "/proc/net/snmp").lines().filter(line -> line.startsWith("Udp:")).toList();
    int column = List.of(udp.getFirst().split(" ")).indexOf(name);
    return Long.parseLong(udp.getLast().split(" ")[column]);
  }
}
