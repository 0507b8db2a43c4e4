package dev.mptunnel.net;

import java.nio.ByteBuffer;

/**
 * What a flow leads to at this end where that is no socket; attached to it. Called on the thread of
 * datagrams.
 */
public interface FlowEnd {

  /** A datagram has come. The buffer is the caller's again when this returns. */
  void onDatagram(ByteBuffer payload);

  /** The flow is gone: it was silent for too long, or had to make room. */
  void onClosed();
}
