package dev.mptunnel.server;

import dev.mptunnel.core.Event;
import dev.mptunnel.core.Flow;
import dev.mptunnel.core.Rights;
import dev.mptunnel.net.EndpointDriver;
import dev.mptunnel.net.StriperDriver;
import dev.mptunnel.stream.Connection;
import dev.mptunnel.stream.StreamRoom;
import java.util.Set;

/** The program that a server runs in, where it is itself what clients are led to. */
public interface LocalTarget {

  /** The names of the targets that it is; the empty one is that of the one without a name. */
  Set<String> names();

  /** The memory for what connections keep. */
  StreamRoom room();

  /**
   * A connection to one of them: an end is to be attached. On the thread of TCP.
   *
   * @param driver what it is driven by
   * @param rights whose it is
   */
  void opened(StriperDriver driver, Connection connection, long sessionId, Rights rights);

  /**
   * A flow to one of them: a {@link dev.mptunnel.net.FlowEnd} is to be attached. On the thread of
   * datagrams.
   */
  void opened(EndpointDriver driver, Flow flow);

  /** Something has happened to a session. On the thread of datagrams. */
  void event(Event event);
}
