package dev.mptunnel.harness.lab;

import java.io.IOException;

/** The line between the client and one bridge: rate, queue, delay and loss, alike both ways. */
public final class Line {

  private final LineEnd near;
  private final LineEnd far;

  Line(LineEnd near, LineEnd far) {
    this.near = near;
    this.far = far;
  }

  /** What arrived at the bridge. */
  public LossCount up() throws IOException {
    return far.count();
  }

  /** What arrived at the client. */
  public LossCount down() throws IOException {
    return near.count();
  }

  /** Packets that the queues at both ends have dropped at their tails. */
  long queueDrops() throws IOException {
    return near.queueDrops() + far.queueDrops();
  }

  /** Makes the line black both ways: nothing gets through, and nobody is told. */
  public void cut() throws IOException {
    near.cut();
    far.cut();
  }

  /** Ends {@link #cut}. */
  public void restore() throws IOException {
    near.restore();
    far.restore();
  }
}
