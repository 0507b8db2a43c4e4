package dev.mptunnel.harness.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** The command itself: what it refuses, and runs of a second. */
@EnabledOnOs(OS.LINUX)
class BenchTest {

  @TempDir Path directory;

  private final StringWriter errors = new StringWriter();

  private int execute(String... arguments) {
    CommandLine line = Bench.commandLine();
    line.setErr(new PrintWriter(errors));
    return line.execute(arguments);
  }

  @ParameterizedTest
  @CsvSource({
    "cpu --chain=upd, '--chain \"upd\": upd: expected one of udp, c,'",
    "cpu --engine=fast, fast",
    "cpu --chain=udp --also=udp=-v, there are two chains udp",
    "cpu --also=off, 'expected NAME=OPTIONS'",
    "cpu --command=x=socat, 'expected NAME=COMMAND with {listen} and {target} in it'",
    "latency --to=x=nowhere, 'expected NAME=HOST:PORT or NAME=HOST:PORT,PID'",
    "cpu --bytes=47, '--bytes 47: expected 48 to 1472'",
    "cpu --sessions=10001, '--sessions 10001: expected 1 to 10000'",
    "cpu --loops=65, '--loops 65: expected 1 to 64'",
    "cpu --rate=fast, '--rate fast: expected a number or max'",
    "latency --rate=0, '--rate 0: expected 1 to 1000000'",
    "rate --from=20 --up-to=10, '--from 20: expected 1 to 10'",
    "allocation --chain=udp, no tunnel is named",
    "sink --listen=here, '--listen here: expected HOST:PORT'"
  })
  void whatIsWrongIsToldWithWhatWasExpected(String command, String expected) {
    assertEquals(2, execute(command.split(" ")), errors.toString());
    assertTrue(errors.toString().contains(expected), errors.toString());
  }

  @Test
  void enginesMakeSeveralOfOurOwnOnly() {
    List<Plan> plans =
        Plans.named(List.of("udp", "c", "sealed", "bridge"), List.of("NATIVE", "IO_URING"));
    assertEquals(
        List.of("udp", "c", "sealed@native", "sealed@io_uring", "bridge@native", "bridge@io_uring"),
        plans.stream().map(Plan::name).toList());
  }

  @Test
  void loopsMakeSeveralTunnelsOfOne() {
    List<Plan> plans =
        Plans.withLoops(Plans.named(List.of("c", "plain"), List.of()), List.of(1, 2));
    assertEquals(
        List.of("c", "plain-loops-1", "plain-loops-2"), plans.stream().map(Plan::name).toList());
    Plan.Tunnel two = (Plan.Tunnel) plans.getLast();
    assertEquals(List.of("--encrypt", "off", "--loops", "2"), two.serverOptions());
    assertEquals(List.of("--encrypt", "off"), two.clientOptions());
  }

  @Test
  void lightClientsHaveAddressesOfTheirOwn() throws IOException {
    assertEquals("/127.1.0.1", LightClients.host(1).toString());
    assertEquals("/127.1.39.16", LightClients.host(10_000).toString());
    assertEquals("/127.2.0.0", LightClients.host(1 << 16).toString());
  }

  private List<String> run(String name, String... arguments) throws IOException {
    List<String> all = new ArrayList<>(List.of(name));
    all.addAll(List.of(arguments));
    all.addAll(List.of("--seconds=1", "--warm-up=0", "--results=" + directory));
    assertEquals(0, execute(all.toArray(String[]::new)), errors.toString());
    assertTrue(Files.size(directory.resolve(name + ".svg")) > 500);
    assertTrue(Files.size(directory.resolve(name + ".md")) > 500);
    return Files.readAllLines(directory.resolve(name + ".csv")).stream()
        .filter(line -> !line.startsWith("#"))
        .skip(1)
        .toList();
  }

  @Test
  void whatADatagramCosts() throws IOException {
    List<String> rows =
        run("cpu", "--chain=udp", "--bytes=200", "--rate=500", "--also=tunnel=--repair off");
    assertEquals(2, rows.size(), rows.toString());
    for (String row : rows) {
      String[] cells = row.split(",");
      boolean isTunnel = !cells[0].equals("udp");
      assertEquals("1,200,500", String.join(",", cells[1], cells[2], cells[3]), row);
      assertEquals("0.0000", cells[8], row);
      assertTrue(isTunnel ? Double.parseDouble(cells[6]) > 1 : cells[6].equals("-"), row);
    }
  }

  @Test
  void severalSessionsAtOneServer() throws IOException {
    List<String> rows =
        run(
            "latency",
            "--chain=udp,plain",
            "--bytes=200",
            "--rate=500",
            "--sessions=3",
            "--paths=2",
            "--no-joining");
    assertEquals(2, rows.size(), rows.toString());
    for (String row : rows) {
      String[] cells = row.split(",");
      assertEquals("0.0000", cells[12], row);
      assertTrue(Double.parseDouble(cells[4]) > 1, row);
    }
  }

  @Tag("full")
  @Test
  void whatAnIdleSessionHolds() throws IOException {
    List<String> rows =
        run("memory", "--chain=sealed", "--bytes=200", "--sessions=1,40", "--paths=2");
    assertEquals(2, rows.size(), rows.toString());
    assertTrue(rows.getFirst().matches("sealed,1,\\d+,-,\\d+,\\d+\\.\\d"), rows.getFirst());
    double each = Double.parseDouble(rows.getLast().split(",")[3]);
    assertTrue(each > 1_000 && each < 200_000, rows.getLast());
  }

  @Test
  void theHighestRate() throws IOException {
    List<String> rows =
        run("rate", "--chain=udp", "--bytes=200", "--from=500", "--up-to=1000", "--loss=50");
    assertEquals(1, rows.size(), rows.toString());
    assertEquals("udp,1,200,1000,1.000,--up-to,-", rows.getFirst());
  }

  @Test
  void whatADatagramAllocates() throws IOException {
    List<String> rows =
        run("allocation", "--chain=sealed", "--bytes=200", "--rate=1000", "--engine=nio");
    assertEquals(1, rows.size(), rows.toString());
    String[] cells = rows.getFirst().split(",");
    assertEquals("sealed@nio,200,1000", String.join(",", cells[0], cells[1], cells[2]));
    assertTrue(Double.parseDouble(cells[5]) > 1, rows.getFirst());
    assertEquals("0.0000", cells[6], rows.getFirst());
  }
}
