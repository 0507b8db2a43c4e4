package dev.mptunnel.proxy;

import dev.mptunnel.config.ProxyUser;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.CodecException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;

/**
 * The opening of one application: from its first byte, which tells what it speaks, to what it
 * wants. What is kept of it is bounded; how long it may take is for whoever feeds it to say.
 */
public final class Opening {

  /** More than any protocol needs. */
  static final int MAX_BYTES = 16 << 10;

  /** How far it has come. */
  public enum State {
    /** There is more to come. */
    MORE,
    /** {@link #request} says what it wants. */
    ASKS,
    /** All was said; the connection is to be closed. */
    OVER
  }

  private final ProxyUser user;
  private final ProxyPlace place;
  private final ByteArrayOutputStream answer = new ByteArrayOutputStream();
  private final ByteArrayOutputStream behind = new ByteArrayOutputStream();
  private Dialect dialect;
  private State state = State.MORE;
  private Request request;
  private int takenBytes;

  /**
   * @param user who the application must be, or null for anybody
   * @param place where the proxy is, for whoever asks how to use it
   */
  public Opening(ProxyUser user, ProxyPlace place) {
    this.user = user;
    this.place = place;
  }

  /** Takes what the application says. What {@link #answer} gives then is to be sent. */
  public State take(ByteBuffer bytes) {
    if (state != State.MORE || !bytes.hasRemaining()) {
      return state;
    }
    takenBytes += bytes.remaining();
    if (dialect == null) {
      dialect = dialect(bytes.get(bytes.position()) & 0xff);
    }
    if (dialect == null) {
      state = State.OVER;
      return state;
    }
    try {
      dialect.take(Unpooled.copiedBuffer(bytes), new Listener());
    } catch (CodecException malformed) {
      state = State.OVER;
    }
    if (state == State.MORE && takenBytes > MAX_BYTES) {
      state = State.OVER;
    }
    return state;
  }

  private Dialect dialect(int first) {
    if (first == 5) {
      return new Socks5(user);
    }
    if (first == 4) {
      return new Socks4(user);
    }
    return first >= 'A' && first <= 'Z' ? new HttpConnect(user, place) : null;
  }

  /** What is to be sent now; may be empty. */
  public ByteBuffer answer() {
    ByteBuffer now = ByteBuffer.wrap(answer.toByteArray());
    answer.reset();
    return now;
  }

  /** What the application wants, once it {@link State#ASKS}. */
  public Request request() {
    return request;
  }

  /** What it has said behind that, not waiting for the answer. */
  public ByteBuffer behind() {
    return ByteBuffer.wrap(behind.toByteArray());
  }

  /** Frees what is kept. */
  public void close() {
    if (dialect != null) {
      dialect.close();
    }
  }

  private final class Listener implements Dialect.Told {

    @Override
    public void answer(byte[] bytes) {
      answer.writeBytes(bytes);
    }

    @Override
    public void asks(Request wanted) {
      request = wanted;
      state = State.ASKS;
    }

    @Override
    public void over() {
      state = State.OVER;
    }

    @Override
    public void behind(ByteBuf bytes) {
      if (state == State.ASKS) {
        behind.writeBytes(ByteBufUtil.getBytes(bytes));
      }
      bytes.release();
    }
  }
}
