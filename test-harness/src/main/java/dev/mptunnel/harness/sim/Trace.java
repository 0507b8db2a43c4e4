package dev.mptunnel.harness.sim;

import dev.mptunnel.harness.Seed;
import dev.mptunnel.harness.link.Verdict;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.zip.CRC32C;

/**
 * What happened, as a sequence of packets and notes: the last of them to read, all of them as a
 * digest that tells two runs apart.
 */
public final class Trace {

  private static final double NANOS_PER_MILLI = 1e6;

  private final int capacity;
  private final Function<ByteBuffer, String> decoder;
  private final Deque<Entry> entries = new ArrayDeque<>();
  private long firstNanos = Long.MIN_VALUE;
  private long digest;
  private long forgotten;

  /**
   * @param capacity how many of the last entries to keep
   * @param decoder says in one line what a packet is; called only when the trace is printed
   */
  public Trace(int capacity, Function<ByteBuffer, String> decoder) {
    this.capacity = capacity;
    this.decoder = decoder;
  }

  sealed interface Entry permits Packet, Note {}

  private record Arrival(long atNanos, boolean damaged) {}

  private record Note(long atNanos, String text) implements Entry {}

  /** Notes what is no packet: a restart, a delivery, a state. */
  public void note(long atNanos, String text) {
    add(new Note(atNanos, text), atNanos);
    fold(text.hashCode());
  }

  /** Different when anything noted or sent was, or its time, or its fate. */
  public long digest() {
    return digest;
  }

  Packet packet(long atNanos, InetSocketAddress from, InetSocketAddress to, byte[] bytes) {
    Packet packet = new Packet(atNanos, from, to, bytes);
    add(packet, atNanos);
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    fold(crc.getValue());
    fold(from == null ? 0 : from.hashCode());
    fold(to.hashCode());
    return packet;
  }

  private void add(Entry entry, long atNanos) {
    if (firstNanos == Long.MIN_VALUE) {
      firstNanos = atNanos;
    }
    entries.addLast(entry);
    if (entries.size() > capacity) {
      entries.removeFirst();
      forgotten++;
    }
    fold(atNanos);
  }

  private void fold(long value) {
    digest = Seed.mix(digest * 31 + value);
  }

  /** The entries kept, a line each: time in ms since the first, from, to, what, and what became. */
  @Override
  public String toString() {
    StringBuilder out = new StringBuilder();
    if (forgotten > 0) {
      out.append("      … ").append(forgotten).append(" earlier\n");
    }
    for (Entry entry : entries) {
      switch (entry) {
        case Note note ->
            out.append(String.format(Locale.ROOT, "%12.3f  -- %s", ms(note.atNanos), note.text));
        case Packet packet -> packet.print(out);
      }
      out.append('\n');
    }
    return out.toString();
  }

  private double ms(long atNanos) {
    return (atNanos - firstNanos) / NANOS_PER_MILLI;
  }

  /** One packet that was sent, and what became of it. */
  final class Packet implements Entry {
    private final long atNanos;
    private final InetSocketAddress from;
    private final InetSocketAddress to;
    private final byte[] bytes;
    private final List<Arrival> arrivals = new ArrayList<>(1);
    private String fate = "";

    private Packet(long atNanos, InetSocketAddress from, InetSocketAddress to, byte[] bytes) {
      this.atNanos = atNanos;
      this.from = from;
      this.to = to;
      this.bytes = bytes;
    }

    void verdict(Verdict verdict) {
      fate = verdict.delivered() ? "" : verdict.name().toLowerCase(Locale.ROOT).replace('_', ' ');
      fold(verdict.ordinal());
    }

    void arrival(long arrivalNanos, boolean damaged) {
      arrivals.add(new Arrival(arrivalNanos, damaged));
      fold(arrivalNanos);
    }

    void unroutable() {
      fate = "no such address";
    }

    void unheard() {
      fate = "nobody there";
      fold(1);
    }

    private void print(StringBuilder out) {
      out.append(String.format(Locale.ROOT, "%12.3f  ", ms(atNanos)))
          .append(show(from))
          .append(" > ")
          .append(show(to))
          .append("  ")
          .append(bytes.length)
          .append(" B  ")
          .append(decoder.apply(ByteBuffer.wrap(bytes.clone())))
          .append("  [")
          .append(fate);
      for (Arrival arrival : arrivals) {
        out.append(
                String.format(Locale.ROOT, " %+.3f", (arrival.atNanos - atNanos) / NANOS_PER_MILLI))
            .append(arrival.damaged ? " damaged" : "");
      }
      out.append(']');
    }

    private static String show(InetSocketAddress address) {
      return address == null
          ? "unbound"
          : address.getAddress().getHostAddress() + ":" + address.getPort();
    }
  }
}
