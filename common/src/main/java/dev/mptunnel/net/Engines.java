package dev.mptunnel.net;

import dev.mptunnel.config.EngineChoice;
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
