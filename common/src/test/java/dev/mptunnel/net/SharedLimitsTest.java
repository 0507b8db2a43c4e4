package dev.mptunnel.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.core.CountedPlaces;
import dev.mptunnel.core.EndpointSettings;
import dev.mptunnel.core.SessionPlaces;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The places for sessions hold over all loops. */
final class SharedLimitsTest {

  private static final EndpointSettings SETTINGS = EndpointSettings.defaults(true);
  private static final long SILENT = 3 * SETTINGS.pingIdleNanos() + 1;

  private NettyEngine oneEngine;
  private NettyEngine otherEngine;
  private SessionPlaces one;
  private SessionPlaces other;

  @BeforeEach
  void start() {
    oneEngine = new NettyEngine(new NioTransport(), "one");
    otherEngine = new NettyEngine(new NioTransport(), "other");
    SharedLimits.Places places = new SharedLimits.Places(CountedPlaces.of(SETTINGS));
    one = places.of(oneEngine::execute);
    other = places.of(otherEngine::execute);
  }

  @AfterEach
  void close() {
    oneEngine.close();
    otherEngine.close();
  }

  @Test
  void thereAreNoMoreThanAllMayHaveHoweverManyTakeAtOnce() throws Exception {
    AtomicInteger taken = new AtomicInteger();
    List<CompletableFuture<Void>> takers = new ArrayList<>();
    for (SessionPlaces places : List.of(one, other, one, other)) {
      takers.add(
          CompletableFuture.runAsync(
              () -> {
                for (int i = 0; i < SETTINGS.maxSessions(); i++) {
                  SessionPlaces.Place place = places.take(0, null, () -> {});
                  if (place != null && i % 3 == 0) {
                    place.giveBack();
                    place.giveBack();
                  } else if (place != null) {
                    taken.incrementAndGet();
                  }
                }
              },
              task -> Thread.ofPlatform().start(task)));
    }
    for (CompletableFuture<Void> taker : takers) {
      taker.get(10, TimeUnit.SECONDS);
    }
    assertEquals(SETTINGS.maxSessions(), taken.get());
    assertNull(one.take(0, null, () -> {}));
    assertNull(other.take(0, null, () -> {}));
  }

  @Test
  void aClientsSilentSessionMakesRoomWhereverItIs() throws Exception {
    CompletableFuture<String> evicted = new CompletableFuture<>();
    SessionPlaces.Place silent =
        one.take(0, "alice", () -> evicted.complete(Thread.currentThread().getName()));
    for (int i = 1; i < SETTINGS.maxSessionsPerClient(); i++) {
      SessionPlaces places = i % 2 == 0 ? one : other;
      SessionPlaces.Place place =
          places.take(
              0, "alice", () -> evicted.completeExceptionally(new AssertionError("in use")));
      place.heard(SILENT);
    }
    assertTrue(other.hasRoom(SILENT, "bob"));
    assertTrue(other.hasRoom(SILENT, "alice"));
    assertNotNull(other.take(SILENT, "alice", () -> {}));
    assertEquals("one", evicted.get(10, TimeUnit.SECONDS), "on its own thread");
    silent.giveBack();
    assertNull(one.take(SILENT, "alice", () -> {}), "all are in use, and it had gone before");
  }

  @Test
  void whoTakesAPlaceOnItsOwnLoopHasItAtOnce() {
    List<String> ended = new ArrayList<>();
    for (int i = 0; i < SETTINGS.maxSessionsPerClient(); i++) {
      String name = "session " + i;
      assertNotNull(one.take(i, "alice", () -> ended.add(name)));
    }
    assertNotNull(one.take(SILENT, "alice", () -> {}));
    assertEquals(List.of("session 0"), ended);
  }

  @Test
  void nobodyWaitsWhileASessionMakesRoom() throws Exception {
    CompletableFuture<Boolean> othersMayLook = new CompletableFuture<>();
    for (int i = 0; i < SETTINGS.maxSessionsPerClient(); i++) {
      assertNotNull(
          one.take(
              i,
              "alice",
              () ->
                  othersMayLook.complete(
                      CompletableFuture.supplyAsync(() -> other.hasRoom(SILENT, "bob"))
                          .completeOnTimeout(false, 10, TimeUnit.SECONDS)
                          .join())));
    }
    assertNotNull(one.take(SILENT, "alice", () -> {}));
    assertTrue(othersMayLook.get(0, TimeUnit.SECONDS));
  }

  @Test
  void whoFailsToMakeRoomLosesNoPlace() {
    for (int i = 0; i < SETTINGS.maxSessionsPerClient(); i++) {
      one.take(
          i,
          "alice",
          () -> {
            throw new IllegalStateException("as a test wants it");
          });
    }
    assertThrows(IllegalStateException.class, () -> one.take(SILENT, "alice", () -> {}));
    assertNotNull(one.take(0, "alice", () -> {}), "the one that was taken for nothing");
  }

  @Test
  void whoIsCalledOtherwiseIsCountedOtherwise() {
    List<SessionPlaces.Place> places = new ArrayList<>();
    for (int i = 0; i < SETTINGS.maxSessionsPerClient(); i++) {
      places.add(one.take(0, "alice", () -> {}));
    }
    assertNull(other.take(0, "alice", () -> {}));
    places.getFirst().rename("bob");
    assertNotNull(other.take(0, "alice", () -> {}));
    places.forEach(SessionPlaces.Place::giveBack);
    assertTrue(one.hasRoom(0, "bob"));
  }
}
