package dev.mptunnel.api;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Objects;

/** A connection, written as a stream. */
final class ConnectionOutputStream extends OutputStream {

  private final Connection connection;

  ConnectionOutputStream(Connection connection) {
    this.connection = connection;
  }

  @Override
  public void write(int one) throws IOException {
    write(new byte[] {(byte) one}, 0, 1);
  }

  @Override
  public void write(byte[] from, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, from.length);
    connection.write(ByteBuffer.wrap(from, offset, length));
  }

  @Override
  public void close() {
    connection.close();
  }
}
