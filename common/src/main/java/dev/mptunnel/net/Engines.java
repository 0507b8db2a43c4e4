package dev.mptunnel.net;

import dev.mptunnel.config.EngineChoice;
import dev.mptunnel.config.SocketSettings;
import dev.mptunnel.config.TcpEngineChoice;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens the engine that a person asked for, loading no classes of the others. */
public final class Engines {

  /**
   * A system property: {@code off} has the native engine send and receive each datagram alone,
   * without UDP_SEGMENT and UDP_GRO, so that one can measure what they are worth.
   */
  public static final String JOINING = "mptunnel.joining";

  private Engines() {}

  /**
   * Opens an engine and starts its thread, which is not a daemon: it runs until {@link
   * DatagramEngine#close}.
   *
   * @param choice which; automatic is Linux's own calls, which measured best, else epoll, which for
   *     UDP measured better than io_uring, and NIO elsewhere
   * @param threadName what the engine's thread is called
   * @throws IOException when the choice is not available here; the message is one line
   */
  public static DatagramEngine open(EngineChoice choice, String threadName) throws IOException {
    return openOne(choice, 0, threadName);
  }

  /**
   * Opens an engine for sockets that are set up so.
   *
   * @throws IOException also when it does not do what they need
   */
  public static DatagramEngine open(SocketSettings sockets, String threadName) throws IOException {
    DatagramEngine engine = openOne(sockets.engine(), sockets.busyPollNanos(), threadName);
    boolean isNative = engine.name().equals(NativeEngine.NAME);
    if (sockets.carried() != 0 && !isNative) {
      engine.close();
      throw NetworkErrors.carriesNoMarks(engine.name());
    }
    if (sockets.busyPollNanos() > 0 && !isNative) {
      log().warn("busy-poll does nothing with engine {}", engine.name());
    }
    return engine;
  }

  private static DatagramEngine openOne(EngineChoice choice, long busyPollNanos, String threadName)
      throws IOException {
    return switch (choice) {
      case AUTO -> automatic(busyPollNanos, threadName);
      case NATIVE -> startNative(busyPollNanos, threadName);
      case EPOLL -> new NettyEngine(EpollTransport.load(), threadName);
      case IO_URING -> new NettyEngine(IoUringTransport.load(), threadName);
      case NIO -> new NettyEngine(new NioTransport(), threadName);
    };
  }

  /** Has done what takes longest when the first engine is opened; from any thread. */
  public static void prepare() {
    BootClock.orMonotonic();
  }

  private static Logger log() {
    return LoggerFactory.getLogger(Engines.class); // only once the log has been installed
  }

  private static NativeEngine startNative(long busyPollNanos, String threadName)
      throws IOException {
    boolean joins = !System.getProperty(JOINING, "on").equals("off");
    BusyPoll busyPoll = new BusyPoll(busyPollNanos);
    return NativeEngine.start(threadName, BootClock.orMonotonic(), busyPoll, joins);
  }

  private static DatagramEngine automatic(long busyPollNanos, String threadName) {
    if (isLinux()) {
      try {
        return startNative(busyPollNanos, threadName);
      } catch (IOException e) {
        log().debug("{}", e.getMessage());
      }
      try {
        return new NettyEngine(EpollTransport.load(), threadName);
      } catch (IOException e) {
        log().debug("{}", e.getMessage());
      }
    }
    return new NettyEngine(new NioTransport(), threadName);
  }

  private static boolean isLinux() {
    return System.getProperty("os.name", "").startsWith("Linux");
  }

  /**
   * Whether this is a Linux whose structures are laid out as 64-bit processors have them, and whose
   * {@link SystemCalls} are known.
   */
  static boolean is64BitLinux() {
    return isLinux()
        && switch (System.getProperty("os.arch", "")) {
          case "amd64", "x86_64", "aarch64", "riscv64", "loongarch64" -> true;
          default -> false;
        };
  }

  /**
   * Opens an engine of TCP sockets, as {@link #open} does for UDP.
   *
   * @param choice which; automatic is io_uring where there is one, since for TCP it measured best,
   *     and NIO elsewhere. Not epoll: Netty's, as of 4.2.18, breaks connections that are half
   *     closed
   */
  public static StreamEngine openStreams(TcpEngineChoice choice, String threadName)
      throws IOException {
    return new NettyStreamEngine(streamTransport(choice), threadName);
  }

  private static StreamTransport streamTransport(TcpEngineChoice choice) throws IOException {
    return switch (choice) {
      case IO_URING -> {
        StreamTransport.IO_URING.load();
        yield StreamTransport.IO_URING;
      }
      case NIO -> StreamTransport.NIO;
      case AUTO -> {
        if (isLinux()) {
          try {
            StreamTransport.IO_URING.load();
            yield StreamTransport.IO_URING;
          } catch (IOException e) {
            // As in a container that does not let it through.
          }
        }
        yield StreamTransport.NIO;
      }
    };
  }
}
