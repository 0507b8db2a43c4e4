package dev.mptunnel.architecture;

import dev.mptunnel.net.DatagramPort;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;

/**
 * One class for each thing that must not be done, to see that the rules notice; and one good one.
 */
final class Violations {

  static final class OpensSocket {
    Object open() throws SocketException {
      return new DatagramSocket();
    }
  }

  record HoldsChannel(DatagramChannel channel) {}

  record HoldsPort(DatagramPort port) {}

  record KnowsNetty(io.netty.channel.Channel channel) {}

  record NamesFile(Path path) {}

  record Logs(Logger logger) {}

  record HasExecutor(Executor executor) {}

  record HasLock(ReentrantLock lock) {}

  static final class StartsThread {
    void start(Runnable task) {
      Thread.ofVirtual().start(task);
    }
  }

  static final class Synchronizes {
    synchronized int answer() {
      return 42;
    }
  }

  static final class ReadsNanoTime {
    final LongSupplier clock = System::nanoTime;
  }

  static final class ReadsInstant {
    Instant now() {
      return Instant.now();
    }
  }

  static final class Prints {
    void print() {
      System.out.println();
    }
  }

  static final class MakesRandom {
    RandomGenerator random() {
      return new Random(1);
    }
  }

  static final class UsesThreadLocalRandom {
    int random() {
      return ThreadLocalRandom.current().nextInt();
    }
  }

  static final class UsesMathRandom {
    double random() {
      return Math.random();
    }
  }

  static final class MakesUuid {
    UUID random() {
      return UUID.randomUUID();
    }
  }

  static final class TakesDefaultRandom {
    RandomGenerator random() {
      return RandomGenerator.getDefault();
    }
  }

  static final class ResolvesName {
    InetAddress resolve() throws UnknownHostException {
      return InetAddress.getByName("localhost");
    }
  }

  static final class ResolvesByConstructor {
    InetSocketAddress resolve() {
      return new InetSocketAddress("localhost", 1);
    }
  }

  @SuppressWarnings("NonFinalStaticField")
  static final class HasStaticField {
    static int count;
  }

  static final class HasStaticMap {
    static final HashMap<String, String> TABLE = new HashMap<>();
  }

  static final class HasStaticBuffer {
    static final ByteBuffer SCRATCH = ByteBuffer.allocate(1);
  }

  static final class FindsClass {
    Class<?> find() throws ClassNotFoundException {
      return Class.forName("java.lang.String");
    }
  }

  static final class CallsMethod {
    Object call() throws ReflectiveOperationException {
      return String.class.getMethod("isEmpty").invoke("");
    }
  }

  /** All that the core may do, and might be suspected for. */
  record Harmless(InetSocketAddress remote, RandomGenerator random, List<String> names) {

    static final int[] TABLE = {1, 2, 3};

    long after(long nowNanos, Duration delay) {
      byte[] copy = new byte[3];
      System.arraycopy(
          names.getFirst().getBytes(java.nio.charset.StandardCharsets.UTF_8), 0, copy, 0, 3);
      ByteBuffer.wrap(copy).putLong(0, random.nextLong());
      return nowNanos + delay.toNanos() + TimeUnit.SECONDS.toNanos(TABLE[0]) + remote.getPort();
    }
  }

  private Violations() {}
}
