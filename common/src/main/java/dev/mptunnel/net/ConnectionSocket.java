package dev.mptunnel.net;

import dev.mptunnel.stream.Connection;
import dev.mptunnel.stream.StreamError;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/**
 * An application's TCP connection, or one to a target, and the {@link Connection} that it is one
 * end of. What comes faster than the other side takes it waits in the kernel.
 */
public final class ConnectionSocket implements StreamHandler, ConnectionEnd {

  private final StriperDriver driver;
  private final Connection connection;
  private final Runnable whenClosed;
  private StreamSocket dialled;
  private StreamSocket socket;
  private ByteBuffer held;
  private boolean inputEnded;
  private boolean outputEnded;
  private boolean over;

  ConnectionSocket(StriperDriver driver, Connection connection) {
    this(driver, connection, () -> {});
  }

  /**
   * @param whenClosed is run once the socket has been closed
   */
  ConnectionSocket(StriperDriver driver, Connection connection, Runnable whenClosed) {
    this.driver = driver;
    this.connection = connection;
    this.whenClosed = whenClosed;
    connection.attach(this);
  }

  /** The socket, which is to be connected. */
  void dial(StreamSocket socketToBe) {
    dialled = socketToBe;
  }

  /** The socket, which is connected. */
  void start(StreamSocket connected) {
    socket = connected;
    socket.setHandler(this);
    if (over || connection.isReset()) {
      over = true;
      socket.abort();
      return;
    }
    socket.setReading(true);
    onReadable();
    driver.wake(); // what was read makes room
  }

  /** Where it leads, or null where it is not connected. */
  InetSocketAddress remote() {
    return socket == null ? null : socket.remoteAddress();
  }

  // --- from the socket ---

  @Override
  public void onConnected(StreamSocket connected) {
    driver.connected(connection);
    start(connected);
  }

  @Override
  public void onRead(StreamSocket from, ByteBuffer bytes) {
    if (over) {
      return;
    }
    if (held == null) {
      connection.write(bytes);
    }
    if (bytes.hasRemaining()) {
      socket.setReading(false);
      hold(bytes);
    }
    driver.wake();
  }

  private void hold(ByteBuffer bytes) {
    int before = held == null ? 0 : held.remaining();
    ByteBuffer all = ByteBuffer.allocate(before + bytes.remaining());
    if (held != null) {
      all.put(held);
    }
    held = all.put(bytes).flip();
  }

  @Override
  public void onFinished(StreamSocket from) {
    inputEnded = true;
    if (held == null && !over) {
      connection.finish();
      driver.wake();
    }
  }

  @Override
  public void onWritable(StreamSocket to) {
    if (!over) {
      onReadable();
      driver.wake();
    }
  }

  @Override
  public void onClosed(StreamSocket closed, IOException cause) {
    whenClosed.run();
    if (over) {
      return;
    }
    over = true;
    int code = StreamError.ABORTED;
    if (socket == null) {
      code = NetworkErrors.isNobodyThere(cause) ? StreamError.REFUSED : StreamError.UNREACHABLE;
      driver.notConnected(connection, cause);
    }
    connection.reset(code);
    driver.wake();
  }

  // --- from the connection ---

  @Override
  public void onRoom() {
    if (over || held == null) {
      return;
    }
    connection.write(held);
    if (held.hasRemaining()) {
      return;
    }
    held = null;
    if (inputEnded) {
      connection.finish();
    } else {
      socket.setReading(true);
    }
  }

  @Override
  public void onReadable() {
    if (over || socket == null) {
      return;
    }
    ByteBuffer scratch = driver.buffers().application();
    while (socket.isWritable() && connection.readableBytes() > 0) {
      connection.read(scratch.clear());
      boolean written = false;
      try {
        socket.write(scratch.flip());
        written = true;
      } finally {
        if (!written) { // no memory is left, for one: rather no stream than one with a hole
          socket.abort();
        }
      }
    }
    socket.flush();
    if (connection.isAtEnd() && !outputEnded) {
      outputEnded = true;
      socket.finish();
    }
  }

  @Override
  public void onReset(int code) {
    over = true;
    if (socket != null) {
      socket.abort();
    } else if (dialled != null) {
      dialled.abort();
    }
  }

  @Override
  public void onDone() {
    over = true;
    socket.close();
  }
}
