package dev.mptunnel.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.config.EngineChoice;
import dev.mptunnel.config.SocketSettings;
import dev.mptunnel.core.TrafficClass;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Packets are marked as was asked for, as whoever receives them sees. */
class TrafficClassTest {

  private static final int EXPEDITED = 46;

  @ParameterizedTest
  @CsvSource({
    "NATIVE, 127.0.0.1, 127.0.0.1",
    "NATIVE, ::1, ::1",
    "NATIVE, ::, 127.0.0.1",
    "EPOLL, 127.0.0.1, 127.0.0.1",
    "EPOLL, ::1, ::1",
    "IO_URING, 127.0.0.1, 127.0.0.1",
    "NIO, 127.0.0.1, 127.0.0.1"
  })
  void packetsCarryTheMark(EngineChoice choice, String local, String loopback) throws Exception {
    try (NativeMemory memory = available(() -> NativeMemory.open(System::nanoTime));
        DatagramEngine engine = available(() -> Engines.open(choice, "marking"));
        Arena arena = Arena.ofConfined()) {
      NativeSocket receiver = memory.newSocket(loopback.contains(":"));
      try {
        receiver.receiveTrafficClass();
        receiver.bind(Addresses.literal(loopback));
        PortOptions options = PortOptions.at(Addresses.literal(local)).withDscp(EXPEDITED);
        DatagramPort port = engine.open(options, new Deaf());
        InetSocketAddress to = receiver.localAddress();
        engine.runAndWait(
            () -> {
              port.send(ByteBuffer.allocate(3), to);
              port.flush();
            });
        assertEquals(EXPEDITED << 2, receivedTrafficClass(memory, receiver, arena));
      } finally {
        receiver.close();
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1, 127.0.0.1, 255, 0",
    "::1, ::1, 255, 0",
    "::, 127.0.0.1, 255, 0",
    "::, ::1, 255, 0",
    "127.0.0.1, 127.0.0.1, 252, 0",
    "127.0.0.1, 127.0.0.1, 3, 46",
    "::1, ::1, 3, 46",
  })
  void eachDatagramIsMarkedAsItWasAskedForAndTold(String from, String to, int carried, int dscp)
      throws Exception {
    try (DatagramEngine engine = available(() -> Engines.open(EngineChoice.NATIVE, "marking"))) {
      Noting noting = new Noting();
      PortOptions options = PortOptions.at(Addresses.literal(to)).withBufferBytes(1 << 20);
      DatagramPort all = engine.open(options.withCarried(0xff), noting);
      DatagramPort port =
          engine.open(
              PortOptions.at(Addresses.literal(from)).withDscp(dscp).withCarried(carried),
              new Deaf());
      DatagramPort tied =
          engine.open(
              PortOptions.connected(all.localAddress()).withDscp(dscp).withCarried(carried),
              new Deaf());
      List<Integer> sent = new ArrayList<>();
      engine.runAndWait(
          () -> {
            // Runs of one mark leave joined, and each keeps its own.
            for (int trafficClass = 0; trafficClass < 256; trafficClass++) {
              for (int i = 0; i <= trafficClass % 3; i++) {
                ByteBuffer datagram = ByteBuffer.allocate(20 + trafficClass % 2);
                port.send(datagram, all.localAddress(), trafficClass);
                sent.add(dscp << 2 | (trafficClass & carried));
              }
              if (trafficClass % 32 == 0) {
                port.flush();
              }
            }
            port.send(ByteBuffer.allocate(1), all.localAddress());
            sent.add(dscp << 2);
            port.flush();
            tied.send(ByteBuffer.allocate(1), null, 0xff);
            tied.sendAgain(ByteBuffer.allocate(1), null, 0x02, tied);
            sent.add(dscp << 2 | carried);
            sent.add(dscp << 2 | (0x02 & carried));
            tied.flush();
          });
      for (int i = 0; i < sent.size(); i++) {
        assertEquals(sent.get(i), noting.classes.poll(5, TimeUnit.SECONDS), "datagram " + i);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, TrafficClass.DSCP, TrafficClass.ECN})
  void onlyWhatIsAskedForIsTold(int carried) throws Exception {
    try (DatagramEngine engine = available(() -> Engines.open(EngineChoice.NATIVE, "marking"))) {
      Noting noting = new Noting();
      PortOptions options = PortOptions.at(Addresses.literal("127.0.0.1"));
      DatagramPort some = engine.open(options.withCarried(carried), noting);
      DatagramPort from = engine.open(options.withCarried(0xff), new Deaf());
      engine.runAndWait(
          () -> {
            from.send(ByteBuffer.allocate(1), some.localAddress(), 0xff);
            from.flush();
          });
      assertEquals(carried, noting.classes.poll(5, TimeUnit.SECONDS));
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = EngineChoice.class,
      names = {"EPOLL", "IO_URING", "NIO"})
  void otherEnginesRefuseWhatTheyCannotDo(EngineChoice choice) throws Exception {
    available(
            () -> {
              DatagramEngine engine = Engines.open(choice, "marking");
              PortOptions options = PortOptions.at(Addresses.literal("127.0.0.1"));
              IOException refused =
                  assertThrows(
                      IOException.class, () -> engine.open(options.withCarried(3), new Deaf()));
              assertEquals(refusal(engine), refused.getMessage());
              return engine;
            })
        .close();
    SocketSettings settings = new SocketSettings(0, 0, 3, choice, 0);
    IOException refused =
        assertThrows(IOException.class, () -> Engines.open(settings, "marking").close());
    assertTrue(refused.getMessage().contains("take engine = native"), refused.getMessage());
  }

  private static String refusal(DatagramEngine engine) {
    return "dscp = copy and ecn = copy are not available with engine "
        + engine.name()
        + "; take engine = native, on 64-bit Linux";
  }

  private interface Opening<T> {
    T open() throws IOException;
  }

  private static <T> T available(Opening<T> opening) {
    try {
      return opening.open();
    } catch (IOException e) {
      return Assumptions.abort(e.getMessage());
    }
  }

  /** Of the next datagram, in the only control message: see {@link MessageHeaders}. */
  private static int receivedTrafficClass(NativeMemory memory, NativeSocket socket, Arena arena)
      throws InterruptedException {
    MemorySegment header = arena.allocate(64, 8);
    MemorySegment vector = arena.allocate(16, 8);
    MemorySegment control = arena.allocate(64, 8);
    vector.set(ValueLayout.JAVA_LONG, 0, arena.allocate(16).address());
    vector.set(ValueLayout.JAVA_LONG, 8, 16);
    header.set(ValueLayout.JAVA_LONG, 16, vector.address());
    header.set(ValueLayout.JAVA_LONG, 24, 1);
    header.set(ValueLayout.JAVA_LONG, 32, control.address());
    int received = 0;
    for (int i = 0; i < 2_000 && received != 1; i++) {
      header.set(ValueLayout.JAVA_LONG, 40, 64);
      received = memory.calls.recvmmsg(socket.descriptor(), header, 1, 0);
      Thread.sleep(received == 1 ? 0 : 2);
    }
    assertEquals(1, received, "a datagram");
    return Byte.toUnsignedInt(control.get(ValueLayout.JAVA_BYTE, 16));
  }

  private static final class Noting extends Deaf {

    final BlockingQueue<Integer> classes = new LinkedBlockingQueue<>();

    @Override
    public void onDatagram(DatagramPort port, InetSocketAddress source, ByteBuffer datagram) {
      classes.add(port.trafficClass());
    }
  }

  private static class Deaf implements DatagramHandler {

    @Override
    public void onDatagram(DatagramPort port, InetSocketAddress source, ByteBuffer datagram) {}

    @Override
    public void onBatchEnd(DatagramPort port) {}

    @Override
    public void onError(DatagramPort port, IOException error) {}
  }
}
