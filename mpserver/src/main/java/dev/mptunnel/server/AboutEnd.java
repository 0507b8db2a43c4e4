package dev.mptunnel.server;

import dev.mptunnel.config.Version;
import dev.mptunnel.core.Flow;
import dev.mptunnel.core.PathReport;
import dev.mptunnel.net.DatagramEngine;
import dev.mptunnel.net.EndpointDriver;
import dev.mptunnel.net.FlowEnd;
import dev.mptunnel.wire.About;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.TreeMap;

/** Answers a client that asks what this server is: each datagram with one. */
final class AboutEnd implements FlowEnd {

  private static final String VERSION = Version.current();

  private final DatagramEngine engine;
  private final EndpointDriver driver;
  private final Flow flow;
  private boolean closed;

  AboutEnd(DatagramEngine engine, EndpointDriver driver, Flow flow) {
    this.engine = engine;
    this.driver = driver;
    this.flow = flow;
  }

  @Override
  public void onDatagram(ByteBuffer payload) {
    engine.execute(this::answer); // not within the endpoint's work
  }

  private void answer() {
    if (!closed) {
      driver.run(now -> driver.endpoint().send(now, flow, about().encode()));
    }
  }

  private About about() {
    Map<Integer, InetSocketAddress> paths = new TreeMap<>();
    for (PathReport path : flow.session().report().paths()) {
      if (path.remote() != null) {
        paths.put(path.id(), path.remote());
      }
    }
    return new About(VERSION, System.currentTimeMillis(), paths);
  }

  @Override
  public void onClosed() {
    closed = true;
  }
}
