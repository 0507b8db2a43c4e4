package dev.mptunnel.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class SessionFiguresTest {

  private static final int LISTED = 64;

  private final SessionFigures figures = new SessionFigures(List.of(), _ -> null);
  private final long[] carried = new long[100];

  private Set<Long> choose() {
    List<ServerLoop.Carried> every = new ArrayList<>();
    for (int i = 0; i < carried.length; i++) {
      every.add(new ServerLoop.Carried(null, i, carried[i]));
    }
    return figures.busiest(every, LISTED).stream()
        .map(ServerLoop.Carried::sessionId)
        .collect(Collectors.toSet());
  }

  @Test
  void whoIsListedStaysSoUnlessOthersCarryMuchMore() {
    Random random = new Random(7);
    Set<Long> before = Set.of();
    int changes = 0;
    for (int i = 0; i < 600; i++) {
      for (int session = 0; session < carried.length; session++) {
        carried[session] += random.nextInt(200);
      }
      Set<Long> now = choose();
      Set<Long> added = new HashSet<>(now);
      added.removeAll(before);
      changes += i < 100 ? 0 : added.size(); // it takes a while to know who is busy
      before = now;
    }
    assertTrue(changes < 5, "of sessions that carry as much as each other: " + changes);

    for (int i = 0; i < 60; i++) {
      for (int session = 0; session < carried.length; session++) {
        carried[session] += session < 30 ? 1_000 : 100;
      }
      before = choose();
    }
    for (long session = 0; session < 30; session++) {
      assertTrue(before.contains(session), session + " carries ten times as much");
    }
    assertEquals(LISTED, before.size());
  }
}
