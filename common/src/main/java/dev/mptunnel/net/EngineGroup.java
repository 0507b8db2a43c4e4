package dev.mptunnel.net;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * The loops of a program: the engine that it was given, and others of its kind beside it, whose
 * sockets share ports. Where the engine or the kernel does not do that there is the one, and a line
 * in the log says so.
 */
public final class EngineGroup implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(EngineGroup.class);

  /** As many as the machine should have; see {@link #automatic}. */
  public static final int AUTO = 0;

  /** More at once cost more than they bring: the kernel's part and others want processors too. */
  private static final int MOST_AUTOMATIC = 8;

  private final DatagramEngine first;
  private final List<DatagramEngine> further = new ArrayList<>();
  private final CompletableFuture<Void> ended = new CompletableFuture<>();

  private EngineGroup(DatagramEngine first) {
    this.first = first;
  }

  /**
   * Opens a group.
   *
   * @param first the engine that is there already, which stays its owner's to close
   * @param loops how many there are to be, or {@link #AUTO}
   * @param threadName what the threads of the others are called, each with its number behind it
   * @param at where the sockets will be that share a port; tried out at another port of it
   * @param bySession whether the kernel is to steer packets by their session
   */
  public static EngineGroup open(
      DatagramEngine first, int loops, String threadName, InetSocketAddress at, boolean bySession) {
    int processors = Runtime.getRuntime().availableProcessors();
    int wanted = loops == AUTO ? automatic(processors) : loops;
    EngineGroup group = new EngineGroup(first);
    boolean done = false;
    try {
      for (int i = 2; i <= wanted; i++) {
        group.add(first.another(threadName + " " + i));
      }
      if (wanted > 1) {
        group.rehearse(at, bySession);
      }
      if (wanted > 1 && wanted >= processors && first.pollsBusily()) {
        LOG.warn(
            "busy-poll with {} loops may keep all {} processors busy, and leaves the kernel none",
            wanted,
            processors);
      }
      done = true;
      return group;
    } catch (IOException e) {
      // Nobody has asked for several who has left it to us.
      Level level = loops == AUTO ? Level.INFO : Level.WARN;
      LOG.atLevel(level).log("one loop instead of {}: {}", wanted, e.getMessage());
      return new EngineGroup(first);
    } finally {
      if (!done) {
        group.close();
      }
    }
  }

  /**
   * How many loops a machine should have: half as many as processors, at most 8. The other half is
   * for the kernel's part of receiving, for TCP, and for what runs beside us.
   */
  static int automatic(int processors) {
    return Math.clamp(processors / 2, 1, MOST_AUTOMATIC);
  }

  private void add(DatagramEngine engine) {
    further.add(engine);
    CompletableFuture<Void> _ = engine.ended().thenRun(() -> ended.complete(null));
  }

  /** Shares a port for a moment as those will be shared that count. */
  private void rehearse(InetSocketAddress at, boolean bySession) throws IOException {
    List<DatagramPort> ports = new ArrayList<>();
    try {
      PortOptions options = PortOptions.at(new InetSocketAddress(at.getAddress(), 0));
      for (DatagramEngine engine : engines()) {
        Sharing sharing = ports.isEmpty() ? Sharing.FIRST : Sharing.FURTHER;
        ports.add(engine.open(options.shared(sharing), IGNORING));
        options = options.withLocalPort(ports.getFirst().localAddress().getPort());
      }
      if (bySession) {
        steer(ports.getFirst(), ports.size());
      }
    } finally {
      for (int i = 0; i < ports.size(); i++) {
        engines().get(i).runAndWait(ports.get(i)::close);
      }
    }
  }

  private void steer(DatagramPort port, int sockets) throws IOException {
    IOException refused =
        first
            .call(
                () -> {
                  try {
                    port.steerBySession(sockets);
                    return null;
                  } catch (IOException e) {
                    return e;
                  }
                })
            .join();
    if (refused != null) {
      throw refused;
    }
  }

  /** All of them; the one that was given comes first. */
  public List<DatagramEngine> engines() {
    List<DatagramEngine> all = new ArrayList<>();
    all.add(first);
    all.addAll(further);
    return all;
  }

  /** Done when one of those beside the first has ended. From any thread. */
  public CompletableFuture<Void> ended() {
    return ended.copy();
  }

  /** Closes those beside the first. */
  @Override
  public void close() {
    Closing closing = new Closing();
    further.forEach(engine -> closing.then(engine::close));
    closing.end();
  }

  private static final DatagramHandler IGNORING =
      new DatagramHandler() {
        @Override
        public void onDatagram(DatagramPort port, InetSocketAddress source, ByteBuffer datagram) {}

        @Override
        public void onBatchEnd(DatagramPort port) {}

        @Override
        public void onError(DatagramPort port, IOException error) {}
      };
}
