/** What the programs and the library have in common. */
@SuppressWarnings({"module", "requires-automatic"}) // those that it is for come after it
module dev.mptunnel.common {
  requires java.logging;
  requires jdk.net;
  requires HdrHistogram;
  requires info.picocli;
  requires io.prometheus.writer.text;
  requires io.prometheus.metrics.model;
  requires io.netty.buffer;
  requires io.netty.codec;
  requires io.netty.codec.http;
  requires io.netty.common;
  requires io.netty.transport;
  requires io.netty.transport.classes.epoll;
  requires io.netty.transport.classes.io_uring;
  requires io.netty.transport.unix.common;
  requires org.bouncycastle.provider;
  requires org.slf4j;

  exports dev.mptunnel.access to
      dev.mptunnel,
      dev.mptunnel.client,
      dev.mptunnel.server;
  exports dev.mptunnel.config to
      dev.mptunnel,
      dev.mptunnel.client,
      dev.mptunnel.server;
  exports dev.mptunnel.core to
      dev.mptunnel,
      dev.mptunnel.client,
      dev.mptunnel.server;
  exports dev.mptunnel.crypto to
      dev.mptunnel,
      dev.mptunnel.client,
      dev.mptunnel.server;
  exports dev.mptunnel.dial to
      dev.mptunnel.server;
  exports dev.mptunnel.doctor to
      dev.mptunnel.client,
      dev.mptunnel.server;
  exports dev.mptunnel.log to
      dev.mptunnel.client,
      dev.mptunnel.server;
  exports dev.mptunnel.net to
      dev.mptunnel,
      dev.mptunnel.client,
      dev.mptunnel.server;
  exports dev.mptunnel.observe to
      dev.mptunnel,
      dev.mptunnel.client,
      dev.mptunnel.server;
  exports dev.mptunnel.program to
      dev.mptunnel,
      dev.mptunnel.client,
      dev.mptunnel.server;
  exports dev.mptunnel.secret to
      dev.mptunnel,
      dev.mptunnel.client,
      dev.mptunnel.server;
  exports dev.mptunnel.stream to
      dev.mptunnel,
      dev.mptunnel.client,
      dev.mptunnel.server;
  exports dev.mptunnel.wire to
      dev.mptunnel,
      dev.mptunnel.client,
      dev.mptunnel.server;
}
