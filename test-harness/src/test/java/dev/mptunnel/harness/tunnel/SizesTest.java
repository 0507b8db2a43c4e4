package dev.mptunnel.harness.tunnel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mptunnel.core.SessionReport;
import dev.mptunnel.harness.Await;
import dev.mptunnel.harness.Seed;
import dev.mptunnel.harness.link.LinkProperties;
import dev.mptunnel.harness.loop.DatagramLoop;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Datagrams of every length, over lines of several MTUs that lose nothing: all come back whole. */
class SizesTest {

  private static final int MAX_BYTES = 65_507;

  /** So much is under way at a time, far less than a socket's buffer holds. */
  private static final int UNDER_WAY_BYTES = 256 << 10;

  private static final int UNDER_WAY = 64;
  private static final int TIMEOUT_MILLIS = 5_000;

  private final Seed seed = Seed.ofRun();

  @Test
  void lengthsNearWhereSomethingChangesAndSomeOthers() throws IOException {
    IntStream near = IntStream.of(0, 1_130, 1_158, 1_210, 1_330, 1_410, 1_422, 1_430, 2_700, 4_000);
    IntStream few = near.flatMap(length -> IntStream.range(length, length + 45));
    IntStream others =
        IntStream.iterate(5_000, length -> length <= MAX_BYTES, length -> length + 3_001);
    IntStream longest = IntStream.rangeClosed(MAX_BYTES - 10, MAX_BYTES);
    exchange("1500,1400,1280", IntStream.concat(IntStream.concat(few, others), longest).toArray());
  }

  @Tag("full")
  @ParameterizedTest
  @ValueSource(strings = {"1500", "1492", "1400", "1280"})
  void everyLengthOfAFewPacketsAndManyLongerOnes(String mtu) throws IOException {
    IntStream others =
        IntStream.iterate(5_000, length -> length <= MAX_BYTES, length -> length + 97);
    exchange(mtu, IntStream.concat(IntStream.range(0, 5_000), others).toArray());
  }

  @Tag("full")
  @Test
  void everyLengthOverMixedLines() throws IOException {
    exchange("1500,1492,1280", IntStream.rangeClosed(0, MAX_BYTES).toArray());
  }

  private void exchange(String mtus, int[] lengths) throws IOException {
    List<LinkProperties> lines = new ArrayList<>();
    for (String mtu : mtus.split(",")) {
      lines.add(LinkProperties.parse("mtu=" + mtu));
    }
    int shortest = lines.stream().mapToInt(LinkProperties::mtuBytes).min().orElseThrow();
    try (DatagramLoop loop = DatagramLoop.start("sizes");
        LocalTunnel tunnel =
            LocalTunnel.start(loop, new EchoTarget(loop).address(), lines, true, seed);
        DatagramSocket application = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      tunnel.awaitPaths();
      int roomBytes = shortest - 28 - 42;
      Await.until(
          "the MTUs to be known",
          Duration.ofSeconds(10),
          () -> tunnel.clientReport().roomBytes() == roomBytes);
      application.setReceiveBufferSize(4 << 20);
      application.setSoTimeout(TIMEOUT_MILLIS);
      exchange(application, tunnel.entry(), lengths);
      SessionReport report = tunnel.clientReport();
      long longer = Arrays.stream(lengths).filter(length -> length > roomBytes).count();
      System.out.printf(
          "MTU %s: %d datagrams there and back, %d in pieces%n",
          mtus, lengths.length, report.fragmented());
      assertEquals(longer, report.fragmented());
    }
  }

  private void exchange(DatagramSocket application, InetSocketAddress entry, int[] lengths)
      throws IOException {
    BitSet returned = new BitSet();
    int underWayBytes = 0;
    int back = 0;
    for (int i = 0; i < lengths.length; i++) {
      while (i > back && (underWayBytes + lengths[i] > UNDER_WAY_BYTES || i - back >= UNDER_WAY)) {
        underWayBytes -= receive(application, returned);
        back++;
      }
      // Addressed, since a connected socket of the JDK's sends nothing that is empty.
      application.send(new DatagramPacket(content(lengths[i]), lengths[i], entry));
      underWayBytes += lengths[i];
    }
    while (back < lengths.length) {
      receive(application, returned);
      back++;
    }
    assertEquals(Arrays.stream(lengths).distinct().count(), returned.cardinality());
  }

  private int receive(DatagramSocket application, BitSet returned) throws IOException {
    DatagramPacket packet = new DatagramPacket(new byte[MAX_BYTES + 1], MAX_BYTES + 1);
    application.receive(packet);
    int length = packet.getLength();
    assertArrayEquals(content(length), Arrays.copyOf(packet.getData(), length));
    returned.set(length);
    return length;
  }

  /** What the datagram of this length holds. */
  private byte[] content(int length) {
    byte[] content = new byte[length];
    seed.part(length).generator().nextBytes(content);
    return content;
  }
}
