package dev.mptunnel.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class CongestionTest {

  private final long seed = System.nanoTime();
  private final SplittableRandom random = new SplittableRandom(seed);
  private final Congestion congestion = new Congestion();

  /**
   * @return how many of those lost are taken for dropped
   */
  private int drops(int packets, double lossWhileFull, double lossElse, double fullShare) {
    int drops = 0;
    boolean isFull = false;
    for (int i = 0; i < packets; i++) {
      if (i % 100 == 0) {
        isFull = random.nextDouble() < fullShare;
      }
      if (random.nextDouble() < (isFull ? lossWhileFull : lossElse)) {
        congestion.onLoss(isFull);
        drops += congestion.isDrop(isFull) ? 1 : 0;
      } else {
        congestion.onArrival(isFull);
      }
    }
    return drops;
  }

  @Test
  void whatALineLosesByItselfIsNoDropHoweverLongTheQueue() {
    for (double loss : new double[] {0.0001, 0.001, 0.01, 0.03}) {
      int drops = drops(200_000, loss, loss, 0.5);
      assertTrue(drops <= 200_000 * loss / 50, drops + " at " + loss + ", seed " + seed);
    }
  }

  @Test
  void whatIsLostWhileQueuesAreFullOnlyWasDropped() {
    drops(1_000, 0, 0, 0);
    int drops = drops(20_000, 0.1, 0, 1);
    assertTrue(drops > 1_900 * 0.9, drops + ", seed " + seed);
    assertEquals(0, drops(2_000, 0, 0.02, 0));
  }

  @Test
  void dropsOnTopOfWhatALineLosesAreSeen() {
    int drops = drops(100_000, 0.08, 0.008, 0.3);
    assertTrue(drops > 2_400 * 0.7, drops + ", seed " + seed);
  }
}
