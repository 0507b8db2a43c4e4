package dev.mptunnel.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.wire.StreamFrames;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/**
 * What a striper makes of records that an honest peer does not send, and of too many of anything.
 */
class StriperRulesTest {

  /** Writes down what it is told. */
  private static final class Log implements StreamOutput {
    private final List<String> told = new ArrayList<>();
    private final List<Connection> opened = new ArrayList<>();

    @Override
    public boolean transmit(Tunnel tunnel, ByteBuffer record) {
      return true;
    }

    @Override
    public void opened(Connection connection) {
      opened.add(connection);
      told.add("opened " + connection.id());
    }

    @Override
    public void connected(Connection connection) {
      told.add("connected " + connection.id());
    }

    @Override
    public void readable(Connection connection) {
      told.add("readable " + connection.id());
    }

    @Override
    public void writable(Connection connection) {
      told.add("writable " + connection.id());
    }

    @Override
    public void reset(Connection connection, int code) {
      told.add("reset " + connection.id() + " " + code);
    }

    @Override
    public void done(Connection connection) {
      told.add("done " + connection.id());
    }
  }

  private final Log log = new Log();
  private final StreamRoom room = new StreamRoom(1 << 30);
  private final Striper server = new Striper(false, log, room, "bob", new StreamBuffers());
  private final Tunnel tunnel = server.addTunnel(0, 0);

  private boolean receive(Consumer<ByteBuffer> frames) {
    ByteBuffer record = ByteBuffer.allocate(StreamFrames.MAX_RECORD_BYTES);
    frames.accept(record);
    boolean isAllowed = server.receive(0, tunnel, record.flip());
    server.flush(0);
    return isAllowed;
  }

  private boolean receiveOpen(int id) {
    return receive(record -> StreamFrames.putOpen(record, id, ""));
  }

  private boolean receiveChunk(int id, long offset, int bytes) {
    return receive(
        record -> {
          StreamFrames.putChunk(record, id, offset, bytes);
          record.put(new byte[bytes]);
        });
  }

  @Test
  void aConnectionIsOpenedOnceInWhateverOrderTheyCome() {
    assertTrue(receiveOpen(2));
    assertTrue(receiveOpen(0));
    assertTrue(receiveOpen(2));
    assertTrue(receive(record -> StreamFrames.putReset(record, 2, StreamError.ABORTED)));
    assertTrue(receiveOpen(2)); // a copy, that a slow tunnel brings
    assertTrue(receiveChunk(2, 0, 1));
    assertTrue(receiveOpen(1));
    assertEquals(List.of("opened 2", "opened 0", "reset 2 0", "opened 1"), log.told);
    assertEquals(2, server.connections());
    assertFalse(receiveOpen(1_000_000), "so many were never opened");
  }

  @Test
  void whoSendsMoreThanAllowedIsReset() {
    receiveOpen(0);
    assertTrue(receiveChunk(0, StreamFrames.FIRST_LIMIT - 1, 1));
    assertTrue(receiveChunk(0, StreamFrames.FIRST_LIMIT, 1));
    assertEquals(List.of("opened 0", "reset 0 " + StreamError.PROTOCOL), log.told);
    assertEquals(0, server.keptBytes());
    receiveOpen(1);
    assertTrue(receive(record -> StreamFrames.putFin(record, 1, 5)));
    assertTrue(receive(record -> StreamFrames.putFin(record, 1, 6)));
    assertEquals("reset 1 " + StreamError.PROTOCOL, log.told.getLast());
  }

  /** By the heap, not by what we think of it: pieces that are kept one by one take 70 MB. */
  @Test
  void whoeverSendsEverySecondByteMakesUsKeepNoMoreThanWasTakenForIt() {
    int peers = 100;
    for (int id = 0; id < peers; id++) {
      receiveOpen(id);
    }
    long before = usedBytes();
    for (int id = 0; id < peers; id++) {
      receiveEverySecondByte(id);
    }
    long grown = usedBytes() - before;
    long taken = room.limitBytes() - room.leftBytes();
    assertTrue(server.keptBytes() <= taken, server.keptBytes() + " of " + taken + " bytes");
    assertTrue(grown < taken + (16 << 20), grown + " bytes more, and " + taken + " taken");
    assertEquals(peers, log.told.size(), "nobody is reset");
    server.end();
    assertEquals(room.limitBytes(), room.leftBytes());
  }

  @Test
  void whoeverMakesWindowsGrowLeavesRoomForOthersToBegin() {
    StreamRoom small = new StreamRoom(4 << 20);
    for (int session = 0; session < 3; session++) {
      grow(new Striper(false, log, small, session, new StreamBuffers()));
    }
    assertTrue(small.leftBytes() < (4 << 20) / 4, "nothing has grown");
    Striper other = new Striper(false, log, small, "bob", new StreamBuffers());
    openMany(other, 10);
    assertEquals(10, other.liveConnections().size());
  }

