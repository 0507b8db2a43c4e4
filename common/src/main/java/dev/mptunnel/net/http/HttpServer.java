package dev.mptunnel.net.http;

import dev.mptunnel.config.HostPort;
import dev.mptunnel.net.http.Refusals.Reason;
import dev.mptunnel.observe.ServingFigures;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpServerCodec;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;

/**
 * Serves a {@link Site} over HTTP/1.1, to few, on one thread of its own that moves nothing else:
 * how many connections there are, how long each takes, and how long a request may be, has a limit.
 */
public final class HttpServer implements AutoCloseable {

  static final int CONNECTIONS = 32;

  /** That have not shown the token; a browser opens six. */
  static final int STRANGERS_OF_HOST = 8;

  static final int STREAMS = 16;

  /** Long answers that are made, or being taken. */
  static final int LONG_ANSWERS = 2;

  private static final int MAX_LINE_BYTES = 2 << 10;
  private static final int MAX_HEADER_BYTES = 8 << 10;
  private static final int BACKLOG = 64;
  private static final WriteBufferWaterMark KEPT = new WriteBufferWaterMark(32 << 10, 64 << 10);

  private final EventLoopGroup group;
  private final Site site;
  private final Gate gate;
  private final Times times;
  private final Refusals refusals = new Refusals();
  private final List<Channel> listeners = new ArrayList<>();

  // On the group's one thread, read from others. The one that was answered longest ago is first.
  private final LinkedHashSet<HttpConnection> connections = new LinkedHashSet<>();
  private volatile int connected;
  private volatile int streaming;

  /** Whether it will be looked for what there is to send. */
  private final AtomicBoolean isPublishing = new AtomicBoolean();

  /**
   * How long is waited.
   *
   * @param requestNanos for a request that has begun, or a connection's first
   * @param idleNanos for the next one
   * @param takenNanos for an answer, or an event, to be taken
   */
  record Times(long requestNanos, long idleNanos, long takenNanos) {

    private static final Times USUAL =
        new Times(
            TimeUnit.SECONDS.toNanos(10),
            TimeUnit.SECONDS.toNanos(60),
            TimeUnit.SECONDS.toNanos(10));
  }

  private HttpServer(List<HostPort> listen, String token, Site site, Times times) {
    this.site = site;
    this.times = times;
    gate =
        new Gate(
            listen.stream().map(at -> Gate.name(at.host())).collect(Collectors.toSet()), token);
    ThreadFactory threads = Thread.ofPlatform().daemon().name("status http").factory();
    group = new MultiThreadIoEventLoopGroup(1, threads, NioIoHandler.newFactory());
  }

  /**
   * Serves from now on.
   *
   * @param token what who asks must know, or null
   * @throws IOException when an address cannot be used; the message is for the user
   */
  public static HttpServer open(List<HostPort> listen, String token, Site site) throws IOException {
    return open(listen, token, site, Times.USUAL);
  }

  static HttpServer open(List<HostPort> listen, String token, Site site, Times times)
      throws IOException {
    HttpServer server = new HttpServer(listen, token, site, times);
    boolean done = false;
    try {
      for (HostPort at : listen) {
        server.listen(at, token != null);
      }
      done = true;
      return server;
    } finally {
      if (!done) {
        server.close();
      }
    }
  }

  private void listen(HostPort at, boolean hasToken) throws IOException {
    InetSocketAddress address = resolve(at);
    if (!hasToken && !Gate.isLoopback(address)) {
      throw new IOException(
          "status = " + at + " is not of this machine alone; set status-token too");
    }
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(group)
            .channel(NioServerSocketChannel.class)
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, KEPT)
            .childHandler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    accept(channel);
                  }
                });
    ChannelFuture bound = bootstrap.bind(address).awaitUninterruptibly();
    if (bound.cause() != null) {
      throw new IOException("status = " + at + ": " + bound.cause().getMessage(), bound.cause());
    }
    listeners.add(bound.channel());
  }

  private static InetSocketAddress resolve(HostPort at) throws IOException {
    try {
      InetAddress host =
          at.isAny() ? InetAddress.ofLiteral("::") : InetAddress.getByName(at.host());
      return new InetSocketAddress(host, at.port());
    } catch (UnknownHostException e) {
      throw new IOException(
          "status = " + at + ": " + at.host() + " does not resolve; give an address", e);
    }
  }

  private void accept(Channel channel) {
    HttpDecoderConfig limits =
        new HttpDecoderConfig()
            .setMaxInitialLineLength(MAX_LINE_BYTES)
            .setMaxHeaderSize(MAX_HEADER_BYTES);
    HttpConnection connection = new HttpConnection(this, site, gate, times, refusals);
    channel.pipeline().addLast(connection.clock(), new HttpServerCodec(limits), connection);
  }

  /** A connection begins, perhaps in another one's place. @return false if there are too many */
  boolean enter(HttpConnection connection) {
    if (!makeRoom(connection.host())) {
      return false;
    }
    connections.add(connection);
    connected = connections.size();
    return true;
  }

  /** Strangers give way, whatever they do, before those who know the token and do nothing. */
  private boolean makeRoom(ByteBuffer host) {
    List<HttpConnection> strangers = connections.stream().filter(each -> !each.isKnown()).toList();
    List<HttpConnection> ofHost =
        strangers.stream().filter(each -> each.host().equals(host)).toList();
    if (gate.hasToken() && ofHost.size() >= STRANGERS_OF_HOST) {
      ofHost.getFirst().giveWay(Reason.STRANGERS, STRANGERS_OF_HOST);
    }
    if (connections.size() < CONNECTIONS) {
      return true;
    }
    Optional<HttpConnection> first =
        strangers.isEmpty()
            ? connections.stream().filter(HttpConnection::isIdle).findFirst()
            : Optional.of(strangers.getFirst());
    first.ifPresent(its -> its.giveWay(Reason.CONNECTIONS, CONNECTIONS));
    return first.isPresent();
  }

  /** It has been answered. */
  void answered(HttpConnection connection) {
    connections.addLast(connection);
  }

  /** It has ended. */
  void leave(HttpConnection connection) {
    connections.remove(connection);
    connected = connections.size();
    countStreams();
  }

  /** A stream of events would begin. @return false if there are too many */
  boolean mayStream() {
    return streaming < STREAMS;
  }

  /** A long answer would be made. @return false if there are too many */
  boolean mayAnswerLong() {
    return connections.stream().filter(HttpConnection::takesLong).count() < LONG_ANSWERS;
  }

  void countStreams() {
    streaming = (int) connections.stream().filter(HttpConnection::isStream).count();
  }

  /** There is something new to send on the streams of events. From any thread. */
  public void publish() {
    if (streaming > 0 && !isPublishing.getAndSet(true)) {
      try {
        group.execute(this::sendEvents);
      } catch (RejectedExecutionException e) {
        // It ends.
      }
    }
  }

  private void sendEvents() {
    isPublishing.set(false);
    List.copyOf(connections).forEach(HttpConnection::sendEvents);
  }

  /** Where it listens, with the ports that were really given. */
  public List<InetSocketAddress> addresses() {
    return listeners.stream().map(each -> (InetSocketAddress) each.localAddress()).toList();
  }

  /** What it has now. From any thread. */
  public ServingFigures figures() {
    return new ServingFigures(connected, streaming, refusals.count());
  }

  /** Closes all; returns when done. */
  @Override
  public void close() {
    group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
  }
}
