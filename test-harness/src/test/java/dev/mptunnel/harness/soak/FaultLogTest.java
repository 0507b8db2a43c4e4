package dev.mptunnel.harness.soak;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What broke is told with the fault that there was; what an end's death breaks is excused. */
class FaultLogTest {

  private static final long SECOND = 1_000_000_000;

  private final FaultLog faults = new FaultLog();

  private static Fault fault(int number, FaultKind kind) {
    return new Fault(number, kind, 2, "", Duration.ofSeconds(3));
  }

  @Test
  void aTimeHasTheFaultThatThereWasOrTheLatest() {
    faults.begins(fault(1, FaultKind.CUT), 10 * SECOND);
    faults.ends(13 * SECOND);
    faults.begins(fault(2, FaultKind.KILL_BRIDGE), 20 * SECOND);
    assertEquals("before any fault", faults.at(9 * SECOND));
    String cut = "fault 1: path 2 lets nothing through for 3.0 s";
    assertEquals("in " + cut, faults.at(11 * SECOND));
    assertEquals("2.0 s after " + cut, faults.at(15 * SECOND));
    assertEquals("in fault 2: bridge 2 is killed for 3.0 s", faults.at(21 * SECOND));
  }

  @Test
  void anExcuseIsForWhatTouchesIt() {
    faults.excuseFrom(10 * SECOND);
    assertTrue(faults.excuses(20 * SECOND, 21 * SECOND), "while it is open");
    faults.excuseUntil(15 * SECOND);
    assertTrue(faults.excuses(9 * SECOND, 10 * SECOND));
    assertTrue(faults.excuses(15 * SECOND, 16 * SECOND));
    assertFalse(faults.excuses(8 * SECOND, 9 * SECOND));
    assertFalse(faults.excuses(16 * SECOND, 17 * SECOND));
  }

  @Test
  void whatBreaksIsSaidWithItsTimeAndFault() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    BrokenPromises broken =
        new BrokenPromises(faults, new PrintStream(bytes, true, StandardCharsets.UTF_8));
    faults.begins(fault(1, FaultKind.CUT), 10 * SECOND);
    broken.add(11 * SECOND, "3 datagrams up are lost (17-19)");
    String line =
        "    11.0 s  BROKEN: 3 datagrams up are lost (17-19), in fault 1: path 2 lets nothing"
            + " through for 3.0 s";
    assertEquals(List.of(line), broken.lines());
    assertEquals(1, broken.count());
    assertEquals(line + System.lineSeparator(), bytes.toString(StandardCharsets.UTF_8));
  }
}
