package dev.mptunnel.net;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/** A connection that could not even be tried. */
record UnopenedSocket(InetSocketAddress remoteAddress) implements StreamSocket {

  @Override
  public InetSocketAddress localAddress() {
    return null;
  }

  @Override
  public void setHandler(StreamHandler handler) {}

  @Override
  public void setReading(boolean reading) {}

  @Override
  public boolean write(ByteBuffer bytes) {
    return false;
  }

  @Override
  public boolean isWritable() {
    return false;
  }

  @Override
  public void flush() {}

  @Override
  public void finish() {}

  @Override
  public void close() {}

  @Override
  public void abort() {}
}
