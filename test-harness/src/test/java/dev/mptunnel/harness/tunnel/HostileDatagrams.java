package dev.mptunnel.harness.tunnel;

import dev.mptunnel.crypto.Hmac;
import dev.mptunnel.wire.Handshake;
import dev.mptunnel.wire.Header;
import dev.mptunnel.wire.PacketType;
import dev.mptunnel.wire.SessionId;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/**
 * Datagrams that a stranger may send: noise, and what was overheard, altered or as it was.
 *
 * <p>Not among them is what a server may answer, since a stranger cannot know that it is not of a
 * client: the replay of an INIT, and a packet of an id that he guessed, once in 2<sup>24</sup>
 * tries.
 */
public final class HostileDatagrams {

  private static final int KINDS = 22;
  private static final int MAX_BYTES = 1_500;
  private static final int MAX_FLIPS = 8;
  private static final int MAX_EXTENSION_BYTES = 16;

  private final RandomGenerator random;
  private final List<byte[]> overheard;
  private final Set<Long> overheardIds;
  private final SessionId sessionIds;
  private final Hmac mac1;

  /**
   * @param overheard intact packets that have arrived where they were going
   * @param macKey of the server that is attacked, only to tell what it may answer
   */
  public HostileDatagrams(RandomGenerator random, List<byte[]> overheard, byte[] macKey) {
    this.random = random;
    this.overheard = List.copyOf(overheard);
    overheardIds =
        overheard.stream()
            .map(packet -> Header.sessionId(ByteBuffer.wrap(packet)))
            .collect(Collectors.toSet());
    sessionIds = new SessionId(macKey);
    mac1 = new Hmac(macKey);
  }

  /** One more. */
  public byte[] next() {
    byte[] datagram = draw();
    while (mayBeAnswered(ByteBuffer.wrap(datagram))) {
      datagram = draw();
    }
    return datagram;
  }

  private boolean mayBeAnswered(ByteBuffer datagram) {
    if (datagram.remaining() < Header.LENGTH) {
      return false;
    }
    long id = Header.sessionId(datagram);
    return overheardIds.contains(id) ? isInit(datagram) : sessionIds.isValid(id);
  }

  private boolean isInit(ByteBuffer datagram) {
    if (PacketType.type(datagram.get(0)) != PacketType.HANDSHAKE_INIT
        || !Handshake.fits(datagram, Handshake.INIT_TRAILER_BYTES)) {
      return false;
    }
    int at = Handshake.mac1Offset(datagram);
    return Hmac.equal(mac1.tag(datagram.slice(0, at)), datagram, at, Handshake.MAC_BYTES);
  }

  private byte[] draw() {
    return switch (random.nextInt(KINDS)) {
      case 0 -> new byte[0];
      case 1, 2, 3 -> noise(random.nextInt(1, MAX_BYTES));
      case 4 -> noise(random.nextInt(1, 2 * Header.LENGTH));
      case 5, 6 -> noiseUnderAGoodHeader();
      case 7, 8, 9, 10 -> flipped(any());
      case 11, 12 -> cut(any());
      case 13 -> extended(any());
      case 14, 15 -> spliced(any(), any());
      case 16, 17 -> relabelled(any());
      default -> any();
    };
  }

  private byte[] any() {
    return overheard.get(random.nextInt(overheard.size())).clone();
  }

  private byte[] noise(int bytes) {
    byte[] noise = new byte[bytes];
    random.nextBytes(noise);
    return noise;
  }

  private byte[] noiseUnderAGoodHeader() {
    return spliced(any(), noise(random.nextInt(Header.LENGTH, MAX_BYTES)));
  }

  private byte[] flipped(byte[] packet) {
    // Each bit no more than once, or two flips could cancel and leave a good packet.
    int first = random.nextInt(packet.length * Byte.SIZE);
    for (int i = random.nextInt(MAX_FLIPS); i >= 0; i--) {
      int bit = (first + i * 13) % (packet.length * Byte.SIZE);
      packet[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
    }
    return packet;
  }

  /** Of another type, epoch, path or counter. */
  private byte[] relabelled(byte[] packet) {
    int behindId = random.nextInt(Header.EPOCH_OFFSET, Header.LENGTH);
    int at = random.nextInt(4) == 0 ? 0 : behindId;
    packet[at] ^= (byte) (1 + random.nextInt(255));
    return packet;
  }

  private byte[] cut(byte[] packet) {
    return Arrays.copyOf(packet, random.nextInt(packet.length));
  }

  private byte[] extended(byte[] packet) {
    int more = 1 + random.nextInt(MAX_EXTENSION_BYTES);
    return Arrays.copyOf(packet, packet.length + more);
  }

  /** The header of one and the rest of another. */
  private static byte[] spliced(byte[] header, byte[] rest) {
    byte[] packet = rest.clone();
    System.arraycopy(header, 0, packet, 0, Math.min(Header.LENGTH, packet.length));
    return packet;
  }
}
