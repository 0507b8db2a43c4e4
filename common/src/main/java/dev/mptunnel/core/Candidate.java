package dev.mptunnel.core;

import java.net.InetSocketAddress;

/** An address that a path may move to, once it has proved that packets to it arrive. */
final class Candidate {

  private final int port;
  private final InetSocketAddress remote;
  private long budgetBytes;

  Candidate(int port, InetSocketAddress remote) {
    this.port = port;
    this.remote = remote;
  }

  boolean isAt(int port, InetSocketAddress remote) {
    return this.port == port && this.remote.equals(remote);
  }

  void countReceived(int bytes) {
    budgetBytes += bytes;
  }

  /** Whether so many bytes may be sent there; if so, they are counted as sent. */
  boolean maySend(int bytes) {
    if (bytes > budgetBytes) {
      return false;
    }
    budgetBytes -= bytes;
    return true;
  }
}
