package dev.mptunnel.harness.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.function.IntPredicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RateSearchTest {

  private int attempts;

  private int search(RateSearch search, IntPredicate carries) {
    attempts = 0;
    while (!search.isOver()) {
      assertTrue(++attempts < 100, "the search ends");
      search.onResult(carries.test(search.nextPerSecond()));
    }
    return search.carriedPerSecond();
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 700, 20_000, 20_001, 333_333, 1_999_999})
  void findsWhatIsCarriedWhereverItBegins(int capacity) {
    for (int from : new int[] {10, 20_000, 500_000}) {
      int found = search(new RateSearch(from, 2_000_000), rate -> rate <= capacity);
      String what = found + " of " + capacity + " from " + from + " in " + attempts;
      assertTrue(found <= capacity && found >= capacity / 1.04 - 1, what);
      assertTrue(attempts <= 40, what);
    }
  }

  @Test
  void goesNoHigherThanItMay() {
    assertEquals(50_000, search(new RateSearch(20_000, 50_000), _ -> true));
    assertEquals(3, attempts);
  }

  @Test
  void endsWhereNothingIsCarried() {
    assertEquals(0, search(new RateSearch(1_000, 50_000), _ -> false));
  }

  @Test
  void forgivesOneFailureOfEachRate() {
    int[] calls = new int[1];
    int found =
        search(new RateSearch(1_000, 1_000_000), rate -> rate <= 64_000 && calls[0]++ % 2 == 1);
    assertTrue(found > 61_000 && found <= 64_000, "found " + found);
  }

  @Test
  void refusesRatesThatAreNone() {
    assertThrows(IllegalArgumentException.class, () -> new RateSearch(0, 10));
    assertThrows(IllegalArgumentException.class, () -> new RateSearch(11, 10));
  }
}
