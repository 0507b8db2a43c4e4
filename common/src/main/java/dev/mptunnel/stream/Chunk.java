package dev.mptunnel.stream;

/** Bytes of a connection that were sent together, until the peer has them. */
final class Chunk {

  private final Connection connection;
  private final long offset;
  private final int length;
  private Tunnel tunnel;
  private Tunnel tunnelBefore;
  private int copies;
  private long expectedNanos;
  private boolean arrived;

  Chunk(Connection connection, long offset, int length) {
    this.connection = connection;
    this.offset = offset;
    this.length = length;
  }

  Connection connection() {
    return connection;
  }

  long offset() {
    return offset;
  }

  int length() {
    return length;
  }

  long end() {
    return offset + length;
  }

  /** It goes out on a tunnel, which will have brought it by then. */
  void send(Tunnel on, long expectedNanos) {
    tunnelBefore = tunnel;
    tunnel = on;
    this.expectedNanos = copies == 0 ? expectedNanos : Math.min(this.expectedNanos, expectedNanos);
    copies++;
  }

  /** A tunnel that it was sent on has died, or does not answer. @return whether no other has it */
  boolean lose(Tunnel on) {
    tunnel = tunnel == on && tunnelBefore != null ? tunnelBefore : tunnel;
    copies--;
    return copies == 0;
  }

  /** On how many tunnels it is under way. */
  int copies() {
    return copies;
  }

  /** The one that it is under way on; of several, the last. */
  Tunnel tunnel() {
    return tunnel;
  }

  /** When it will be there. */
  long expectedNanos() {
    return expectedNanos;
  }

  void arrive() {
    arrived = true;
    tunnel = null; // or one chunk and tunnel would hold another, without end
    tunnelBefore = null;
  }

  /** Whether the peer has it. */
  boolean hasArrived() {
    return arrived;
  }
}
