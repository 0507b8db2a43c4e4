package dev.mptunnel.harness.load;

import dev.mptunnel.harness.emulator.Direction;
import dev.mptunnel.harness.loop.DatagramLoop;
import dev.mptunnel.harness.loop.LoopSocket;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntFunction;

/**
 * The fixed target behind a tunnel's server: tells streams apart by what their datagrams say, and
 * answers each to the address that it came from last. May be used from any thread.
 */
public final class LoadTarget {

  /** What a target does besides taking note. */
  public sealed interface Answers {

    /** Nothing. */
    record None() implements Answers {}

    /** Every intact datagram goes back as it came. */
    record Echo() implements Answers {}

    /**
     * A paced stream of its own to each stream, from its first datagram on.
     *
     * @param gate one for each stream
     */
    record Stream(LoadPlan plan, IntFunction<Gate> gate) implements Answers {}

    /** Each stream has its own. */
    record Each(IntFunction<Answers> of) implements Answers {}
  }

  private static final int MAX_STREAMS = 10_000;

  private final DatagramLoop loop;
  private final Answers answers;
  private final Map<Integer, Reception> receptions = new ConcurrentHashMap<>();
  private final Map<Integer, InetSocketAddress> sources = new ConcurrentHashMap<>();
  private final Map<Integer, PacedSender> senders = new ConcurrentHashMap<>();
  private final AtomicLong strangers = new AtomicLong();
  private volatile LoopSocket socket;

  private LoadTarget(DatagramLoop loop, Answers answers) {
    this.loop = loop;
    this.answers = answers;
  }

  /** Binds the target; port 0 for a free one. */
  public static LoadTarget open(DatagramLoop loop, InetSocketAddress local, Answers answers)
      throws IOException {
    LoadTarget target = new LoadTarget(loop, answers);
    target.socket = loop.open(local, target::take);
    return target;
  }

  /** Where the target listens. */
  public InetSocketAddress address() {
    return socket.localAddress();
  }

  /** What arrived of a stream. */
  public Reception received(int stream) {
    return receptions.computeIfAbsent(stream, id -> new Reception(Direction.UP, id));
  }

  /** How many answers the target's own stream has sent: those with numbers below this. */
  public int sent(int stream) {
    PacedSender sender = senders.get(stream);
    return sender == null ? 0 : sender.sent();
  }

  /** Whether the target's own stream has begun and has sent all. */
  public boolean done(int stream) {
    PacedSender sender = senders.get(stream);
    return sender != null && sender.done();
  }

  /** Where the stream's last datagram came from, or null. */
  public InetSocketAddress source(int stream) {
    return sources.get(stream);
  }

  /** Datagrams that are no stream's: damaged, empty, or not of a load. */
  public long strangers() {
    return strangers.get();
  }

  /** Datagrams that reached the socket and found its buffer full. */
  public long kernelDrops() {
    return socket.kernelDrops();
  }

  /** Closes the socket. Idempotent. */
  public void close() {
    senders.values().forEach(PacedSender::stop);
    socket.close();
  }

  private void take(InetSocketAddress source, ByteBuffer bytes) {
    LoadDatagram datagram = LoadDatagram.read(bytes);
    if (datagram == null || !hasRoomFor(datagram.stream())) {
      strangers.incrementAndGet();
      return;
    }
    int stream = datagram.stream();
    received(stream).take(datagram, System.nanoTime());
    sources.put(stream, source);
    answer(stream, answers, source, bytes);
  }

  private void answer(int stream, Answers how, InetSocketAddress source, ByteBuffer bytes) {
    switch (how) {
      case Answers.None none -> {}
      case Answers.Echo echo -> socket.send(bytes, source);
      case Answers.Each(IntFunction<Answers> of) -> answer(stream, of.apply(stream), source, bytes);
      case Answers.Stream(LoadPlan plan, IntFunction<Gate> gate) -> {
        if (!senders.containsKey(stream)) {
          PacedSender sender =
              new PacedSender(
                  loop,
                  plan,
                  Direction.DOWN,
                  stream,
                  gate.apply(stream),
                  answer -> socket.send(answer, sources.get(stream)));
          senders.put(stream, sender);
          sender.start();
        }
      }
    }
  }

  private boolean hasRoomFor(int stream) {
    return receptions.containsKey(stream) || receptions.size() < MAX_STREAMS;
  }
}
