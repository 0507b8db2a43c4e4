package dev.mptunnel.proxy;

import dev.mptunnel.config.ProxyUser;
import dev.mptunnel.stream.StreamError;
import dev.mptunnel.wire.Destination;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.ReferenceCountUtil;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * HTTP, of which CONNECT is taken, and GET of {@code /proxy.pac}. The first request is read, and
 * nothing of what follows: whatever it is, it is not ours to read.
 */
final class HttpConnect implements Dialect {

  private static final int MAX_LINE_BYTES = 2_048;
  private static final int MAX_HEADER_BYTES = 8_192;
  private static final String PAC = "/proxy.pac";
  private static final String PAC_TYPE = "application/x-ns-proxy-autoconfig";
  private static final String TEXT_TYPE = "text/plain; charset=utf-8";
  private static final String BASIC = "Basic ";

  /** A CONNECT is answered so by all proxies. */
  private static final HttpResponseStatus ESTABLISHED =
      new HttpResponseStatus(200, "Connection established");

  private final ProxyUser user;
  private final ProxyPlace place;
  private final EmbeddedChannel decoder =
      new EmbeddedChannel(
          new HttpRequestDecoder(
              new HttpDecoderConfig()
                  .setMaxInitialLineLength(MAX_LINE_BYTES)
                  .setMaxHeaderSize(MAX_HEADER_BYTES)),
          new FirstOnly());

  HttpConnect(ProxyUser user, ProxyPlace place) {
    this.user = user;
    this.place = place;
  }

  /** Takes the decoder away behind the first request, so that what follows comes as it is. */
  private static final class FirstOnly extends ChannelInboundHandlerAdapter {

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      if (message instanceof HttpRequest) {
        context.fireChannelRead(message);
        context.pipeline().remove(HttpRequestDecoder.class);
      } else if (message instanceof ByteBuf) {
        context.fireChannelRead(message);
      } else {
        ReferenceCountUtil.release(message); // the end of a request without a body
      }
    }
  }

  @Override
  public void take(ByteBuf bytes, Told told) {
    decoder.writeInbound(bytes);
    for (Object message = decoder.readInbound(); message != null; message = decoder.readInbound()) {
      if (message instanceof ByteBuf behind) {
        told.behind(behind);
      } else {
        onRequest((HttpRequest) message, told);
      }
    }
  }

  private void onRequest(HttpRequest request, Told told) {
    if (request.decoderResult().isFailure()) {
      refuse(told, HttpResponseStatus.BAD_REQUEST, "this is no request");
    } else if (request.method().equals(HttpMethod.CONNECT)) {
      onConnect(request, told);
    } else if (!request.uri().startsWith("/")) {
      refuse(
          told,
          HttpResponseStatus.NOT_IMPLEMENTED,
          "this proxy takes CONNECT, and SOCKS, which does for http:// too");
    } else if (!isPac(request)) {
      refuse(told, HttpResponseStatus.NOT_FOUND, "there is " + PAC + " here, and nothing else");
    } else {
      String host = request.headers().get(HttpHeaderNames.HOST);
      told.answer(response(HttpResponseStatus.OK, PAC_TYPE, place.pac(host)));
      told.over();
    }
  }

  private static boolean isPac(HttpRequest request) {
    String uri = request.uri();
    return request.method().equals(HttpMethod.GET)
        && (uri.equals(PAC) || uri.startsWith(PAC + "?"));
  }

  private void onConnect(HttpRequest request, Told told) {
    HttpHeaders headers = request.headers();
    Destination to = ProxyPlace.destination(request.uri());
    if (user != null && !isUser(headers.get(HttpHeaderNames.PROXY_AUTHORIZATION))) {
      refuse(
          told,
          HttpResponseStatus.PROXY_AUTHENTICATION_REQUIRED,
          "a name and a password are needed, see socks-user");
    } else if (!headers.get(HttpHeaderNames.CONTENT_LENGTH, "0").equals("0")
        || headers.contains(HttpHeaderNames.TRANSFER_ENCODING)) {
      refuse(told, HttpResponseStatus.BAD_REQUEST, "a CONNECT has no content");
    } else if (to == null) {
      refuse(told, HttpResponseStatus.BAD_REQUEST, "expected CONNECT host:port");
    } else {
      told.asks(new Wanted(to));
    }
  }

  private boolean isUser(String authorization) {
    if (authorization == null || !authorization.regionMatches(true, 0, BASIC, 0, BASIC.length())) {
      return false;
    }
    String decoded;
    try {
      byte[] bytes = Base64.getDecoder().decode(authorization.substring(BASIC.length()).strip());
      decoded = new String(bytes, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException notBase64) {
      return false;
    }
    int colon = decoded.indexOf(':');
    return colon >= 0 && user.is(decoded.substring(0, colon), decoded.substring(colon + 1));
  }

  private static void refuse(Told told, HttpResponseStatus status, String why) {
    told.answer(response(status, TEXT_TYPE, why + "\n"));
    told.over();
  }

  private static byte[] response(HttpResponseStatus status, String type, String text) {
    DefaultFullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1, status, Unpooled.copiedBuffer(text, StandardCharsets.UTF_8));
    response
        .headers()
        .set(HttpHeaderNames.CONTENT_TYPE, type)
        .setInt(HttpHeaderNames.CONTENT_LENGTH, response.content().readableBytes())
        .set(HttpHeaderNames.CONNECTION, "close");
    if (status.equals(HttpResponseStatus.PROXY_AUTHENTICATION_REQUIRED)) {
      response.headers().set(HttpHeaderNames.PROXY_AUTHENTICATE, "Basic realm=\"mptunnel\"");
    }
    return Codec.encoded(new HttpResponseEncoder(), response);
  }

  @Override
  public void close() {
    Codec.free(decoder);
  }

  private record Wanted(Destination to) implements Request {

    @Override
    public Kind kind() {
      return Kind.CONNECT;
    }

    @Override
    public byte[] granted(InetSocketAddress bound) {
      return Codec.encoded(
          new HttpResponseEncoder(),
          new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, ESTABLISHED));
    }

    @Override
    public byte[] refused(int code) {
      return switch (code) {
        case StreamError.NOT_ALLOWED, StreamError.NO_TARGET ->
            no(HttpResponseStatus.FORBIDDEN, "the server does not allow it");
        case StreamError.REFUSED -> no(HttpResponseStatus.BAD_GATEWAY, "connection refused");
        case StreamError.UNRESOLVED ->
            no(HttpResponseStatus.BAD_GATEWAY, "the name does not resolve");
        case StreamError.UNREACHABLE, StreamError.NETWORK_UNREACHABLE ->
            no(HttpResponseStatus.BAD_GATEWAY, "out of reach");
        case StreamError.TIMED_OUT -> no(HttpResponseStatus.GATEWAY_TIMEOUT, "no answer");
        case StreamError.TOO_MANY ->
            no(HttpResponseStatus.SERVICE_UNAVAILABLE, "too many connections");
        default -> no(HttpResponseStatus.SERVICE_UNAVAILABLE, "no way to the server");
      };
    }

    private byte[] no(HttpResponseStatus status, String why) {
      return response(status, TEXT_TYPE, to + ": " + why + "\n");
    }
  }
}
