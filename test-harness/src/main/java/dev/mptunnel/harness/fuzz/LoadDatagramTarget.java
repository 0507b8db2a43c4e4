package dev.mptunnel.harness.fuzz;

import dev.mptunnel.harness.emulator.Direction;
import dev.mptunnel.harness.load.LoadDatagram;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.List;

/** A load datagram somewhere in a packet: what is found, written anew, stands in the packet. */
final class LoadDatagramTarget implements FuzzTarget {

  @Override
  public void accept(byte[] input) {
    ByteBuffer packet = ByteBuffer.wrap(input);
    LoadDatagram found = LoadDatagram.find(packet);
    Must.equal(ByteBuffer.wrap(input), packet, "packet");
    if (found == null) {
      return;
    }
    ByteBuffer written = ByteBuffer.allocate(found.lengthBytes());
    found.write(written);
    Must.equal(found.lengthBytes(), written.position(), "length");
    int at = Collections.indexOfSubList(list(input), list(written.array()));
    Must.hold(at >= 0, found + " does not stand in the packet");
    Must.equal(found, LoadDatagram.read(written.flip()), "written anew");
  }

  private static List<Byte> list(byte[] bytes) {
    Byte[] boxed = new Byte[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      boxed[i] = bytes[i];
    }
    return List.of(boxed);
  }

  @Override
  public List<byte[]> seeds() {
    ByteBuffer packet = ByteBuffer.allocate(48).position(10);
    new LoadDatagram(Direction.UP, 1, 2, 3, LoadDatagram.MIN_BYTES + 5).write(packet);
    return List.of(packet.array());
  }
}
