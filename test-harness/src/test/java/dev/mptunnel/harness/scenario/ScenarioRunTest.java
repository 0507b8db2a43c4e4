package dev.mptunnel.harness.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.harness.lab.InLab;
import dev.mptunnel.harness.lab.Topology;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A scenario is played as it is written, and its passengers see what it does to the lines. */
@InLab
class ScenarioRunTest {

  @TempDir Path directory;

  private List<Passenger.Row> play(Scenario scenario, Duration warmUp, PrintStream out)
      throws IOException {
    try (Topology topology = Topology.create(scenario.conditions(), directory);
        ScenarioRun run = new ScenarioRun(scenario, topology, out)) {
      return run.play(warmUp);
    }
  }

  /** Loss in percent, and the median delay in milliseconds. */
  private static Map<String, double[]> figures(List<Passenger.Row> rows) {
    return rows.stream()
        .collect(
            Collectors.toMap(
                row -> row.what() + " over " + row.way(),
                row -> {
                  String[] words = row.figures().strip().split(" +");
                  return new double[] {Double.parseDouble(words[1]), Double.parseDouble(words[3])};
                }));
  }

  @Test
  void aLineIsCutAndTheCallOverTheTunnelDoesNotHearOfIt() throws IOException {
    Scenario scenario =
        ScenarioFile.parse(
            "x",
            """
            line 1 delay=30ms
            line 1 down delay=10ms
            line 2 delay=40ms
            passenger voice
            passenger game
            lasts 3s
            at 1s line 1 down
            at 2s line 1 up
            at 2500ms line 2 mtu=1400
            """);
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    Map<String, double[]> rows =
        figures(
            play(
                scenario,
                Duration.ofMillis(500),
                new PrintStream(printed, true, StandardCharsets.UTF_8)));
    String text = printed.toString(StandardCharsets.UTF_8);
    for (String what : List.of("voice up", "voice down", "game")) {
      assertEquals(0, rows.get(what + " over tunnel")[0], text);
      // A third of the time, give or take what a busy machine is late by.
      assertEquals(33, rows.get(what + " over line 1")[0], 20, text);
    }
    // A busy machine makes them later, never earlier.
    assertTrue(rows.get("voice up over line 1")[1] >= 30, text);
    assertTrue(rows.get("voice down over line 1")[1] >= 10, text);
    assertTrue(rows.get("voice down over line 1")[1] < 30, text);
    assertTrue(rows.get("game over line 1")[1] >= 40, text);
    assertTrue(text.contains("1.0 s  line 1 down"), text);
    assertTrue(text.matches("(?s).*line 1 up: .* came while it was down.*"), text);
  }

  static List<Path> samples() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("scenarios"))) {
      return files.sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("samples")
  @Tag("full")
  void everySampleCanBePlayed(Path sample) throws IOException {
    System.out.println("--- " + sample);
    Scenario scenario = ScenarioFile.read(sample);
    List<Passenger.Row> rows = play(scenario, Duration.ofSeconds(10), System.out);
    assertTrue(rows.size() >= scenario.passengers().size(), rows.toString());
  }
}
