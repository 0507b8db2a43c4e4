package dev.mptunnel.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class UnflushedPortsTest {

  private final UnflushedPorts unflushed = new UnflushedPorts();
  private final List<Integer> flushed = new ArrayList<>();

  /** What a read brings may be of as many flows as it has datagrams, each with its own socket. */
  @Test
  void neverMoreThanAFewDozenPortsHoldSomethingBack() {
    List<Port> ports = ports(1_000);
    for (int i = 0; i < ports.size(); i++) {
      unflushed.add(ports.get(i));
      assertTrue(i + 1 - flushed.size() <= 64, "after " + (i + 1));
    }
    unflushed.flush();
    assertEquals(numbers(1_000), flushed, "each once, in order");
  }

  @Test
  void ofPortsThatTakeTurnsEachIsFlushedOnceAtTheEnd() {
    List<Port> ports = ports(64);
    for (int round = 0; round < 20; round++) {
      ports.forEach(unflushed::add);
      ports.forEach(unflushed::add);
    }
    assertEquals(List.of(), flushed, "nothing is torn from what it could be joined with");
    unflushed.flush();
    assertEquals(numbers(64), flushed);
    unflushed.flush();
    assertEquals(numbers(64), flushed, "and forgotten");
  }

  private static List<Integer> numbers(int count) {
    return IntStream.range(0, count).boxed().toList();
  }

  private List<Port> ports(int count) {
    return numbers(count).stream().map(Port::new).toList();
  }

  private final class Port implements DatagramPort {

    private final int number;

    Port(int number) {
      this.number = number;
    }

    @Override
    public InetSocketAddress localAddress() {
      return null;
    }

    @Override
    public void send(ByteBuffer datagram, InetSocketAddress remote) {}

    @Override
    public void flush() {
      flushed.add(number);
    }

    @Override
    public boolean stayOn(int interfaceIndex) {
      return false;
    }

    @Override
    public long sendDrops() {
      return 0;
    }

    @Override
    public void close() {}
  }
}
