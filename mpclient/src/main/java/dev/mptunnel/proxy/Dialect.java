package dev.mptunnel.proxy;

import io.netty.buffer.ByteBuf;

/** One of the protocols that a proxy is spoken to in. */
interface Dialect {

  /**
   * Takes what the application says.
   *
   * @param bytes become the dialect's
   * @param told what follows from it
   */
  void take(ByteBuf bytes, Told told);

  /** Frees what it keeps. */
  void close();

  /** What follows from what was said. */
  interface Told {

    /** Say this. */
    void answer(byte[] bytes);

    /** That is what the application wants; nothing more is said to the dialect. */
    void asks(Request request);

    /** It says nothing more that is of use. */
    void over();

    /** Behind what the application wants comes this. */
    void behind(ByteBuf bytes);
  }
}
