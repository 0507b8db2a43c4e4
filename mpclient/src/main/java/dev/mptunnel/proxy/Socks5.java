package dev.mptunnel.proxy;

import dev.mptunnel.config.ProxyUser;
import dev.mptunnel.stream.StreamError;
import dev.mptunnel.wire.Destination;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.DecoderResultProvider;
import io.netty.handler.codec.socksx.v5.DefaultSocks5CommandResponse;
import io.netty.handler.codec.socksx.v5.DefaultSocks5InitialResponse;
import io.netty.handler.codec.socksx.v5.DefaultSocks5PasswordAuthResponse;
import io.netty.handler.codec.socksx.v5.Socks5AddressType;
import io.netty.handler.codec.socksx.v5.Socks5AuthMethod;
import io.netty.handler.codec.socksx.v5.Socks5CommandRequest;
import io.netty.handler.codec.socksx.v5.Socks5CommandRequestDecoder;
import io.netty.handler.codec.socksx.v5.Socks5CommandStatus;
import io.netty.handler.codec.socksx.v5.Socks5CommandType;
import io.netty.handler.codec.socksx.v5.Socks5InitialRequest;
import io.netty.handler.codec.socksx.v5.Socks5InitialRequestDecoder;
import io.netty.handler.codec.socksx.v5.Socks5Message;
import io.netty.handler.codec.socksx.v5.Socks5PasswordAuthRequest;
import io.netty.handler.codec.socksx.v5.Socks5PasswordAuthRequestDecoder;
import io.netty.handler.codec.socksx.v5.Socks5PasswordAuthStatus;
import io.netty.handler.codec.socksx.v5.Socks5ServerEncoder;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/** SOCKS5 (RFC 1928), with a name and a password where they are set (RFC 1929). */
final class Socks5 implements Dialect {

  private final ProxyUser user;
  private EmbeddedChannel stage = new EmbeddedChannel(new Socks5InitialRequestDecoder());
  private final List<EmbeddedChannel> stages = new ArrayList<>();
  private boolean done;

  Socks5(ProxyUser user) {
    this.user = user;
  }

  @Override
  public void take(ByteBuf bytes, Told told) {
    EmbeddedChannel now = stage;
    now.writeInbound(bytes);
    for (Object message = now.readInbound(); message != null; message = now.readInbound()) {
      if (!(message instanceof ByteBuf behind)) {
        onMessage((Socks5Message) message, told);
      } else if (done) {
        told.behind(behind);
      } else {
        take(behind, told); // of the next stage by now
      }
    }
  }

  private void onMessage(Socks5Message message, Told told) {
    if (!((DecoderResultProvider) message).decoderResult().isSuccess()) {
      end(told);
      return;
    }
    switch (message) {
      case Socks5InitialRequest greeting -> onGreeting(greeting, told);
      case Socks5PasswordAuthRequest login -> onLogin(login, told);
      case Socks5CommandRequest command -> onCommand(command, told);
      default -> end(told);
    }
  }

  /** What the last one still holds is read from it before it is freed. */
  private void next(ChannelHandler decoder) {
    stages.add(stage);
    stage = new EmbeddedChannel(decoder);
  }

  private void end(Told told) {
    done = true;
    told.over();
  }

  private void onGreeting(Socks5InitialRequest greeting, Told told) {
    Socks5AuthMethod wanted = user == null ? Socks5AuthMethod.NO_AUTH : Socks5AuthMethod.PASSWORD;
    boolean isOffered = greeting.authMethods().contains(wanted);
    say(told, new DefaultSocks5InitialResponse(isOffered ? wanted : Socks5AuthMethod.UNACCEPTED));
    if (!isOffered) {
      end(told);
    } else if (user == null) {
      next(new Socks5CommandRequestDecoder());
    } else {
      next(new Socks5PasswordAuthRequestDecoder());
    }
  }

  private void onLogin(Socks5PasswordAuthRequest login, Told told) {
    boolean isRight = user.is(login.username(), login.password());
    say(
        told,
        new DefaultSocks5PasswordAuthResponse(
            isRight ? Socks5PasswordAuthStatus.SUCCESS : Socks5PasswordAuthStatus.FAILURE));
    if (isRight) {
      next(new Socks5CommandRequestDecoder());
    } else {
      end(told);
    }
  }

  private void onCommand(Socks5CommandRequest command, Told told) {
    done = true;
    if (command.type().equals(Socks5CommandType.UDP_ASSOCIATE)) {
      told.asks(new Wanted(Request.Kind.ASSOCIATE, null));
      return;
    }
    Destination to = Destination.of(command.dstAddr(), command.dstPort());
    if (!command.type().equals(Socks5CommandType.CONNECT)) {
      refuse(told, Socks5CommandStatus.COMMAND_UNSUPPORTED);
    } else if (to == null) {
      refuse(told, Socks5CommandStatus.ADDRESS_UNSUPPORTED);
    } else {
      told.asks(new Wanted(Request.Kind.CONNECT, to));
    }
  }

  private void refuse(Told told, Socks5CommandStatus status) {
    told.answer(response(status, null));
    end(told);
  }

  private static void say(Told told, Socks5Message message) {
    told.answer(Codec.encoded(Socks5ServerEncoder.DEFAULT, message));
  }

  private static byte[] response(Socks5CommandStatus status, InetSocketAddress bound) {
    boolean isIpv6 = bound != null && bound.getAddress() instanceof Inet6Address;
    return Codec.encoded(
        Socks5ServerEncoder.DEFAULT,
        new DefaultSocks5CommandResponse(
            status,
            isIpv6 ? Socks5AddressType.IPv6 : Socks5AddressType.IPv4,
            bound == null ? "0.0.0.0" : bound.getAddress().getHostAddress().replaceFirst("%.*", ""),
            bound == null ? 0 : bound.getPort()));
  }

  @Override
  public void close() {
    stages.forEach(Codec::free);
    Codec.free(stage);
  }

  private record Wanted(Kind kind, Destination to) implements Request {

    @Override
    public byte[] granted(InetSocketAddress bound) {
      return response(Socks5CommandStatus.SUCCESS, bound);
    }

    @Override
    public byte[] refused(int code) {
      return response(
          switch (code) {
            case StreamError.NOT_ALLOWED, StreamError.NO_TARGET -> Socks5CommandStatus.FORBIDDEN;
            case StreamError.NETWORK_UNREACHABLE -> Socks5CommandStatus.NETWORK_UNREACHABLE;
            case StreamError.UNREACHABLE, StreamError.UNRESOLVED ->
                Socks5CommandStatus.HOST_UNREACHABLE;
            case StreamError.REFUSED -> Socks5CommandStatus.CONNECTION_REFUSED;
            case StreamError.TIMED_OUT -> Socks5CommandStatus.TTL_EXPIRED;
            default -> Socks5CommandStatus.FAILURE;
          },
          null);
    }
  }
}
