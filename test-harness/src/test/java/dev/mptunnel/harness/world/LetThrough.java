package dev.mptunnel.harness.world;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.wire.Header;
import dev.mptunnel.wire.PacketType;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;

/**
 * Which datagrams of a {@link SimPair} with one flow a line let a copy of through, be it of the
 * first ones or of those that were sent again. Within one epoch a packet's counter tells which
 * datagram it has in it, as each is sent at once, and whole.
 */
final class LetThrough implements SimPair.Tap {

  private static final int NONE = -1;

  private record Epoch(boolean up, int number) {}

  /** Which datagram each packet of an epoch has in it, by their counters. */
  private static final class Numbers {
    private int[] byCounter = {};

    int get(long counter) {
      return counter < byCounter.length ? byCounter[(int) counter] : NONE;
    }

    void put(long counter, int number) {
      if (counter >= byCounter.length) {
        int length = byCounter.length;
        byCounter = Arrays.copyOf(byCounter, Math.max(2 * length, (int) counter + 1_024));
        Arrays.fill(byCounter, length, byCounter.length, NONE);
      }
      byCounter[(int) counter] = number;
    }
  }

  private final Map<Epoch, Numbers> epochs = new HashMap<>();
  private final Map<Boolean, Epoch> current = new HashMap<>();
  private final BitSet up = new BitSet();
  private final BitSet down = new BitSet();
  private SimPair pair;

  /** From now on: what was sent before has arrived, or never will. */
  void start(SimPair pair) {
    this.pair = pair;
    up.or(pair.up().delivered());
    down.or(pair.down().delivered());
  }

  /** Those of which a copy came to the server. */
  BitSet up() {
    return up;
  }

  /** Those of which a copy came to the client. */
  BitSet down() {
    return down;
  }

  private static Epoch epoch(ByteBuffer packet) {
    boolean isUp = PacketType.isFromInitiator(packet.get(packet.position()));
    return new Epoch(isUp, Header.epoch(packet));
  }

  private Numbers numbers(ByteBuffer packet) {
    return epochs.computeIfAbsent(epoch(packet), any -> new Numbers());
  }

  private boolean counts(ByteBuffer packet) {
    return pair != null && PacketType.type(packet.get(packet.position())) == PacketType.DATA;
  }

  @Override
  public boolean passes(SimPair.End from, ByteBuffer packet) {
    if (counts(packet) && from.sending() != NONE) {
      long counter = Header.dataCounter(packet);
      Epoch epoch = epoch(packet);
      if (!epoch.equals(current.put(epoch.up(), epoch))) {
        epochs.put(epoch, new Numbers()); // of this number there may have been one before
      }
      Numbers numbers = numbers(packet);
      int known = numbers.get(counter);
      assertTrue(known == NONE || known == from.sending(), "a counter used twice");
      numbers.put(counter, from.sending());
    }
    return true;
  }

  @Override
  public void onArrival(SimPair.End to, ByteBuffer packet) {
    int number = counts(packet) ? numbers(packet).get(Header.dataCounter(packet)) : NONE;
    if (number != NONE) {
      (to == pair.server() ? up : down).set(number);
    }
  }
}
