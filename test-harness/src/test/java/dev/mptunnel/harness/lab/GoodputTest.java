package dev.mptunnel.harness.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What iperf3's receiver says of its seconds is read and put together. */
class GoodputTest {

  private static final double ANY_ERROR = 1e-9;

  @Test
  void theWarmUpAndTheShortRestAreTakenForWhatTheyAre() throws IOException {
    String report =
        second(0, 1, 9_000_000)
            + second(0.999_998, 1.0, 1_000_000)
            + second(2.000_001, 1.0, 500_000)
            + second(3, 0.25, 0);
    Goodput goodput = Goodput.parse("{\"intervals\": [" + report + "]}", 1);
    assertEquals(1.5 * 8 / 2.25, goodput.mbit(), ANY_ERROR);
    assertEquals(4, goodput.slowestMbit(), ANY_ERROR);
    assertEquals(1_500_000, goodput.bytes());
  }

  @Test
  void aReportWithoutSecondsThatCountIsAnError() {
    assertThrows(IOException.class, () -> Goodput.parse(second(0, 1, 9_000_000), 1));
  }

  @Test
  void severalAtOnceAreAddedUp() {
    Goodput sum = Goodput.sum(List.of(new Goodput(10, 4, 100), new Goodput(20, 8, 300)));
    assertEquals(new Goodput(30, 12, 400), sum);
  }

  private static String second(double start, double seconds, long bytes) {
    return """
    {"streams": [{"socket": 5, "bytes": 1, "seconds": 7, "omitted": false}],
     "sum": {"start": %s, "end": 1.5e+0, "seconds": %s, "bytes": %d,
             "bits_per_second": 48299999.1, "omitted": false, "sender": false}}
    """
        .formatted(start, seconds, bytes);
  }
}
