package dev.mptunnel.net;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mptunnel.config.EngineChoice;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Packets are marked as was asked for, as whoever receives them sees. */
class TrafficClassTest {

  private static final int IP_RECVTOS = 13;
  private static final int IPV6_RECVTCLASS = 66;
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
        MemorySegment on = arena.allocate(ValueLayout.JAVA_INT);
        on.set(ValueLayout.JAVA_INT, 0, 1);
        boolean ipv6 = receiver.ipv6();
        int level = ipv6 ? LinuxOptions.IPPROTO_IPV6 : LinuxOptions.IPPROTO_IP;
        int option = ipv6 ? IPV6_RECVTCLASS : IP_RECVTOS;
        assertEquals(
            0, memory.calls.setsockopt(receiver.descriptor(), level, option, on, Integer.BYTES));
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

  private static final class Deaf implements DatagramHandler {

    @Override
    public void onDatagram(DatagramPort port, InetSocketAddress source, ByteBuffer datagram) {}

    @Override
    public void onBatchEnd(DatagramPort port) {}

    @Override
    public void onError(DatagramPort port, IOException error) {}
  }
}
