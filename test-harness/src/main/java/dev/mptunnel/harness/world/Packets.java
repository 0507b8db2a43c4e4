package dev.mptunnel.harness.world;

import dev.mptunnel.wire.DataFrames;
import dev.mptunnel.wire.Header;
import dev.mptunnel.wire.PacketType;
import dev.mptunnel.wire.PathFrames;
import dev.mptunnel.wire.PlainHandshake;
import java.nio.ByteBuffer;

/** Unsealed packets in words, for a trace. */
public final class Packets {

  private static final int CHECK_BYTES = 4;

  private Packets() {}

  /** One line that says what a packet is; never fails, whatever the bytes are. */
  public static String describe(ByteBuffer packet) {
    if (packet.remaining() < Header.LENGTH) {
      return "too short";
    }
    int type = PacketType.type(packet.get(packet.position()));
    String session = "%06x/%d".formatted(Header.sessionId(packet) >>> 40, Header.epoch(packet));
    return switch (type) {
      case PacketType.DATA ->
          "DATA " + session + " #" + Header.dataCounter(packet) + dataFrames(frames(packet));
      case PacketType.PATH ->
          "PATH "
              + session
              + " path "
              + Header.path(packet)
              + " #"
              + Header.pathCounter(packet)
              + pathFrames(frames(packet));
      case PacketType.HANDSHAKE_INIT -> "INIT " + session + handshake(packet);
      case PacketType.HANDSHAKE_RESPONSE -> "RESPONSE " + session + handshake(packet);
      default -> "type " + type;
    };
  }

  /** The frames of an unsealed DATA or PATH packet. */
  static ByteBuffer frames(ByteBuffer packet) {
    int length = Math.max(0, packet.remaining() - Header.LENGTH - CHECK_BYTES);
    return packet.slice(packet.position() + Header.LENGTH, length);
  }

  private static String handshake(ByteBuffer packet) {
    if (packet.remaining() != PlainHandshake.LENGTH) {
      return " of a wrong length";
    }
    return " %04x %04x"
        .formatted(
            PlainHandshake.initiatorIncarnation(packet) >>> 48,
            PlainHandshake.responderIncarnation(packet) >>> 48);
  }

  private static String dataFrames(ByteBuffer frames) {
    StringBuilder words = new StringBuilder();
    boolean wellFormed =
        DataFrames.read(
            frames,
            new DataFrames.Handler() {
              @Override
              public void onDatagram(int flow, ByteBuffer payload) {
                words.append(" flow ").append(flow).append(", ").append(payload.remaining());
              }

              @Override
              public void onClose(int reason) {
                words.append(" CLOSE");
              }
            });
    return wellFormed ? words.toString() : words + " malformed";
  }

  private static String pathFrames(ByteBuffer frames) {
    StringBuilder words = new StringBuilder();
    boolean wellFormed =
        PathFrames.read(
            frames,
            new PathFrames.Handler() {
              @Override
              public void onPing(int id, long sent, long arrived) {
                words.append(" PING ").append(id);
              }

              @Override
              public void onPong(int id, long sent, long arrived, long delivered) {
                words.append(" PONG ").append(id);
              }

              @Override
              public void onChallenge(long token) {
                words.append(" CHALLENGE");
              }

              @Override
              public void onResponse(long token) {
                words.append(" RESPONSE");
              }
            });
    return wellFormed ? words.toString() : words + " malformed";
  }
}
