package dev.mptunnel.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandler;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.CodecException;
import java.io.ByteArrayOutputStream;

/** Runs Netty's encoders without a socket. */
final class Codec {

  private Codec() {}

  /** What an encoder makes of a message. */
  static byte[] encoded(ChannelHandler encoder, Object message) {
    EmbeddedChannel channel = new EmbeddedChannel(encoder);
    channel.writeOutbound(message);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (ByteBuf part = channel.readOutbound(); part != null; part = channel.readOutbound()) {
      bytes.writeBytes(ByteBufUtil.getBytes(part));
      part.release();
    }
    free(channel);
    return bytes.toByteArray();
  }

  /** Frees what a codec keeps; it may still find that malformed, which nobody needs to know. */
  static void free(EmbeddedChannel channel) {
    try {
      channel.finishAndReleaseAll();
    } catch (CodecException malformed) {
      channel.releaseInbound();
      channel.releaseOutbound();
    }
  }
}
