package dev.mptunnel.net.http;

import dev.mptunnel.net.http.Refusals.Reason;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/** One connection: a request at a time, or, in the end, a stream of events. */
final class HttpConnection extends SimpleChannelInboundHandler<HttpObject> {

  /** Nothing but our own files and answers; styles that scripts set are none of markup. */
  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
          + " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

  private final HttpServer server;
  private final Site site;
  private final Gate gate;
  private final HttpServer.Times times;
  private final Refusals refusals;

  private ChannelHandlerContext context;
  private Future<?> deadline;
  private ByteBuffer host;
  private boolean isEntered;
  private boolean isKnown;
  private boolean isIdle;
  private boolean isBusy;
  private boolean takesLong;
  private Site.Feed feed;
  private long waitsSinceNanos;

  HttpConnection(
      HttpServer server, Site site, Gate gate, HttpServer.Times times, Refusals refusals) {
    this.server = server;
    this.site = site;
    this.gate = gate;
    this.times = times;
    this.refusals = refusals;
  }

  /** Sees bytes come, before they are a request: from the first on, the rest must come soon. */
  ChannelHandler clock() {
    return new ChannelInboundHandlerAdapter() {
      @Override
      public void channelRead(ChannelHandlerContext at, Object bytes) {
        if (isIdle) {
          isIdle = false;
          closeAfter(times.requestNanos());
        }
        at.fireChannelRead(bytes);
      }
    };
  }

  boolean isStream() {
    return feed != null;
  }

  /** Whether it waits for a request. */
  boolean isIdle() {
    return isIdle;
  }

  /** Whether a long answer is made for it, or sent to it. */
  boolean takesLong() {
    return takesLong;
  }

  /** Whether who asks has shown the token, or has asked where there is none. */
  boolean isKnown() {
    return isKnown;
  }

  /** Who asks: an address, or of an IPv6 one the network, since a host has all of its /64. */
  ByteBuffer host() {
    return host;
  }

  /** Makes room for another one. */
  void giveWay(Reason reason, int limit) {
    refusals.add(reason, limit);
    leave();
    context.close();
  }

  private void leave() {
    if (isEntered) {
      isEntered = false;
      feed = null;
      server.leave(this);
    }
  }

  @Override
  public void channelActive(ChannelHandlerContext active) {
    context = active;
    byte[] address =
        ((InetSocketAddress) active.channel().remoteAddress()).getAddress().getAddress();
    host = ByteBuffer.wrap(address, 0, Math.min(address.length, Long.BYTES));
    isEntered = server.enter(this);
    isIdle = true; // a browser may open one more than it needs
    closeAfter(times.requestNanos());
    if (!isEntered) {
      refuse(Reason.CONNECTIONS, HttpServer.CONNECTIONS, 503, "too many connections");
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext inactive) {
    stopWaiting();
    leave();
  }

  /** What is not done by then will not be waited for. */
  private void closeAfter(long nanos) {
    stopWaiting();
    deadline = context.executor().schedule(this::tooSlow, nanos, TimeUnit.NANOSECONDS);
  }

  private void stopWaiting() {
    if (deadline != null) {
      deadline.cancel(false);
    }
  }

  private void tooSlow() {
    if (!isIdle) {
      refusals.add(Reason.SLOW);
    }
    context.close();
  }

  @Override
  protected void channelRead0(ChannelHandlerContext at, HttpObject part) {
    if (part instanceof HttpRequest request && isEntered) {
      onRequest(request);
    }
  }

  private void onRequest(HttpRequest request) {
    if (request.decoderResult().isFailure()) {
      onMalformed(request.decoderResult().cause());
    } else if (isBusy || feed != null) {
      // Who asks for the next thing before the last one came wants more than is given.
      refusals.add(Reason.MALFORMED);
      context.close();
    } else if (!gate.isOurs(request, local())) {
      refuse(Reason.HOST, 0, 421, "this is not the host that was asked for");
    } else if (!isGet(request) && !request.method().equals(HttpMethod.HEAD)) {
      refuse(Reason.METHOD, 0, 405, "only GET and HEAD");
    } else if (HttpUtil.isTransferEncodingChunked(request)
        || HttpUtil.getContentLength(request, 0L) > 0) {
      refuse(Reason.TOO_LONG, 0, 413, "a request has no body here");
    } else {
      onGood(request);
    }
  }

  private InetSocketAddress local() {
    return (InetSocketAddress) context.channel().localAddress();
  }

  private void onMalformed(Throwable cause) {
    if (cause instanceof TooLongHttpLineException) {
      refuse(Reason.TOO_LONG, 0, 414, "the address is too long");
    } else if (cause instanceof TooLongHttpHeaderException) {
      refuse(Reason.TOO_LONG, 0, 431, "the header is too long");
    } else {
      refuse(Reason.MALFORMED, 0, 400, "this is no request of HTTP/1.1");
    }
  }

  private static boolean isGet(HttpRequest request) {
    return request.method().equals(HttpMethod.GET);
  }

  private void onGood(HttpRequest request) {
    String target = request.uri();
    boolean knows = gate.isKnown(request, local());
    boolean asksForCookie = gate.asksForCookie(target);
    isKnown |= knows || asksForCookie;
    if (asksForCookie) {
      FullHttpResponse found = response(Answer.text(303, "see /"), request);
      found.headers().set(HttpHeaderNames.LOCATION, "/");
      found.headers().set(HttpHeaderNames.SET_COOKIE, gate.cookieHeader(local()));
      send(found, request);
    } else if (!target.equals("/healthz") && !knows) {
      refusals.add(Reason.TOKEN);
      FullHttpResponse denied =
          response(Answer.text(401, "the status-token is missing: open /?token=TOKEN"), request);
      denied.headers().set(HttpHeaderNames.WWW_AUTHENTICATE, "Bearer");
      send(denied, request);
    } else if (target.equals(Site.EVENTS) && isGet(request)) {
      startStream();
    } else if (target.startsWith(Site.LONG) && !server.mayAnswerLong()) {
      refuse(
          Reason.LONG, HttpServer.LONG_ANSWERS, 503, "others ask for the history at this moment");
    } else {
      isBusy = true;
      takesLong = target.startsWith(Site.LONG);
      closeAfter(times.takenNanos());
      site.get(target).thenAcceptAsync(answer -> answer(answer, request), context.executor());
    }
  }

  private void answer(Answer answer, HttpRequest request) {
    if (!isEntered) {
      return; // it has gone meanwhile
    }
    String known = request.headers().get(HttpHeaderNames.IF_NONE_MATCH);
    boolean isKept = answer.tag() != null && answer.tag().equals(known);
    send(
        response(
            isKept ? new Answer(304, answer.type(), new byte[0], answer.tag()) : answer, request),
        request);
  }

  private static FullHttpResponse response(Answer answer, HttpRequest request) {
    boolean isHead = request != null && request.method().equals(HttpMethod.HEAD);
    FullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            HttpResponseStatus.valueOf(answer.status()),
            isHead ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(answer.body()));
    HttpHeaders headers = response.headers();
    putCommon(headers);
    headers.set(HttpHeaderNames.CONTENT_TYPE, answer.type());
    if (answer.status() != 304) {
      headers.setInt(HttpHeaderNames.CONTENT_LENGTH, answer.body().length);
    }
    if (answer.tag() == null) {
      headers.set(HttpHeaderNames.CACHE_CONTROL, "no-store");
    } else {
      headers.set(HttpHeaderNames.CACHE_CONTROL, "no-cache");
      headers.set(HttpHeaderNames.ETAG, answer.tag());
    }
    return response;
  }

