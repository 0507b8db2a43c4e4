package dev.mptunnel.proxy;

import dev.mptunnel.config.ProxyUser;
import dev.mptunnel.wire.Destination;
import io.netty.buffer.ByteBuf;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.socksx.v4.DefaultSocks4CommandResponse;
import io.netty.handler.codec.socksx.v4.Socks4CommandRequest;
import io.netty.handler.codec.socksx.v4.Socks4CommandStatus;
import io.netty.handler.codec.socksx.v4.Socks4CommandType;
import io.netty.handler.codec.socksx.v4.Socks4ServerDecoder;
import io.netty.handler.codec.socksx.v4.Socks4ServerEncoder;
import java.net.InetSocketAddress;

/** SOCKS4, and 4a, which has names. It knows no passwords: where one is set, it is refused. */
final class Socks4 implements Dialect {

  private final ProxyUser user;
  private final EmbeddedChannel decoder = new EmbeddedChannel(new Socks4ServerDecoder());

  Socks4(ProxyUser user) {
    this.user = user;
  }

  @Override
  public void take(ByteBuf bytes, Told told) {
    decoder.writeInbound(bytes);
    for (Object message = decoder.readInbound(); message != null; message = decoder.readInbound()) {
      if (message instanceof ByteBuf behind) {
        told.behind(behind);
      } else {
        onRequest((Socks4CommandRequest) message, told);
      }
    }
  }

  private void onRequest(Socks4CommandRequest request, Told told) {
    if (!request.decoderResult().isSuccess()) {
      told.over();
      return;
    }
    Destination to = Destination.of(request.dstAddr(), request.dstPort());
    if (user != null || to == null || !request.type().equals(Socks4CommandType.CONNECT)) {
      told.answer(response(Socks4CommandStatus.REJECTED_OR_FAILED));
      told.over();
    } else {
      told.asks(new Wanted(to));
    }
  }

  private static byte[] response(Socks4CommandStatus status) {
    return Codec.encoded(Socks4ServerEncoder.INSTANCE, new DefaultSocks4CommandResponse(status));
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
      return response(Socks4CommandStatus.SUCCESS);
    }

    @Override
    public byte[] refused(int code) {
      return response(Socks4CommandStatus.REJECTED_OR_FAILED);
    }
  }
}
