/** mpclient, and what the library needs of it. */
@SuppressWarnings("module") // the library comes after it
module dev.mptunnel.client {
  requires transitive dev.mptunnel.common;
  requires io.netty.buffer;
  requires io.netty.codec;
  requires io.netty.codec.http;
  requires io.netty.codec.socks;
  requires io.netty.common;
  requires io.netty.transport;
  requires org.slf4j;

  exports dev.mptunnel.client to
      dev.mptunnel;
}
