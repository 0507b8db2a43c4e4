package dev.mptunnel.harness.world;

import dev.mptunnel.wire.DataFrames;
import dev.mptunnel.wire.Handshake;
import dev.mptunnel.wire.Header;
import dev.mptunnel.wire.Hint;
import dev.mptunnel.wire.PacketType;
import dev.mptunnel.wire.PathFrames;
import java.nio.ByteBuffer;

/** Packets in words, for a trace: opened where the key is known. */
final class Packets {

  private final Keyring keys;

  Packets(Keyring keys) {
    this.keys = keys;
  }

  /** One line that says what a packet is; never fails, whatever the bytes are. */
  String describe(ByteBuffer packet) {
    if (packet.remaining() < Header.LENGTH) {
      return "too short";
    }
    int type = PacketType.type(packet.get(packet.position()));
    String session = "%06x".formatted(Header.sessionId(packet) >>> 40);
    String epoch = session + "/" + Header.epoch(packet);
    return switch (type) {
      case PacketType.DATA, PacketType.PATH -> numbered(packet) + frames(packet);
      case PacketType.HANDSHAKE_INIT -> "INIT " + epoch + init(packet);
      case PacketType.HANDSHAKE_RESPONSE -> "RESPONSE " + epoch + response(packet);
      case PacketType.COOKIE -> "COOKIE " + session;
      case PacketType.HINT -> "HINT " + hint(packet);
      default -> "type " + type;
    };
  }

  /** A DATA or PATH packet by its header. */
  private static String numbered(ByteBuffer packet) {
    String epoch = "%06x/%d".formatted(Header.sessionId(packet) >>> 40, Header.epoch(packet));
    return PacketType.type(packet.get(packet.position())) == PacketType.DATA
        ? "DATA " + epoch + " #" + Header.dataCounter(packet)
        : "PATH " + epoch + " path " + Header.path(packet) + " #" + Header.pathCounter(packet);
  }

  private String frames(ByteBuffer packet) {
    ByteBuffer opened = keys.open(packet);
    if (opened == null) {
      return " of no known key";
    }
    ByteBuffer frames = opened.position(Header.LENGTH);
    return PacketType.type(opened.get(0)) == PacketType.DATA
        ? dataFrames(frames)
        : pathFrames(frames);
  }

  private static String init(ByteBuffer packet) {
    if (!Handshake.fits(packet, Handshake.INIT_TRAILER_BYTES)) {
      return " of a wrong length";
    }
    byte[] body = Handshake.body(Handshake.message(packet, Handshake.INIT_TRAILER_BYTES));
    int mac2 = Handshake.mac1Offset(packet) + Handshake.MAC_BYTES;
    boolean proves = packet.getLong(packet.position() + mac2) != 0;
    return start(body) + (proves ? " with a cookie" : "");
  }

  private static String response(ByteBuffer packet) {
    return Handshake.fits(packet, Handshake.RESPONSE_TRAILER_BYTES)
        ? start(Handshake.body(Handshake.message(packet, Handshake.RESPONSE_TRAILER_BYTES)))
        : " of a wrong length";
  }

  /** Enough of a body to tell it from others: of plain ones, both incarnations begin there. */
  private static String start(byte[] body) {
    ByteBuffer bytes = ByteBuffer.wrap(body);
    return body.length < 10
        ? ""
        : " %04x %04x".formatted(bytes.getShort(0) & 0xffff, bytes.getShort(8) & 0xffff);
  }

  private static String hint(ByteBuffer packet) {
    return packet.remaining() == Hint.LENGTH
        ? "to " + numbered(ByteBuffer.wrap(Hint.answered(packet)))
        : "of a wrong length";
  }

  private static String dataFrames(ByteBuffer frames) {
    StringBuilder words = new StringBuilder();
    int trafficClass = DataFrames.trafficClass(frames, frames.position());
    if (trafficClass != 0) {
      words.append(" CLASS ").append(trafficClass);
    }
    boolean wellFormed =
        DataFrames.read(
            frames,
            new DataFrames.Handler() {
              @Override
              public void onDatagram(int flow, ByteBuffer payload) {
                words.append(" flow ").append(flow).append(", ").append(payload.remaining());
              }

              @Override
              public void onFragment(int flow, int id, int index, int count, ByteBuffer piece) {
                words.append(" flow ").append(flow).append(", ").append(piece.remaining());
                words.append(", piece ").append(index).append(" of ").append(count);
                words.append(" of ").append(id);
              }

              @Override
              public void onOrdered(int flow, int sequence, int time, ByteBuffer payload) {
                words.append(" flow ").append(flow).append(", ").append(payload.remaining());
                words.append(", number ").append(sequence);
              }

              @Override
              public void onOrderedFragment(
                  int flow, int sequence, int time, int index, int count, ByteBuffer piece) {
                words.append(" flow ").append(flow).append(", ").append(piece.remaining());
                words.append(", piece ").append(index).append(" of ").append(count);
                words.append(" of number ").append(sequence);
              }

              @Override
              public void onClose(int reason) {
                words.append(" CLOSE");
              }

              @Override
              public void onOpen(int flow, String target) {
                words.append(" OPEN ").append(flow).append(" to ").append(target);
              }

              @Override
              public void onRefused(int flow, int reason) {
                words.append(" REFUSED ").append(flow);
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
              public void onPong(
                  int id, long sent, long arrived, long delivered, int longestBytes) {
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

              @Override
              public void onAsk(int question, int epoch, long first, ByteBuffer offsets) {
                words.append(" ASK ").append(question).append(" for ").append(first);
                words.append(" and ").append(offsets.remaining() / Short.BYTES).append(" more");
              }

              @Override
              public void onMark(int epoch, long highest) {
                words.append(" MARK ").append(highest);
              }

              @Override
              public void onParity(
                  int epoch, long first, int lengths, int offset, ByteBuffer bytes) {
                words.append(" PARITY ").append(first).append(" from ").append(offset);
              }

              @Override
              public void onEcn(int field) {
                words.append(" ECN ").append(field);
              }

              @Override
              public void onState(int state) {
                words.append(" STATE ").append(state);
              }
            });
    return wellFormed ? words.toString() : words + " malformed";
  }
}
