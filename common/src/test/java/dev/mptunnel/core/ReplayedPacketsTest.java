package dev.mptunnel.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.mptunnel.core.PairWorld.Mode;
import dev.mptunnel.wire.Header;
import dev.mptunnel.wire.PacketType;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What somebody can do who has no key, but keeps packets and sends them again. */
@ParameterizedClass
@EnumSource(Mode.class)
class ReplayedPacketsTest {

  private final PairWorld world;

  ReplayedPacketsTest(Mode mode) {
    world = new PairWorld(2, mode);
  }

  @Test
  void aHandshakeReplayedToARestartedServerDoesNotKeepItsHintsBack() {
    Flow flow = world.client.endpoint.openFlow(world.now(), world.session);
    world.exchange(flow, 1000);
    byte[] init = world.client.packets.getFirst();
    world.restartServer();
    world.inject(world.server, 0, init);
    world.exchange(flow, 70);
    assertFalse(world.server.delivered.isEmpty());
  }

  @Test
  void aHandshakeCannotBeConfirmedLongAfterItWasAnswered() {
    world.runFor(15);
    world.dark(0, true);
    world.dark(1, true);
    world.runFor(6); // the client has its answer, but what it sends is kept back
    byte[] first = world.client.packets.getLast();
    assertEquals(PacketType.PATH, PacketType.type(first[0]));
    world.runFor(10_000);
    world.inject(world.server, 0, first);
    assertEquals(List.of(), world.server.endpoint.sessions());
  }

  @Test
  void whoBringsOnePathsPacketsOnAnotherMovesNoPathOfTheClients() {
    Flow flow = world.client.endpoint.openFlow(world.now(), world.session);
    world.exchange(flow, 1000);
    world.dark(1, true);
    for (int i = 0; i < 1000; i++) {
      world.client.packets.clear();
      world.server.packets.clear();
      world.exchange(flow, 1);
      ofPath1(world.server.packets).forEach(packet -> world.inject(world.client, 0, packet));
      ofPath1(world.client.packets).forEach(packet -> world.inject(world.server, 0, packet));
    }
    assertEquals(List.of(), world.client.events(Event.PathMoved.class));
  }

  private static List<byte[]> ofPath1(List<byte[]> packets) {
    return packets.stream()
        .filter(packet -> PacketType.type(packet[0]) == PacketType.PATH)
        .filter(packet -> Header.path(ByteBuffer.wrap(packet)) == 1)
        .toList();
  }
}
