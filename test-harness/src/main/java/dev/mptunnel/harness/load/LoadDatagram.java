package dev.mptunnel.harness.load;

import dev.mptunnel.harness.Seed;
import dev.mptunnel.harness.emulator.Direction;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * One datagram of a stream. In network byte order:
 *
 * <pre>
 *  0  magic:32     | length:16 direction:8 zero:8
 *  8  stream:32    | sequence:32
 * 16  sent:64
 * 24  filler, from stream and sequence | check:32, the CRC-32C of all before
 * </pre>
 *
 * @param sequence from 0
 * @param sentNanos {@link System#nanoTime} of the sender, which all processes of a machine share
 * @param lengthBytes of the whole datagram
 */
public record LoadDatagram(
    Direction direction, int stream, int sequence, long sentNanos, int lengthBytes) {

  /** The shortest there is. */
  public static final int MIN_BYTES = 28;

  /** The longest that UDP over IPv4 carries. */
  public static final int MAX_BYTES = 65_507;

  private static final int MAGIC = 0x6d70744c;
  private static final int FILLER_OFFSET = 24;
  private static final int CHECK_BYTES = 4;

  /** Writes the datagram at the buffer's position. */
  public void write(ByteBuffer into) {
    int start = into.position();
    into.putInt(MAGIC).putShort((short) lengthBytes).put((byte) direction.ordinal()).put((byte) 0);
    into.putInt(stream).putInt(sequence).putLong(sentNanos);
    int fillerEnd = start + lengthBytes - CHECK_BYTES;
    for (long word = 0; into.position() < fillerEnd; word++) {
      long filler = filler(word);
      if (fillerEnd - into.position() >= Long.BYTES) {
        into.putLong(filler);
      } else {
        while (into.position() < fillerEnd) {
          into.put((byte) filler);
          filler >>>= Byte.SIZE;
        }
      }
    }
    into.putInt(check(into.duplicate().position(start).limit(fillerEnd)));
  }

  /** What stands between position and limit, or null if it is no intact load datagram. */
  public static LoadDatagram read(ByteBuffer from) {
    int start = from.position();
    int length = from.remaining();
    if (length < MIN_BYTES
        || from.getInt(start) != MAGIC
        || Short.toUnsignedInt(from.getShort(start + 4)) != length
        || Byte.toUnsignedInt(from.get(start + 6)) >= Direction.values().length
        || from.get(start + 7) != 0) {
      return null;
    }
    LoadDatagram datagram =
        new LoadDatagram(
            Direction.values()[from.get(start + 6)],
            from.getInt(start + 8),
            from.getInt(start + 12),
            from.getLong(start + 16),
            length);
    int checkAt = start + length - CHECK_BYTES;
    boolean intact =
        from.getInt(checkAt) == check(from.duplicate().limit(checkAt))
            && datagram.hasItsFiller(from);
    return intact ? datagram : null;
  }

  /**
   * The first intact load datagram anywhere between position and limit, or null: what an unsealed
   * tunnel packet carries.
   */
  public static LoadDatagram find(ByteBuffer packet) {
    for (int at = packet.position(); packet.limit() - at >= MIN_BYTES; at++) {
      if (packet.getInt(at) == MAGIC) {
        int length = Short.toUnsignedInt(packet.getShort(at + 4));
        LoadDatagram found =
            length > packet.limit() - at
                ? null
                : read(packet.duplicate().position(at).limit(at + length));
        if (found != null) {
          return found;
        }
      }
    }
    return null;
  }

  private boolean hasItsFiller(ByteBuffer from) {
    int at = from.position() + FILLER_OFFSET;
    int end = from.limit() - CHECK_BYTES;
    long word = 0;
    for (; end - at >= Long.BYTES; at += Long.BYTES) {
      if (from.getLong(at) != filler(word++)) {
        return false;
      }
    }
    for (long filler = filler(word); at < end; at++, filler >>>= Byte.SIZE) {
      if (from.get(at) != (byte) filler) {
        return false;
      }
    }
    return true;
  }

  private long filler(long word) {
    return Seed.mix(((long) stream << Integer.SIZE | sequence) + word * 0x9e3779b97f4a7c15L);
  }

  private static int check(ByteBuffer bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    return (int) crc.getValue();
  }
}
