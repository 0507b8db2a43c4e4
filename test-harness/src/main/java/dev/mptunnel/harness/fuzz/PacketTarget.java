package dev.mptunnel.harness.fuzz;

import dev.mptunnel.wire.Cookie;
import dev.mptunnel.wire.Handshake;
import dev.mptunnel.wire.Header;
import dev.mptunnel.wire.Hint;
import dev.mptunnel.wire.PacketType;
import java.nio.ByteBuffer;
import java.util.List;

/** The parts of a packet that have a place of their own: written anew they are the same bytes. */
final class PacketTarget implements FuzzTarget {

  /** Where the packet stands in its buffer, so that an offset from the buffer's start shows. */
  private static final int START = 5;

  @Override
  public void accept(byte[] input) {
    if (input.length < Header.LENGTH) {
      return; // the endpoint drops it before anything is read
    }
    ByteBuffer read =
        ByteBuffer.allocate(START + input.length + START).put(START, input).position(START);
    read.limit(START + input.length);
    ByteBuffer written = ByteBuffer.allocate(START + input.length).position(START);
    boolean fromInitiator = PacketType.isFromInitiator(input[0]);
    long sessionId = Header.sessionId(read);
    int epoch = Header.epoch(read);
    int sameBytes = 0;
    switch (PacketType.type(input[0])) {
      case PacketType.DATA -> {
        Header.putData(written, fromInitiator, sessionId, epoch, Header.dataCounter(read));
        sameBytes = Header.LENGTH;
      }
      case PacketType.PATH -> {
        Header.putPath(
            written, fromInitiator, sessionId, epoch, Header.path(read), Header.pathCounter(read));
        sameBytes = Header.LENGTH;
      }
      case PacketType.HANDSHAKE_INIT ->
          sameBytes = writeHandshake(read, written, Handshake.INIT_TRAILER_BYTES);
      case PacketType.HANDSHAKE_RESPONSE ->
          sameBytes = writeHandshake(read, written, Handshake.RESPONSE_TRAILER_BYTES);
      case PacketType.COOKIE -> {
        if (input.length == Cookie.LENGTH) {
          Cookie.put(written, fromInitiator, sessionId, Cookie.nonce(read), Cookie.sealed(read));
          sameBytes = Cookie.LENGTH;
        }
      }
      case PacketType.HINT -> {
        if (input.length == Hint.LENGTH) {
          Hint.put(written, fromInitiator, Hint.answered(read), Hint.check(read));
          sameBytes = Hint.LENGTH;
        }
      }
      default -> {}
    }
    Must.equal(START, read.position(), "position");
    Must.equal(START + input.length, read.limit(), "limit");
    Must.equal(
        read.slice(START, sameBytes), written.slice(START, sameBytes), "packet written anew");
  }

  /**
   * Head and body. @return how many bytes these are, or 0 if the packet's length cannot be right
   */
  private static int writeHandshake(ByteBuffer read, ByteBuffer written, int trailerBytes) {
    if (!Handshake.fits(read, trailerBytes)) {
      return 0;
    }
    byte[] message = Handshake.message(read, trailerBytes);
    byte[] head =
        Handshake.head(
            read.get(read.position()),
            Header.sessionId(read),
            Header.epoch(read),
            Handshake.version(read),
            Handshake.mode(read));
    written.put(written.position(), Handshake.message(head, Handshake.body(message)));
    return message.length;
  }

  @Override
  public List<byte[]> seeds() {
    byte init = PacketType.encode(PacketType.HANDSHAKE_INIT, true);
    byte[] head = Handshake.head(init, 1, 2, Handshake.VERSION, Handshake.MODE_PLAIN);
    ByteBuffer hint = ByteBuffer.allocate(Hint.LENGTH);
    Hint.put(hint, false, new byte[Header.LENGTH], new byte[Handshake.MAC_BYTES]);
    ByteBuffer cookie = ByteBuffer.allocate(Cookie.LENGTH);
    Cookie.put(cookie, false, 1, new byte[Cookie.NONCE_BYTES], new byte[32]);
    return List.of(Handshake.message(head, new byte[64]), hint.array(), cookie.array());
  }
}
