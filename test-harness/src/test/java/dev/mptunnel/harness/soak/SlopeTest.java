package dev.mptunnel.harness.soak;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.harness.Seed;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** A slope is what was put into the samples. */
class SlopeTest {

  private static final int SAMPLES = 3_600;

  @Test
  void aLineHasItsSlopeAndNoError() {
    Slope slope = Slope.of(new double[] {0, 10, 20, 30}, new double[] {5, 6, 7, 8});
    assertEquals(360, slope.perHour(), 1e-9);
    assertEquals(0, slope.standardError(), 1e-9);
  }

  @Test
  void noiseIsWithinFourStandardErrors() {
    Seed seed = Seed.ofRun();
    RandomGenerator random = seed.generator();
    double[] seconds = new double[SAMPLES];
    double[] values = new double[SAMPLES];
    for (int i = 0; i < SAMPLES; i++) {
      seconds[i] = i;
      values[i] = 60 + 2.0 * i / SAMPLES + random.nextGaussian();
    }
    Slope slope = Slope.of(seconds, values);
    // of independent samples with a deviation of 1: 1 / sqrt(sum of squared times)
    double expected = 3_600 / Math.sqrt(SAMPLES / 12.0 * SAMPLES * SAMPLES);
    assertEquals(expected, slope.standardError(), 0.1 * expected, seed.toString());
    double off = Math.abs(slope.perHour() - 2);
    assertTrue(off < 4 * slope.standardError(), slope + ", " + seed);
  }

  @Test
  void twoSamplesSayNothing() {
    assertTrue(Double.isNaN(Slope.of(new double[] {0, 1}, new double[] {1, 2}).perHour()));
  }
}
