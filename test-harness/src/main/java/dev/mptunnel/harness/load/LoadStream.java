package dev.mptunnel.harness.load;

import dev.mptunnel.harness.emulator.Direction;
import dev.mptunnel.harness.loop.DatagramLoop;
import dev.mptunnel.harness.loop.LoopSocket;
import java.io.IOException;
import java.net.InetSocketAddress;

/**
 * An application on the client's side: a socket of its own, a paced stream up from it, and whatever
 * comes back down. May be used from any thread.
 */
public final class LoadStream {

  private final DatagramLoop loop;
  private final Reception received;
  private final LoopSocket socket;
  private final PacedSender sender;

  private LoadStream(
      DatagramLoop loop,
      InetSocketAddress local,
      InetSocketAddress remote,
      int stream,
      LoadPlan plan,
      Direction answers,
      Gate gate)
      throws IOException {
    this.loop = loop;
    Reception reception = new Reception(answers, stream);
    LoopSocket opened =
        loop.open(
            local, (source, bytes) -> reception.take(LoadDatagram.read(bytes), System.nanoTime()));
    this.received = reception;
    this.socket = opened;
    this.sender =
        new PacedSender(
            loop, plan, Direction.UP, stream, gate, datagram -> opened.send(datagram, remote));
  }

  /**
   * Opens the application's socket; nothing is sent before {@link #start}.
   *
   * @param local the address to bind, port 0 for a free one
   * @param remote what the tunnel's client listens on, or a target itself
   * @param stream different from all others that the target meets
   * @param gate may hold the stream back
   */
  public static LoadStream open(
      DatagramLoop loop,
      InetSocketAddress local,
      InetSocketAddress remote,
      int stream,
      LoadPlan plan,
      Gate gate)
      throws IOException {
    return new LoadStream(loop, local, remote, stream, plan, Direction.DOWN, gate);
  }

  /** The same for a target that echoes: what comes back is what went up. */
  public static LoadStream openEchoed(
      DatagramLoop loop,
      InetSocketAddress local,
      InetSocketAddress remote,
      int stream,
      LoadPlan plan,
      Gate gate)
      throws IOException {
    return new LoadStream(loop, local, remote, stream, plan, Direction.UP, gate);
  }

  /** Starts sending. Once. */
  public void start() {
    loop.execute(sender::start);
  }

  /** Sends no more, though the plan has more. */
  public void stop() {
    sender.stop();
  }

  /** How many were sent: those with sequence numbers below this. */
  public int sent() {
    return sender.sent();
  }

  /** Whether all that is to be sent was. */
  public boolean done() {
    return sender.done();
  }

  /** What came back. */
  public Reception received() {
    return received;
  }

  /** The application's address. */
  public InetSocketAddress address() {
    return socket.localAddress();
  }

  /** Answers that reached the socket and found its buffer full. */
  public long kernelDrops() {
    return socket.kernelDrops();
  }

  /** Closes the socket. Idempotent. */
  public void close() {
    sender.stop();
    socket.close();
  }
}
