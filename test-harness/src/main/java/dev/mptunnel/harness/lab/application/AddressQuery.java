package dev.mptunnel.harness.lab.application;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * A question to a DNS server for the IPv4 address of a name (RFC 1035, section 4).
 *
 * @param id 0 to 65535, which the answer has too
 * @param name labels with dots between them
 */
record AddressQuery(int id, String name) {

  private static final int HEADER_BYTES = 12;
  private static final int ADDRESS_BYTES = 4;
  private static final short RECURSION_DESIRED = 0x0100;
  private static final int IS_ANSWER = 0x8000;
  private static final int ERROR = 0x000f;
  private static final short ADDRESS = 1;
  private static final short INTERNET = 1;

  /** The message that asks. */
  byte[] message() {
    ByteBuffer message = ByteBuffer.allocate(HEADER_BYTES + name.length() + 2 + 4);
    message.putShort((short) id).putShort(RECURSION_DESIRED);
    message.putShort((short) 1).putShort((short) 0).putShort((short) 0).putShort((short) 0);
    for (String label : name.split("\\.")) {
      message.put((byte) label.length()).put(label.getBytes(StandardCharsets.US_ASCII));
    }
    message.put((byte) 0).putShort(ADDRESS).putShort(INTERNET);
    return message.array();
  }

  /**
   * What a message answers, whose last record is the address.
   *
   * @return empty if it is the answer to another question
   * @throws IOException if it says that there is none
   */
  Optional<InetAddress> answer(byte[] bytes, int offset, int length) throws IOException {
    ByteBuffer message = ByteBuffer.wrap(bytes, offset, length).slice();
    if (length < HEADER_BYTES || (message.getShort() & 0xffff) != id) {
      return Optional.empty();
    }
    int flags = message.getShort();
    message.getShort();
    int answers = message.getShort();
    if ((flags & IS_ANSWER) == 0 || (flags & ERROR) != 0 || answers < 1) {
      throw new IOException(name + ": flags " + Integer.toHexString(flags & 0xffff));
    }
    int end = offset + length;
    return Optional.of(
        InetAddress.getByAddress(Arrays.copyOfRange(bytes, end - ADDRESS_BYTES, end)));
  }
}
