package dev.mptunnel.net;

import dev.mptunnel.stream.Tunnel;
import dev.mptunnel.stream.TunnelLink;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/** A TCP connection that is, or is to be, a tunnel of a session. */
public final class TunnelSocket implements StreamHandler, TunnelLink.Handler {

  private static final ByteBuffer NO_FRAMES = ByteBuffer.allocate(0);

  /** What becomes of a tunnel, told to who wants to have it. */
  public interface Owner {

    /** It is in the session. */
    void onJoined(TunnelSocket tunnel);

    /**
     * It is closed, and is not one any more.
     *
     * @param cause why, or null
     */
    void onLeft(TunnelSocket tunnel, IOException cause);
  }

  private final StriperDriver driver;
  private final String name;
  private final TunnelLink link;
  private final Owner owner;
  private StreamSocket socket;
  private Tunnel tunnel;
  private boolean greeted;
  private boolean broken;
  private boolean retired;
  private long sentBytes;
  private long receivedBytes;

  TunnelSocket(StriperDriver driver, String name, TunnelLink link, Owner owner) {
    this.driver = driver;
    this.name = name;
    this.link = link;
    this.owner = owner;
  }

  /** What to call it. */
  public String name() {
    return name;
  }

  /** Where it leads to; of one that has joined. */
  InetSocketAddress remote() {
    return socket.remoteAddress();
  }

  TunnelLink link() {
    return link;
  }

  Tunnel tunnel() {
    return tunnel;
  }

  long sentBytes() {
    return sentBytes;
  }

  long receivedBytes() {
    return receivedBytes;
  }

  /** The socket is connected, and has its handler. */
  void start(StreamSocket connected) {
    socket = connected;
    send(link.greeting());
    greet();
    socket.flush();
    socket.setReading(true);
  }

  private boolean send(ByteBuffer bytes) {
    sentBytes += bytes.remaining();
    return socket.write(bytes);
  }

  private void greet() {
    if (!greeted && link.hasKeys()) {
      greeted = true;
      send(link.seal(driver.now(), NO_FRAMES));
      socket.flush();
    }
  }

  /** Sends a record. @return whether it takes another one */
  boolean transmit(ByteBuffer frames) {
    return send(link.seal(driver.now(), frames));
  }

  void flush() {
    if (socket != null) {
      socket.flush();
    }
  }

  /** Ends it at once: what it had under way goes out on others. */
  public void abort() {
    retired = true;
    if (socket != null) {
      socket.abort();
    }
  }

  @Override
  public void onConnected(StreamSocket connected) {
    start(connected);
    if (retired) {
      connected.abort();
    }
  }

  @Override
  public void onRead(StreamSocket from, ByteBuffer bytes) {
    if (broken) {
      return;
    }
    receivedBytes += bytes.remaining();
    if (!link.receive(driver.now(), bytes, this)) {
      broken = true;
      driver.countBroken(link.isJoined());
      socket.abort();
    } else {
      greet();
    }
  }

  @Override
  public void onJoined() {
    tunnel = driver.join(this);
    if (tunnel != null) {
      owner.onJoined(this);
    }
  }

  @Override
  public boolean onRecord(ByteBuffer frames) {
    driver.wake();
    return tunnel != null && driver.receive(tunnel, frames);
  }

  @Override
  public void onWritable(StreamSocket to) {
    if (tunnel != null) {
      driver.onWritable(tunnel);
    }
  }

  @Override
  public void onFinished(StreamSocket from) {
    from.abort();
  }

  @Override
  public void onClosed(StreamSocket closed, IOException cause) {
    driver.leave(this);
    owner.onLeft(this, cause);
  }

  /** Does what has become due. @return when something will be due next */
  long onTimer(long now) {
    if (now >= link.deathNanos()) {
      abort();
      return Long.MAX_VALUE;
    }
    if (socket == null || !link.hasKeys()) {
      return link.deathNanos();
    }
    if (now >= link.nextSendNanos()) {
      send(link.seal(now, NO_FRAMES));
      socket.flush();
    }
    return Math.min(link.deathNanos(), link.nextSendNanos());
  }
}