  @Test
  void whoeverHasManySessionsLeavesRoomForOthersToBegin() {
    StreamRoom small = new StreamRoom(4 << 20);
    List<Striper> mallorys = new ArrayList<>();
    for (int session = 0; session < 4; session++) {
      Striper its = new Striper(false, log, small, "mallory", new StreamBuffers());
      openMany(its, 200);
      mallorys.add(its);
    }
    assertTrue(small.leftBytes() >= (4 << 20) / 2 - (20 << 10), small.leftBytes() + " left");
    Striper bobs = new Striper(false, log, small, "bob", new StreamBuffers());
    openMany(bobs, 40);
    assertEquals(40, bobs.liveConnections().size());
    Striper carols = new Striper(false, log, small, "carol", new StreamBuffers());
    openMany(carols, 20);
    assertEquals(20, carols.liveConnections().size());
    mallorys.forEach(Striper::end);
    bobs.end();
    carols.end();
    assertEquals(small.limitBytes(), small.leftBytes());
    assertTrue(small.takeFirst("mallory", 4 << 20), "what was given back is not counted");
  }

  private void openMany(Striper striper, int count) {
    Tunnel its = striper.addTunnel(0, 0);
    for (int id = 0; id < count; id++) {
      open(striper, its, id);
    }
  }

  private void grow(Striper greedy) {
    Tunnel its = greedy.addTunnel(0, 0);
    for (int id = 0; id < 5; id++) {
      open(greedy, its, id);
    }
    ByteBuffer into = ByteBuffer.allocate(4 << 20);
    long[] ends = new long[5];
    for (int round = 0; round < 20; round++) {
      for (Connection connection : greedy.liveConnections()) {
        fill(greedy, its, connection, ends[connection.id()]);
        ends[connection.id()] = connection.receiving().limit();
        connection.read(into.clear());
      }
      greedy.flush(0);
    }
  }

  private void open(Striper striper, Tunnel on, int id) {
    ByteBuffer record = ByteBuffer.allocate(StreamFrames.MAX_RECORD_BYTES);
    StreamFrames.putOpen(record, id, "");
    assertTrue(striper.receive(0, on, record.flip()));
  }

  /** Uses up all that may be sent, the last byte first, as if tunnels had lost the others. */
  private void fill(Striper striper, Tunnel on, Connection connection, long from) {
    long last = connection.receiving().limit() - 1;
    receiveBytes(striper, on, connection.id(), last, 1);
    for (long at = from; at < last; at += 8 << 10) {
      int length = (int) Math.min(8 << 10, last - at);
      receiveBytes(striper, on, connection.id(), at, length);
    }
  }

  private void receiveBytes(Striper striper, Tunnel on, int id, long offset, int length) {
    ByteBuffer record = ByteBuffer.allocate(StreamFrames.MAX_RECORD_BYTES);
    StreamFrames.putChunk(record, id, offset, length);
    record.put(new byte[length]);
    assertTrue(striper.receive(0, on, record.flip()));
  }

  private void receiveEverySecondByte(int id) {
    ByteBuffer record = ByteBuffer.allocate(StreamFrames.MAX_RECORD_BYTES);
    for (int offset = 1; offset < StreamFrames.FIRST_LIMIT; offset += 2) {
      StreamFrames.putChunk(record, id, offset, 1);
      record.put((byte) offset);
      if (record.remaining() < 100 || offset + 2 > StreamFrames.FIRST_LIMIT) {
        assertTrue(server.receive(0, tunnel, record.flip()));
        record.clear();
      }
    }
  }

  private static long usedBytes() {
    System.gc();
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }

  @Test
  void whatWasNotSentCannotHaveArrived() {
    assertFalse(receive(record -> StreamFrames.putGot(record, 1)));
  }

  @Test
  void tooManyConnectionsAreReset() {
    for (int id = 0; id < StreamLimits.CONNECTIONS; id++) {
      receiveOpen(id);
    }
    assertEquals(StreamLimits.CONNECTIONS, log.opened.size());
    receiveOpen(StreamLimits.CONNECTIONS);
    assertEquals(StreamLimits.CONNECTIONS, log.opened.size());
    Striper client = new Striper(true, log, new StreamRoom(1 << 30), "bob", new StreamBuffers());
    for (int id = 0; id < StreamLimits.CONNECTIONS; id++) {
      assertNotNull(client.open(""));
    }
    assertNull(client.open(""));
    assertNull(server.open(""), "only the initiator opens");
  }

  @Test
  void tunnelsHaveALimitAndNamesOfTheirOwn() {
    assertNull(server.addTunnel(0, 0));
    for (int id = 1; id < StreamLimits.TUNNELS; id++) {
      assertNotNull(server.addTunnel(0, id));
    }
    assertNull(server.addTunnel(0, StreamLimits.TUNNELS));
  }

  @Test
  void whenTheSessionEndsEveryConnectionIsReset() {
    receiveOpen(0);
    receiveOpen(1);
    receiveChunk(1, 0, 1_000);
    log.opened.getFirst().reset(StreamError.ABORTED);
    server.end();
    assertEquals("reset 1 " + StreamError.SESSION, log.told.getLast());
    assertEquals(0, server.connections());
    assertEquals(0, server.keptBytes());
  }
}
