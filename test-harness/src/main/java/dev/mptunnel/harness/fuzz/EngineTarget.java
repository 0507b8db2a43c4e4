package dev.mptunnel.harness.fuzz;

import dev.mptunnel.harness.fuzz.FuzzedPair.Packet;
import dev.mptunnel.wire.Header;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * The whole engine, twice: a client and a server in a session, and an input that says, step by
 * step, what becomes of their packets, what is sent besides, and how time passes.
 */
final class EngineTarget implements FuzzTarget {

  private static final int MAX_STEPS = 100;
  private static final int MAX_PIECE_BYTES = 64;

  private final Supplier<PacketKeys> keys;

  EngineTarget(Supplier<PacketKeys> keys) {
    this.keys = keys;
  }

  @Override
  public void accept(byte[] input) {
    InputReader reader = new InputReader(input);
    FuzzedPair pair = new FuzzedPair(keys.get());
    for (int i = 0; i < MAX_STEPS && !reader.isAtEnd(); i++) {
      step(pair, reader);
      pair.checkLimits();
    }
    pair.checkFigures();
    pair.checkRecovery();
    pair.checkFigures();
  }

  private static void step(FuzzedPair pair, InputReader reader) {
    switch (reader.nextByte() % 20) {
      case 0 -> pair.settle();
      case 1 -> pair.pass(TimeUnit.MILLISECONDS.toNanos(reader.nextShort()));
      case 2 -> pair.sendUp(reader.nextByte(), piece(reader));
      case 3 -> pair.sendDown(reader.nextByte(), piece(reader));
      case 4 -> pair.sendUp(reader.nextByte(), new byte[reader.nextShort()]);
      case 5 -> pair.openFlow(reader.nextByte() % 2 == 1);
      case 6 -> pair.rebind(reader.nextByte() % FuzzedPair.PATHS);
      case 7 ->
          pair.redirect(reader.nextByte() % FuzzedPair.PATHS, reader.nextByte() % FuzzedPair.PATHS);
      case 8 -> pair.restartServer(reader.nextByte() % 2 == 0);
      case 9 -> pair.restartClient(reader.nextByte() % 2 == 0);
      default -> meddle(pair, reader);
    }
  }

  /** Does something to a packet that is in flight. */
  private static void meddle(FuzzedPair pair, InputReader reader) {
    if (pair.inFlight.isEmpty()) {
      pair.pass(TimeUnit.SECONDS.toNanos(1));
      return;
    }
    int index = reader.nextByte() % pair.inFlight.size();
    Packet packet = pair.inFlight.get(index);
    switch (reader.nextByte() % 10) {
      case 0 -> pair.inFlight.remove(index);
      case 1 -> pair.arrive(pair.inFlight.remove(index));
      case 2 -> pair.arrive(packet); // a copy
      case 3 -> pair.arrive(packet.from(FuzzedPair.STRANGER));
      case 4 -> pair.arrive(packet.with(cut(packet.bytes(), reader.nextShort())));
      case 5 -> pair.arrive(packet.with(damage(packet.bytes(), reader)));
      case 6 -> pair.arrive(packet.from(FuzzedPair.STRANGER).with(damage(packet.bytes(), reader)));
      case 7 -> pair.arrive(packet.with(piece(reader)));
      case 8 -> pair.arrive(pair.forge(packet, data(pair, packet, reader)));
      default -> pair.arrive(pair.forge(packet, path(pair, packet, reader)));
    }
  }

  private static byte[] piece(InputReader reader) {
    return reader.nextBytes(reader.nextByte() % MAX_PIECE_BYTES);
  }

  private static byte[] cut(byte[] bytes, int length) {
    return Arrays.copyOf(bytes, length % (bytes.length + 1));
  }

  private static byte[] damage(byte[] bytes, InputReader reader) {
    byte[] damaged = bytes.clone();
    int at = reader.nextShort() % bytes.length;
    byte[] other = piece(reader);
    System.arraycopy(other, 0, damaged, at, Math.min(other.length, bytes.length - at));
    return damaged;
  }

  private static byte[] data(FuzzedPair pair, Packet like, InputReader reader) {
    ByteBuffer header = ByteBuffer.allocate(Header.LENGTH);
    long counter = reader.next(1 + reader.nextByte() % 6);
    Header.putData(header, pair.isFromInitiator(like), pair.sessionId(), pair.epoch(), counter);
    return joined(header, piece(reader));
  }

  private static byte[] path(FuzzedPair pair, Packet like, InputReader reader) {
    ByteBuffer header = ByteBuffer.allocate(Header.LENGTH);
    int path = reader.nextByte();
    long counter = reader.next(1 + reader.nextByte() % 5);
    boolean fromInitiator = pair.isFromInitiator(like);
    Header.putPath(header, fromInitiator, pair.sessionId(), pair.epoch(), path, counter);
    return joined(header, piece(reader));
  }

  private static byte[] joined(ByteBuffer header, byte[] frames) {
    return ByteBuffer.allocate(Header.LENGTH + frames.length).put(header).put(frames).array();
  }

  @Override
  public List<byte[]> seeds() {
    return List.of(
        new byte[] {2, 0, 3, 'a', 'b', 'c', 0, 3, 0, 2, 'd', 'e', 0, 1, 20, 0, 0},
        new byte[] {5, 1, 2, 1, 1, 'a', 0, 3, 1, 1, 'b', 0, 8, 1, 2, 1, 1, 'c', 1, 0, 99, 0},
        new byte[] {2, 0, 1, 'a', 10, 0, 3, 8, 0, 1, 64, 0, 9, 1, 1, 4, 0, 0});
  }
}
