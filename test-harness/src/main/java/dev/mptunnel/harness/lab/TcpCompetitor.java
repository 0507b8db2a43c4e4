package dev.mptunnel.harness.lab;

import java.io.IOException;
import java.util.List;

/** A way for a bulk TCP connection from the client's host to the server's. */
interface TcpCompetitor {

  /** What the table calls it. */
  String name();

  /** Makes it ready for a transfer. */
  Ready start(Topology topology) throws IOException;

  /** One that is ready. */
  interface Ready extends AutoCloseable {

    /** What runs at once in a transfer. */
    List<BulkConnection> connections();

    /** Where the client's host finds the one that shows what is typed; see {@link Keystrokes}. */
    Endpoint keystrokes();

    /** What the application sends by. */
    String congestionControl();

    /**
     * Looks in mid-transfer whether what is measured is what was meant.
     *
     * @throws IOException saying what is not
     */
    void check(Topology topology, Direction direction) throws IOException;

    /** Whether there are any, which are slow at first. */
    boolean hasPrograms();

    /** What its programs have used so far. */
    Processors used() throws IOException;

    @Override
    void close() throws IOException;
  }
}
