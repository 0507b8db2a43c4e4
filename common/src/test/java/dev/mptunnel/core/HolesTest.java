package dev.mptunnel.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class HolesTest {

  private final Holes holes = new Holes();

  private List<Long> due(long now) {
    List<Long> due = new ArrayList<>();
    holes.takeDue(
        now,
        hole -> {
          due.add(hole.counter());
          return true;
        });
    return due;
  }

  @Test
  void eachIsDueAtItsTimeAndEarlierIfHastened() {
    for (long counter = 3; counter < 8; counter++) {
      holes.add(new Hole(counter, 0, 100 * counter, 100 * counter));
    }
    assertEquals(300, holes.nextDueNanos());
    assertEquals(List.of(), due(299));
    assertEquals(List.of(3L), due(300));
    holes.hasten(5, 7, hole -> hole.hasten(310));
    assertEquals(310, holes.nextDueNanos());
    assertEquals(List.of(5L, 6L), due(310));
    assertEquals(400, holes.nextDueNanos());
    assertEquals(4, holes.first());
  }

  @Test
  void whatWasAskedForIsHastenedNoMore() {
    Hole hole = new Hole(1, 0, 10, 10);
    holes.add(hole);
    hole.ask(10, 50);
    holes.hasten(0, 2, each -> each.hasten(11));
    assertEquals(50, hole.dueNanos());
    assertEquals(1, hole.questions());
  }

  @Test
  void whatIsGivenUpEarlyMayYetComeUntilItIsOverdue() {
    Hole hole = new Hole(1, 0, 100, 100);
    holes.add(hole);
    holes.hasten(0, 2, each -> each.hasten(10));
    assertEquals(List.of(1L), dueAndGivenUp(10));
    assertEquals(List.of(), dueAndGivenUp(99));
    assertEquals(1, holes.first());
    holes.hasten(0, 2, each -> each.hasten(50)); // a path that is quick knows nothing new
    assertEquals(100, holes.nextDueNanos());
    holes.hasten(0, 2, each -> each.hastenOverdue(60)); // now the slow one has passed it as well
    assertEquals(60, holes.nextDueNanos());
    assertEquals(List.of(1L), dueAndGivenUp(60));
    assertTrue(holes.isEmpty());
  }

  private List<Long> dueAndGivenUp(long now) {
    List<Long> out = new ArrayList<>();
    holes.takeDue(
        now,
        hole -> {
          out.add(hole.counter());
          hole.giveUp();
          return hole.isOverdue(now);
        });
    return out;
  }

  @Test
  void theFirstOnesMakeRoom() {
    for (long counter = 0; counter < 5; counter++) {
      holes.add(new Hole(counter, 0, 10, 10));
    }
    List<Long> out = new ArrayList<>();
    holes.removeFirst(3, hole -> out.add(hole.counter()));
    assertEquals(List.of(0L, 1L, 2L), out);
    assertEquals(2, holes.size());
    assertEquals(3, holes.first());
  }

  @Test
  void aHoleIsFilledOnce() {
    holes.add(new Hole(1, 0, 10, 10));
    holes.add(new Hole(9, 0, 10, 10));
    assertNull(holes.remove(2));
    assertEquals(9, holes.remove(9).counter());
    assertNull(holes.remove(9));
    assertEquals(1, holes.remove(1).counter());
    assertTrue(holes.isEmpty());
    assertEquals(Long.MAX_VALUE, holes.nextDueNanos());
    assertEquals(Long.MAX_VALUE, holes.first());
  }
}
