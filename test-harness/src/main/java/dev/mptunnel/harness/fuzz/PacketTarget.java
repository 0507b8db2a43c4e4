package dev.mptunnel.harness.fuzz;

import dev.mptunnel.wire.Header;
import dev.mptunnel.wire.PacketType;
import dev.mptunnel.wire.PlainHandshake;
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
      case PacketType.HANDSHAKE_INIT -> {
        if (PlainHandshake.isValid(read) && PlainHandshake.responderIncarnation(read) == 0) {
          PlainHandshake.putInit(
              written, fromInitiator, sessionId, epoch, PlainHandshake.initiatorIncarnation(read));
          sameBytes = PlainHandshake.LENGTH;
        }
      }
      case PacketType.HANDSHAKE_RESPONSE -> {
        if (PlainHandshake.isValid(read)) {
          PlainHandshake.putResponse(
              written,
              fromInitiator,
              sessionId,
              epoch,
              PlainHandshake.initiatorIncarnation(read),
              PlainHandshake.responderIncarnation(read));
          sameBytes = PlainHandshake.LENGTH;
        }
      }
      default -> {}
    }
    Must.equal(START, read.position(), "position");
    Must.equal(START + input.length, read.limit(), "limit");
    Must.equal(
        read.slice(START, sameBytes), written.slice(START, sameBytes), "packet written anew");
  }

  @Override
  public List<byte[]> seeds() {
    ByteBuffer init = ByteBuffer.allocate(PlainHandshake.LENGTH);
    PlainHandshake.putInit(init, true, 1, 2, 3);
    ByteBuffer response = ByteBuffer.allocate(PlainHandshake.LENGTH);
    PlainHandshake.putResponse(response, false, 1, 2, 3, 4);
    return List.of(init.array(), response.array());
  }
}
