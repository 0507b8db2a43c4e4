package dev.mptunnel.harness.fuzz;

import dev.mptunnel.core.PlainSecurity;
import dev.mptunnel.core.Security;
import dev.mptunnel.crypto.Hmac;
import dev.mptunnel.wire.DataFrames;
import dev.mptunnel.wire.Handshake;
import dev.mptunnel.wire.Header;
import dev.mptunnel.wire.PacketType;
import dev.mptunnel.wire.PlainProtection;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What somebody learns who sees all packets of plain mode: the incarnation numbers that its check
 * sums start from, and so how to forge.
 */
final class PlainKeys implements PacketKeys {

  private static final int TAG_ROOM_BYTES = 16;

  private record Key(long sessionId, int epoch, long initiator, long responder) {
    PlainProtection protection() {
      return new PlainProtection(initiator, responder);
    }
  }

  private final Hmac mac1 = new Hmac(new PlainSecurity().macKey());
  private final List<Key> keys = new ArrayList<>();

  @Override
  public Security security(boolean isServer) {
    return new PlainSecurity();
  }

  /** The answer to a handshake has all that is to be learned. */
  @Override
  public void learn(byte[] bytes) {
    ByteBuffer packet = ByteBuffer.wrap(bytes);
    if (isType(bytes, PacketType.HANDSHAKE_RESPONSE) && isHandshake(packet)) {
      Key key =
          new Key(
              Header.sessionId(packet),
              Header.epoch(packet),
              packet.getLong(Handshake.HEAD_BYTES),
              packet.getLong(Handshake.HEAD_BYTES + Long.BYTES));
      if (!keys.contains(key)) {
        keys.add(key);
      }
    }
  }

  @Override
  public int newestEpoch() {
    return keys.getLast().epoch;
  }

  /** Under the newest key. */
  @Override
  public byte[] seal(byte[] headerAndFrames) {
    ByteBuffer packet = ByteBuffer.allocate(headerAndFrames.length + TAG_ROOM_BYTES);
    packet.put(headerAndFrames).flip();
    keys.getLast().protection().seal(packet);
    return Arrays.copyOf(packet.array(), packet.limit());
  }

  @Override
  public boolean opens(byte[] bytes, boolean fromInitiator, Handler handler) {
    if (bytes.length < Header.LENGTH || PacketType.isFromInitiator(bytes[0]) != fromInitiator) {
      return false;
    }
    ByteBuffer packet = ByteBuffer.wrap(bytes);
    if (isType(bytes, PacketType.HANDSHAKE_INIT) || isType(bytes, PacketType.HANDSHAKE_RESPONSE)) {
      return isHandshake(packet);
    }
    for (Key key : keys) {
      ByteBuffer opened = key.protection().open(packet.duplicate(), ByteBuffer.allocate(0));
      if (opened != null) {
        if (isType(bytes, PacketType.DATA)) {
          DataFrames.read(opened.position(Header.LENGTH), new Datagrams(handler));
        }
        return true;
      }
    }
    return false;
  }

  /** Whether its mac1 is right, so that it may be believed. */
  private boolean isHandshake(ByteBuffer packet) {
    boolean isInit = PacketType.type(packet.get(0)) == PacketType.HANDSHAKE_INIT;
    int trailer = isInit ? Handshake.INIT_TRAILER_BYTES : Handshake.RESPONSE_TRAILER_BYTES;
    if (!Handshake.fits(packet, trailer)) {
      return false;
    }
    int offset = packet.limit() - (isInit ? 2 : 1) * Handshake.MAC_BYTES;
    return Hmac.equal(mac1.tag(packet.slice(0, offset)), packet, offset, Handshake.MAC_BYTES);
  }

  private static boolean isType(byte[] bytes, int type) {
    return bytes.length > 0 && PacketType.type(bytes[0]) == type;
  }

  private record Datagrams(Handler handler) implements DataFrames.Handler {

    @Override
    public void onDatagram(int flow, ByteBuffer payload) {
      byte[] bytes = new byte[payload.remaining()];
      payload.get(bytes);
      handler.onDatagram(flow, bytes);
    }

    @Override
    public void onFragment(int flow, int id, int index, int count, ByteBuffer piece) {}

    @Override
    public void onOrdered(int flow, int sequence, int time, ByteBuffer payload) {
      onDatagram(flow, payload);
    }

    @Override
    public void onOrderedFragment(
        int flow, int sequence, int time, int index, int count, ByteBuffer piece) {}

    @Override
    public void onClose(int reason) {}

    @Override
    public void onOpen(int flow, String target) {}

    @Override
    public void onRefused(int flow, int reason) {}
  }
}
