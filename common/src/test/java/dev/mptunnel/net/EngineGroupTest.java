package dev.mptunnel.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Loops whose sockets share ports, with real sockets. */
final class EngineGroupTest {

  private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");
  private static final InetSocketAddress ANY_PORT = new InetSocketAddress(LOOPBACK, 0);
  private static final int LOOPS = 3;
  private static final int PATHS = 4;

  private final Deque<AutoCloseable> open = new ArrayDeque<>();

  /** What came, by the loop that it came to. */
  private final List<BlockingQueue<Packet>> arrived = new ArrayList<>();

  private record Packet(long sessionId, InetSocketAddress source) {}

  @AfterEach
  void closeAll() throws Exception {
    while (!open.isEmpty()) {
      open.pop().close();
    }
  }

  private <T extends AutoCloseable> T opened(T resource) {
    open.push(resource);
    return resource;
  }

  private EngineGroup group(boolean bySession) {
    NativeEngine first;
    try {
      first = opened(NativeEngine.start("loop"));
    } catch (IOException e) {
      return Assumptions.abort(e.getMessage());
    }
    EngineGroup group = opened(EngineGroup.open(first, LOOPS, "loop", ANY_PORT, bySession));
    Assumptions.assumeTrue(group.engines().size() == LOOPS, "the kernel does not share ports");
    return group;
  }

  /** Opens a port for all, as they count. */
  private List<DatagramPort> share(EngineGroup group) throws IOException {
    List<DatagramPort> ports = new ArrayList<>();
    PortOptions options = PortOptions.at(ANY_PORT);
    for (DatagramEngine engine : group.engines()) {
      BlockingQueue<Packet> packets = new LinkedBlockingQueue<>();
      arrived.add(packets);
      Sharing sharing = ports.isEmpty() ? Sharing.FIRST : Sharing.FURTHER;
      ports.add(engine.open(options.shared(sharing), new Noting(packets)));
      options = options.withLocalPort(ports.getFirst().localAddress().getPort());
    }
    return ports;
  }

  private record Noting(BlockingQueue<Packet> packets) implements DatagramHandler {

    @Override
    public void onDatagram(DatagramPort port, InetSocketAddress source, ByteBuffer datagram) {
      packets.add(new Packet(datagram.getLong(datagram.position() + 1), source));
    }

    @Override
    public void onBatchEnd(DatagramPort port) {}

    @Override
    public void onError(DatagramPort port, IOException error) {}
  }

  private List<DatagramChannel> paths() throws IOException {
    List<DatagramChannel> paths = new ArrayList<>();
    for (int i = 0; i < PATHS; i++) {
      paths.add(opened(DatagramChannel.open().bind(ANY_PORT)));
    }
    return paths;
  }

  private static ByteBuffer packet(long sessionId) {
    return ByteBuffer.allocate(40).put((byte) 1).putLong(sessionId).rewind();
  }

  @Test
  void allPathsOfASessionMeetOnItsLoop() throws Exception {
    EngineGroup group = group(true);
    List<DatagramPort> ports = share(group);
    group
        .engines()
        .getLast()
        .call(
            () -> {
              ports.getLast().steerBySession(LOOPS);
              return true;
            })
        .join();
    long seed = System.nanoTime();
    Random random = new Random(seed);
    List<DatagramChannel> paths = paths();
    int[] expected = new int[LOOPS];
    for (int i = 0; i < 60; i++) {
      long id = random.nextLong();
      for (DatagramChannel path : paths) {
        path.send(packet(id), ports.getFirst().localAddress());
      }
      expected[SessionSteering.loopOf(id, LOOPS)] += PATHS;
    }
    for (int loop = 0; loop < LOOPS; loop++) {
      for (int i = 0; i < expected[loop]; i++) {
        Packet packet = arrived.get(loop).poll(10, TimeUnit.SECONDS);
        assertTrue(packet != null, "packets are missing, seed " + seed);
        assertEquals(loop, SessionSteering.loopOf(packet.sessionId(), LOOPS), "seed " + seed);
      }
    }
    arrived.forEach(packets -> assertEquals(0, packets.size(), "more than were sent"));
  }

  @Test
  void withoutAProgramASourceStaysOnItsLoop() throws Exception {
    EngineGroup group = group(false);
    DatagramPort port = share(group).getFirst();
    Random random = new Random(7);
    Set<InetSocketAddress> sources = new HashSet<>();
    for (int i = 0; i < 64; i++) {
      DatagramChannel source = opened(DatagramChannel.open().bind(ANY_PORT));
      sources.add((InetSocketAddress) source.getLocalAddress());
      for (int j = 0; j < 3; j++) {
        source.send(packet(random.nextLong()), port.localAddress());
      }
    }
    Set<InetSocketAddress> seen = new HashSet<>();
    while (arrived.stream().mapToInt(BlockingQueue::size).sum() < 3 * sources.size()) {
      Thread.onSpinWait();
    }
    int loopsUsed = 0;
    for (BlockingQueue<Packet> ofLoop : arrived) {
      Set<InetSocketAddress> its = new HashSet<>();
      ofLoop.forEach(packet -> its.add(packet.source()));
      its.forEach(source -> assertTrue(seen.add(source), "a source on two loops"));
      loopsUsed += its.isEmpty() ? 0 : 1;
    }
    assertEquals(sources, seen);
    assertEquals(LOOPS, loopsUsed, "64 sources on all loops");
  }

