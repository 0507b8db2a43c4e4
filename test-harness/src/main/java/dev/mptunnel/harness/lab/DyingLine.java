package dev.mptunnel.harness.lab;

import java.io.IOException;
import java.time.Duration;

/**
 * A line that goes dark in the midst of some work, as soon as so many packets have come through all
 * lines, and is there again when the work is over.
 */
final class DyingLine implements AutoCloseable {

  private static final Duration LIMIT = Duration.ofMinutes(5);

  private final Topology topology;
  private final Line line;
  private final long packets;
  private final Thread watcher = Thread.ofVirtual().unstarted(this::watch);
  private volatile boolean over;
  private boolean died;
  private IOException failure;

  private DyingLine(Topology topology, Line line, long packets) {
    this.topology = topology;
    this.line = line;
    this.packets = packets;
  }

  /**
   * Begins to count.
   *
   * @param line from 1
   * @param packets both ways together, from now on
   */
  static DyingLine start(Topology topology, int line, long packets) {
    DyingLine dying = new DyingLine(topology, topology.lines().get(line - 1), packets);
    dying.watcher.start();
    return dying;
  }

  private void watch() {
    try {
      long before = arrived();
      Wait.until(LIMIT, "the work", () -> over || arrived() - before >= packets);
      if (!over) {
        line.cut();
        died = true;
      }
    } catch (IOException e) {
      failure = e;
    }
  }

  private long arrived() throws IOException {
    return topology.up().arrived() + topology.down().arrived();
  }

  /**
   * The work is over: the line is there, whatever it was.
   *
   * @return whether it had gone
   */
  boolean revive() throws IOException {
    over = true;
    try {
      watcher.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
    line.restore();
    if (failure != null) {
      throw failure;
    }
    return died;
  }

  /** Does what {@link #revive} does, where that was not done. */
  @Override
  public void close() throws IOException {
    if (!over) {
      revive();
    }
  }
}
