package dev.mptunnel.harness.tunnel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.sun.management.ThreadMXBean;
import dev.mptunnel.config.EngineChoice;
import dev.mptunnel.core.TrafficClass;
import dev.mptunnel.harness.Await;
import dev.mptunnel.harness.Seed;
import dev.mptunnel.net.DatagramEngine;
import dev.mptunnel.net.DatagramHandler;
import dev.mptunnel.net.DatagramPort;
import dev.mptunnel.net.Engines;
import dev.mptunnel.net.PortOptions;
import dev.mptunnel.secret.SharedSeed;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What the programs leave to the garbage collector for each datagram that goes to the target and
 * comes back, on the native engine: what the JDK's cipher does for a seal and an open, and no more.
 */
class AllocationTest {

  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final int PATHS = 3;
  private static final int BATCH = 32;

  private static final int ROUND = 10_000;

  /** Expedited forwarding, and heeding marks of congestion. */
  private static final int MARKED = 46 << 2 | TrafficClass.ECT_0;

  /**
   * Rounds at the most. In the first ones code is interpreted, classes are loaded and buffers grow;
   * the steady state begins at the latest when the memory for repair has its full size.
   */
  private static final int ROUNDS = 20;

  /** For what happens from time to time, pings above all. */
  private static final int SMALL_CHANGE_BYTES = 40;

  /**
   * The same at three bridges together, which each datagram passes both ways: less than six objects
   * of the least size.
   */
  private static final int BRIDGES_BYTES = 2 * SMALL_CHANGE_BYTES;

  /** What a seal or an open costs, by the cipher of the JDK. */
  private static final int CIPHER_BYTES = 1_200;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  @ParameterizedTest
  @CsvSource({"false, 200, true", "true, 1200, false"})
  void aDatagramLeavesNoGarbageButTheCiphers(boolean sealed, int bytes, boolean marked)
      throws IOException {
    int carried = marked ? TrafficClass.DSCP | TrafficClass.ECN : 0;
    SharedSeed secret = sealed ? SharedSeed.random(Seed.ofRun().generator()) : null;
    try (DatagramEngine others = nativeEngine()) {
      DatagramPort target = others.open(anywhere().withCarried(carried), new Echo());
      try (LocalTunnel tunnel = LocalTunnel.direct(target.localAddress(), PATHS, secret, carried)) {
        Application application = new Application(bytes);
        DatagramPort port =
            others.open(PortOptions.connected(tunnel.entry()).withCarried(carried), application);
        int mostBytes = SMALL_CHANGE_BYTES + (sealed ? 2 * CIPHER_BYTES : 0);
        Garbage garbage = garbageOfRound(tunnel, application, others, port);
        for (int i = 1; i < ROUNDS && garbage.isMore(mostBytes); i++) {
          garbage = garbageOfRound(tunnel, application, others, port);
        }
        System.out.printf(
            "%s, %d bytes: a datagram there and back costs %d bytes at the client, %d at %d"
                + " bridges, %d at the server%n",
            sealed ? "sealed" : "plain",
            bytes,
            garbage.client,
            garbage.bridges,
            PATHS,
            garbage.server);
        assertFalse(garbage.isMore(mostBytes), garbage + ", more than " + mostBytes);
        assertEquals(MARKED & carried, application.lastClass);
      }
    }
  }

  /** Bytes for each datagram. */
  private record Garbage(long client, long bridges, long server) {

    boolean isMore(int mostBytes) {
      return client > mostBytes || server > mostBytes || bridges > BRIDGES_BYTES;
    }
  }

  private static Garbage garbageOfRound(
      LocalTunnel tunnel, Application application, DatagramEngine engine, DatagramPort port) {
    long client = allocated(tunnel, "mpclient");
    long bridges = allocated(tunnel, "bridge");
    long server = allocated(tunnel, "mpserver");
    application.exchange(engine, port, ROUND);
    return new Garbage(
        (allocated(tunnel, "mpclient") - client) / ROUND,
        (allocated(tunnel, "bridge") - bridges) / ROUND,
        (allocated(tunnel, "mpserver") - server) / ROUND);
  }

  private static DatagramEngine nativeEngine() {
    try {
      return Engines.open(EngineChoice.NATIVE, "others");
    } catch (IOException e) {
      return Assumptions.abort(e.getMessage());
    }
  }

  private static PortOptions anywhere() {
    return PortOptions.at(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
        .withBufferBytes(4 << 20);
  }

  private static long allocated(LocalTunnel tunnel, String program) {
    return tunnel.threads(program).stream().mapToLong(THREADS::getThreadAllocatedBytes).sum();
  }

  private static class Echo implements DatagramHandler {

    @Override
    public void onDatagram(DatagramPort port, InetSocketAddress source, ByteBuffer datagram) {
      port.send(datagram, source, port.trafficClass());
    }

    @Override
    public void onBatchEnd(DatagramPort port) {
      port.flush();
    }

    @Override
    public void onError(DatagramPort port, IOException error) {
      throw new AssertionError(error);
    }
  }

  /** Sends a batch when the one before has come back. */
  private static final class Application extends Echo {

    private final ByteBuffer datagram;
    private int left;
    private int underWay;
    private int lastClass;
    private CountDownLatch done;

    Application(int bytes) {
      datagram = ByteBuffer.allocate(bytes);
    }

    void exchange(DatagramEngine engine, DatagramPort port, int datagrams) {
      CountDownLatch all = new CountDownLatch(1);
      engine.runAndWait(
          () -> {
            left = datagrams;
            done = all;
            send(port);
          });
      Await.until("all answers", LIMIT, () -> all.getCount() == 0);
    }

    private void send(DatagramPort port) {
      for (; underWay < BATCH && left > 0; left--) {
        port.send(datagram, null, MARKED);
        underWay++;
      }
      port.flush();
    }

    @Override
    public void onDatagram(DatagramPort port, InetSocketAddress source, ByteBuffer answer) {
      underWay--;
      lastClass = port.trafficClass();
    }

    @Override
    public void onBatchEnd(DatagramPort port) {
      if (underWay == 0 && left == 0) {
        done.countDown();
      } else if (underWay == 0) {
        send(port);
      }
    }
  }
}