  @Test
  void anAddressInUseIsRefusedThoughItIsShared() throws Exception {
    EngineGroup group = group(true);
    InetSocketAddress taken = share(group).getFirst().localAddress();
    PortOptions again = PortOptions.at(taken).shared(Sharing.FIRST);
    IOException refused =
        assertThrows(
            IOException.class,
            () -> group.engines().getFirst().open(again, new Noting(new LinkedBlockingQueue<>())));
    assertTrue(refused.getMessage().contains("already in use"), refused.getMessage());
    assertThrows(SocketException.class, () -> new DatagramSocket(taken));
  }

  @Test
  void anAddressOfAnotherProgramsIsRefused() throws Exception {
    EngineGroup group = group(true);
    DatagramSocket other = opened(new DatagramSocket(ANY_PORT));
    PortOptions options =
        PortOptions.at((InetSocketAddress) other.getLocalSocketAddress()).shared(Sharing.FIRST);
    assertThrows(
        IOException.class,
        () -> group.engines().getFirst().open(options, new Noting(new LinkedBlockingQueue<>())));
  }

  @Test
  void anEngineThatSharesNoPortsIsAlone() {
    NettyEngine nio = opened(new NettyEngine(new NioTransport(), "nio"));
    try (EngineGroup group = EngineGroup.open(nio, LOOPS, "loop", ANY_PORT, true)) {
      assertEquals(List.of(nio), group.engines());
    }
  }

  @Test
  void whereTheKernelDoesNotSteerOneIsLeftAndNothingElse() throws Exception {
    Unsteered first = opened(new Unsteered(group(false).engines().getFirst(), new ArrayList<>()));
    try (EngineGroup group = EngineGroup.open(first, LOOPS, "loop", ANY_PORT, true)) {
      assertEquals(List.of(first), group.engines());
    }
    assertEquals(LOOPS - 1, first.others.size());
    for (Unsteered other : first.others) {
      other.ended().get(10, TimeUnit.SECONDS);
    }
    try (EngineGroup group = EngineGroup.open(first, LOOPS, "loop", ANY_PORT, false)) {
      assertEquals(LOOPS, group.engines().size(), "who does not ask for it");
    }
  }

  @Test
  void whatGoesWrongOtherwiseLeavesNoEngineBehind() throws Exception {
    List<Unsteered> others = new ArrayList<>();
    Unsteered first = opened(new Unsteered(group(false).engines().getFirst(), others));
    assertThrows(
        NullPointerException.class, () -> EngineGroup.open(first, LOOPS, "loop", null, false));
    assertEquals(LOOPS - 1, others.size());
    for (Unsteered other : others) {
      other.ended().get(10, TimeUnit.SECONDS);
    }
  }

  /** An engine of a kernel that shares ports, but runs no program. */
  private record Unsteered(DatagramEngine real, List<Unsteered> others) implements DatagramEngine {

    @Override
    public DatagramEngine another(String threadName) throws IOException {
      Unsteered other = new Unsteered(real.another(threadName), new ArrayList<>());
      others.add(other);
      return other;
    }

    @Override
    public DatagramPort open(PortOptions options, DatagramHandler handler) throws IOException {
      return new UnsteeredPort(real.open(options, handler));
    }

    @Override
    public CompletableFuture<Void> ended() {
      return real.ended();
    }

    @Override
    public String name() {
      return real.name();
    }

    @Override
    public void execute(Runnable task) {
      real.execute(task);
    }

    @Override
    public <T> CompletableFuture<T> call(Callable<T> work) {
      return real.call(work);
    }

    @Override
    public EngineTimer newTimer(Runnable task) {
      return real.newTimer(task);
    }

    @Override
    public long nanoTime() {
      return real.nanoTime();
    }

    @Override
    public void close() {
      real.close();
    }
  }

  private record UnsteeredPort(DatagramPort real) implements DatagramPort {

    @Override
    public InetSocketAddress localAddress() {
      return real.localAddress();
    }

    @Override
    public void send(ByteBuffer datagram, InetSocketAddress remote) {
      real.send(datagram, remote);
    }

    @Override
    public void flush() {
      real.flush();
    }

    @Override
    public boolean stayOn(int interfaceIndex) {
      return real.stayOn(interfaceIndex);
    }

    @Override
    public long sendDrops() {
      return real.sendDrops();
    }

    @Override
    public void close() {
      real.close();
    }
  }

  @Test
  void whatEndsByItselfIsToldOf() throws Exception {
    EngineGroup group = group(true);
    assertTrue(!group.ended().isDone());
    group.engines().getLast().close();
    group.ended().get(10, TimeUnit.SECONDS);
  }

  @Test
  void aMachineHasOneLoopForTwoProcessors() {
    assertEquals(1, EngineGroup.automatic(1));
    assertEquals(1, EngineGroup.automatic(3));
    assertEquals(2, EngineGroup.automatic(4));
    assertEquals(8, EngineGroup.automatic(16));
    assertEquals(8, EngineGroup.automatic(128));
  }
}
