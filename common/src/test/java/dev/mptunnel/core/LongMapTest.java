package dev.mptunnel.core;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class LongMapTest {

  @Test
  void itAgreesWithAHashMap() {
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    LongMap<String> map = new LongMap<>();
    Map<Long, String> expected = new HashMap<>();
    for (int i = 0; i < 100_000; i++) {
      // Few keys, so that they meet again; multiples of a large power of two, so that they collide.
      long key = random.nextLong(500) << 45;
      if (random.nextBoolean()) {
        map.put(key, "v" + i);
        expected.put(key, "v" + i);
      } else {
        map.remove(key);
        expected.remove(key);
      }
      long probe = random.nextLong(500) << 45;
      assertEquals(expected.get(probe), map.get(probe), "seed " + seed);
      assertEquals(expected.size(), map.size(), "seed " + seed);
    }
    Set<String> seen = new HashSet<>();
    map.forEach(seen::add);
    assertEquals(new HashSet<>(expected.values()), seen, "seed " + seed);
  }
}
