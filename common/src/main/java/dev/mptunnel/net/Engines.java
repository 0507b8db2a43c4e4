package dev.mptunnel.net;

import java.io.IOException;

/** Opens the engine that a person asked for, loading no classes of the others. */
public final class Engines {

  private Engines() {}

  /**
   * Opens an engine and starts its thread, which is not a daemon: it runs until {@link
   * DatagramEngine#close}.
   *
   * @param choice {@code auto}, {@code epoll}, {@code io_uring} or {@code nio}; {@code auto} is
   *     epoll where there is one, since for UDP it measured better than io_uring, and NIO elsewhere
   * @param threadName what the engine's thread is called
   * @throws IOException when the choice is unknown, or not available here; the message is one line
   */
  public static DatagramEngine open(String choice, String threadName) throws IOException {
    return new NettyEngine(transport(choice), threadName);
  }

  private static Transport transport(String choice) throws IOException {
    return switch (choice) {
      case "auto" -> automatic();
      case "epoll" -> EpollTransport.load();
      case "io_uring" -> IoUringTransport.load();
      case "nio" -> new NioTransport();
      default ->
          throw new IOException(
              "engine " + choice + ": unknown; expected auto, epoll, io_uring or nio");
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
