package dev.mptunnel.stream;

import dev.mptunnel.wire.StreamFrames;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.LinkedHashSet;

/**
 * What the peer is told of connections besides their bytes: OPEN, CONNECTED, FIN, CREDIT and RESET.
 * Each is due until a record carries it, and again if that is lost; then it says what is so by
 * then.
 */
final class Controls {

  /** Of a record, what is for all but chunks. */
  static final int MAX_BYTES = 1_024;

  /** No frame but an OPEN, or a CHUNK, is longer. */
  private static final int SHORT_BYTES = 15;

  /** What a connection may have to tell at once. */
  private static final int BYTES_OF_CONNECTION = StreamFrames.MAX_CONTROL_BYTES + 4 * SHORT_BYTES;

  private interface Due {
    void set(boolean due);
  }

  private final Striper striper;
  private final boolean initiator;
  private final ByteBuffer record;
  private final LinkedHashSet<Connection> due = new LinkedHashSet<>();

  /**
   * @param record that they are put in
   */
  Controls(Striper striper, boolean initiator, ByteBuffer record) {
    this.striper = striper;
    this.initiator = initiator;
    this.record = record;
  }

  /** Something about a connection has changed. */
  void note(Connection connection) {
    if (connection.isTellDue()) {
      due.add(connection);
    }
  }

  /** Nothing of it is told any more. */
  void forget(Connection connection) {
    due.remove(connection);
  }

  /** Whether there is something to tell. */
  boolean isDue() {
    return !due.isEmpty();
  }

  /** Appends what is due, as much as there is room for. */
  void put(long now, Tunnel.Load sent) {
    Iterator<Connection> each = due.iterator();
    while (each.hasNext() && record.position() <= MAX_BYTES - BYTES_OF_CONNECTION) {
      Connection connection = each.next();
      each.remove();
      put(now, connection, sent);
    }
  }

  private void put(long now, Connection connection, Tunnel.Load sent) {
    if (connection.isResetDue()) {
      putOpen(connection, sent);
      putReset(connection, sent);
      return;
    }
    if (connection.isOpenDue() || connection.isFinDue() || connection.isCreditDue()) {
      putOpen(connection, sent);
    }
    if (connection.isConnectedDue()) {
      putConnected(connection, sent);
    }
    if (connection.isFinDue()) {
      putFin(connection, sent);
    }
    if (connection.isCreditDue()) {
      putCredit(now, connection, sent);
    }
  }

  /** Appends what a connection is, if the peer may not know it yet. */
  void putOpen(Connection connection, Tunnel.Load sent) {
    if (initiator && !connection.isKnown()) {
      connection.setOpenDue(false);
      StreamFrames.putOpen(record, connection.id(), connection.target());
      sent.add(connection::setKnown, () -> again(connection, connection::setOpenDue));
    }
  }

  private void putReset(Connection connection, Tunnel.Load sent) {
    connection.setResetDue(false);
    StreamFrames.putReset(record, connection.id(), connection.resetCode());
    sent.add(() -> striper.forget(connection), () -> again(connection, connection::setResetDue));
  }

  private void putFin(Connection connection, Tunnel.Load sent) {
    connection.setFinDue(false);
    StreamFrames.putFin(record, connection.id(), connection.sending().end());
    sent.add(
        () -> {
          connection.sending().onFinArrived();
          striper.note(connection);
        },
        () -> again(connection, connection::setFinDue));
  }

  private void putConnected(Connection connection, Tunnel.Load sent) {
    connection.setConnectedDue(false);
    StreamFrames.putConnected(record, connection.id());
    sent.add(() -> {}, () -> again(connection, connection::setConnectedDue));
  }

  private void putCredit(long now, Connection connection, Tunnel.Load sent) {
    connection.setCreditDue(false);
    striper.grant(now, connection);
    StreamFrames.putCredit(record, connection.id(), connection.receiving().limit());
    sent.add(() -> {}, () -> again(connection, connection::setCreditDue));
  }

  private void again(Connection connection, Due lost) {
    lost.set(true);
    striper.note(connection);
  }
}
