package dev.mptunnel.api;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Objects;

/** A connection, read as a stream. */
final class ConnectionInputStream extends InputStream {

  private final Connection connection;

  ConnectionInputStream(Connection connection) {
    this.connection = connection;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, into.length);
    return connection.read(ByteBuffer.wrap(into, offset, length));
  }

  @Override
  public int available() throws IOException {
    return connection.available();
  }

  @Override
  public void close() {
    connection.close();
  }
}
