package dev.mptunnel.harness.scenario;

import java.io.IOException;
import java.util.List;

/** A user of the tunnel, which stands ready. */
interface Passenger extends AutoCloseable {

  /**
   * What it saw.
   *
   * @param what it did
   * @param way over the tunnel or beside it
   * @param figures in words
   */
  record Row(String what, String way, String figures) {}

  /** Begins to use it before it counts: a JVM is slow in its first seconds. Returns at once. */
  void warmUp() throws IOException;

  /** Begins to use it, for the scenario's length; returns at once. */
  void start() throws IOException;

  /** Waits for the last of it. */
  List<Row> finish() throws IOException;

  @Override
  void close() throws IOException;
}
