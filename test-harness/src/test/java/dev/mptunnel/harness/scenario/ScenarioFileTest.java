package dev.mptunnel.harness.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a person writes is understood, or refused with file and line. */
class ScenarioFileTest {

  @Test
  void everythingThatCanBeSaid() {
    Scenario scenario =
        ScenarioFile.parse(
            "x",
            """
            line 1 delay=10ms   # a remark
            line 2 delay=30ms
            line 2 up loss=5%

            passenger game
            lasts 20s
            at 1500ms line 2 down
            at 2s line 2 down mtu=1280 icmp
            at 2s line 2 up
            at 3s line 1 rebind
            """);
    assertEquals(2, scenario.lines());
    assertEquals(List.of(PassengerKind.GAME), scenario.passengers());
    assertEquals(Duration.ofSeconds(20), scenario.length());
    assertEquals(
        List.of("line 1 delay=10ms", "line 2 delay=30ms", "line 2 up loss=5%"),
        scenario.setUp().stream().map(LineAction::toString).toList());
    assertEquals(
        List.of("line 2 down", "line 2 down mtu=1280 icmp", "line 2 up", "line 1 rebind"),
        scenario.timeline().stream().map(event -> event.action().toString()).toList());
    assertEquals(Duration.ofMillis(1_500), scenario.timeline().getFirst().at());
  }

  @ParameterizedTest
  @CsvSource({
    "lin 1 loss=1%, x:1: \"lin\": expected line",
    "line 2 loss=1%, x:1: line 2: expected at most 1",
    "line 1 los=1%, x:1: \"los=1%\" is no property",
    "line 1, x:1: \"line 1\": expected line NUMBER",
    "line one loss=1%, expected line NUMBER",
    "line 1 down, expected 'at TIME'",
    "line 1 with=1, a lower number",
    "line 1 loss=1%;line 2 with=1;line 3 with=2, x:3: \"with=2\": expected",
    "line 1 delay=1ms;at 5 line 1 down, x:2: \"5\": expected a time",
    "line 1 delay=1ms;at 5s, x:2: expected at TIME",
    "line 1 delay=1ms;at 5s line 1 jitter=2ms, x:2: jitter is more",
    "line 1 delay=1ms;at 5s line 2 down, x:2: line 2",
    "line 1 delay=1ms;at 5s line 1 down;at 4s line 1 up, x:3: \"4s\": expected a time that is not",
    "line 1 delay=1ms;at 5s line 1 down;line 2 delay=1ms, x:3: expected 'at",
    "line 1 delay=1ms;lasts 4s;at 5s line 1 down, x: the last 'at'",
    "line 1 delay=1ms;lasts 4000s, x: lasts: expected",
    "passenger fax, x:1: \"fax\": expected voice",
    "passenger voice;passenger voice, x:2: \"voice\": expected",
    "# nothing, x: expected a line such as",
  })
  void whatIsWrongIsNamedWithItsPlace(String text, String expected) {
    String lines = text.replace(";", "\n");
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> ScenarioFile.parse("x", lines));
    assertTrue(e.getMessage().contains(expected), e.getMessage());
    assertTrue(e.getMessage().startsWith("x:"), e.getMessage());
  }

  @Test
  void thereIsALimitOfLines() {
    StringBuilder text = new StringBuilder();
    for (int i = 1; i <= 9; i++) {
      text.append("line ").append(i).append(" loss=1%\n");
    }
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class, () -> ScenarioFile.parse("x", text.toString()));
    assertEquals("x: 9 lines: expected 1 to 8 of them", e.getMessage());
  }

  @Test
  void theSamplesCanBeRead() throws IOException {
    try (Stream<Path> samples = Files.list(Path.of("scenarios"))) {
      List<Path> files = samples.toList();
      assertTrue(files.size() >= 3, files.toString());
      for (Path file : files) {
        assertTrue(!ScenarioFile.read(file).passengers().isEmpty(), file.toString());
      }
    }
  }

  @Test
  void aFileThatIsNotThereIsNamed() {
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class, () -> ScenarioFile.read(Path.of("no-such.lab")));
    assertEquals("no-such.lab: there is no such file", e.getMessage());
  }
}
