package dev.mptunnel.harness.loop;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The {@code drops} column of {@code /proc/net/udp} and {@code udp6}: what Linux threw away at a
 * socket because nobody read it in time.
 */
public final class KernelDrops {

  private static final Path UDP4 = Path.of("/proc/net/udp");
  private static final Path UDP6 = Path.of("/proc/net/udp6");
  private static final int LOCAL_COLUMN = 1;
  private static final int HEX_DIGITS_PER_WORD = 8;

  private KernelDrops() {}

  /**
   * The drops of all sockets of this network namespace that are bound to the address; 0 if none is,
   * or where there is no such file.
   */
  public static long of(InetSocketAddress local) {
    return sum(UDP4, local) + sum(UDP6, local);
  }

  private static long sum(Path table, InetSocketAddress local) {
    if (!Files.isReadable(table)) {
      return 0;
    }
    try {
      return inTable(Files.readAllLines(table), local);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The same in the lines of such a file, which may be of another network namespace. */
  public static long inTable(List<String> lines, InetSocketAddress local) {
    return lines.stream()
        .skip(1)
        .map(line -> line.strip().split("\\s+"))
        .filter(columns -> address(columns[LOCAL_COLUMN]).equals(local))
        .mapToLong(columns -> Long.parseLong(columns[columns.length - 1]))
        .sum();
  }

  /** An address is printed as words of the host's byte order, in hex, and the port as a number. */
  static InetSocketAddress address(String column) {
    String[] halves = column.split(":");
    ByteBuffer bytes = ByteBuffer.allocate(halves[0].length() / 2).order(ByteOrder.nativeOrder());
    for (int at = 0; at < halves[0].length(); at += HEX_DIGITS_PER_WORD) {
      bytes.putInt(Integer.parseUnsignedInt(halves[0], at, at + HEX_DIGITS_PER_WORD, 16));
    }
    try {
      return new InetSocketAddress(
          InetAddress.getByAddress(bytes.array()), Integer.parseInt(halves[1], 16));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