  private static void putCommon(HttpHeaders headers) {
    headers.set("Content-Security-Policy", POLICY);
    headers.set("X-Content-Type-Options", "nosniff");
    headers.set("X-Frame-Options", "DENY");
    headers.set("Referrer-Policy", "no-referrer");
    headers.set("Cross-Origin-Resource-Policy", "same-origin");
  }

  private void send(FullHttpResponse response, HttpRequest request) {
    boolean stays = HttpUtil.isKeepAlive(request);
    HttpUtil.setKeepAlive(response, stays);
    isBusy = true;
    closeAfter(times.takenNanos());
    ChannelFuture sent = context.writeAndFlush(response);
    sent.addListener(
        done -> {
          if (done.isSuccess() && stays && isEntered) {
            isIdle = true;
            isBusy = false;
            takesLong = false;
            server.answered(this);
            closeAfter(times.idleNanos());
          } else {
            context.close();
          }
        });
  }

  private void refuse(Reason reason, int limit, int status, String line) {
    refusals.add(reason, limit);
    FullHttpResponse response = response(Answer.text(status, line), null);
    HttpUtil.setKeepAlive(response, false);
    if (status == 405) {
      response.headers().set(HttpHeaderNames.ALLOW, "GET, HEAD");
    }
    if (status == 503) {
      response.headers().set(HttpHeaderNames.RETRY_AFTER, "5");
    }
    isBusy = true; // nothing more is read of it
    closeAfter(times.takenNanos());
    context.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE);
  }

  private void startStream() {
    if (!server.mayStream()) {
      refuse(Reason.STREAMS, HttpServer.STREAMS, 503, "too many streams of events");
      return;
    }
    stopWaiting();
    HttpResponse response = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
    putCommon(response.headers());
    response.headers().set(HttpHeaderNames.CONTENT_TYPE, "text/event-stream; charset=utf-8");
    response.headers().set(HttpHeaderNames.CACHE_CONTROL, "no-store");
    HttpUtil.setTransferEncodingChunked(response, true);
    context.writeAndFlush(response);
    feed = site.feed();
    server.countStreams();
    sendEvents();
  }

  /** Sends what is new, unless what was sent before has not been taken yet. */
  void sendEvents() {
    if (feed == null) {
      return;
    }
    if (!context.channel().isWritable()) {
      long now = System.nanoTime();
      waitsSinceNanos = waitsSinceNanos == 0 ? now : waitsSinceNanos;
      if (now - waitsSinceNanos >= times.takenNanos()) {
        refusals.add(Reason.SLOW);
        feed = null; // its end is told later: more events may be due before
        context.close();
      }
      return;
    }
    waitsSinceNanos = 0;
    String next = feed.next();
    if (!next.isEmpty()) {
      context.writeAndFlush(
          new DefaultHttpContent(Unpooled.wrappedBuffer(next.getBytes(StandardCharsets.UTF_8))));
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext at, Throwable cause) {
    at.close(); // one who has gone
  }
}
