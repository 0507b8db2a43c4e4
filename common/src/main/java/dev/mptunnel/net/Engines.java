package dev.mptunnel.net;

import dev.mptunnel.config.EngineChoice;
import dev.mptunnel.config.TcpEngineChoice;
import java.io.IOException;

/** Opens the engine that a person asked for, loading no classes of the others. */
public final class Engines {

  private Engines() {}

  /**
   * Opens an engine and starts its thread, which is not a daemon: it runs until {@link
   * DatagramEngine#close}.
   *
   * @param choice which; automatic is epoll where there is one, since for UDP it measured better
   *     than io_uring, and NIO elsewhere
   * @param threadName what the engine's thread is called
   * @throws IOException when the choice is not available here; the message is one line
   */
  public static DatagramEngine open(EngineChoice choice, String threadName) throws IOException {
    return new NettyEngine(transport(choice), threadName);
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
        if (System.getProperty("os.name", "").startsWith("Linux")) {
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

  private static Transport transport(EngineChoice choice) throws IOException {
    return switch (choice) {
      case AUTO -> automatic();
      case EPOLL -> EpollTransport.load();
      case IO_URING -> IoUringTransport.load();
      case NIO -> new NioTransport();
    };
  }

  private static Transport automatic() {
    if (!System.getProperty("os.name", "").startsWith("Linux")) {
      return new NioTransport();
    }
    try {
      return EpollTransport.load();
    } catch (IOException e) {
      return new NioTransport();
    }
  }
}
