package dev.mptunnel.harness.tunnel;

import dev.mptunnel.harness.Await;
import dev.mptunnel.harness.Seed;
import dev.mptunnel.harness.emulator.Direction;
import dev.mptunnel.harness.emulator.UdpLink;
import dev.mptunnel.harness.link.LinkModel;
import dev.mptunnel.harness.link.LinkProperties;
import dev.mptunnel.harness.loop.DatagramLoop;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A tunnel of processes, each of which can be killed and started again where it was. Its lines lose
 * nothing and take a known time.
 *
 * <pre>
 *  application -- mpclient -- line one -- bridge -- mpserver -- target
 *                         `-- line two -- bridge --'
 * </pre>
 */
final class ProcessTunnel implements AutoCloseable {

  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final List<String> LINES = List.of("one", "two");

  /** More than the PINGs of a second: DATA passes. */
  private static final int IN_USE_PACKETS = 30;

  private final String serverPort = FreePorts.nextText();
  private final String clientPort = FreePorts.nextText();
  private final List<String> bridgePorts = List.of(FreePorts.nextText(), FreePorts.nextText());
  private final InetSocketAddress target;
  private final List<String> options;
  private final DatagramLoop loop;
  private final List<UdpLink> links = new ArrayList<>();
  private final List<ProgramProcess> bridges = new ArrayList<>();
  private ProgramProcess server;
  private ProgramProcess client;

  /**
   * Starts everything and waits until each path is up.
   *
   * @param delayMillis of each line, one way
   * @param options of mpclient and mpserver
   */
  ProcessTunnel(InetSocketAddress target, int delayMillis, String... options) throws IOException {
    this.target = target;
    this.options = List.of(options);
    loop = DatagramLoop.start("lines");
    LinkProperties properties = LinkProperties.parse("delay=" + delayMillis + "ms");
    try {
      server = launchServer();
      for (int i = 0; i < LINES.size(); i++) {
        links.add(
            UdpLink.open(
                loop,
                BothWays.LOOPBACK,
                BothWays.at(bridgePorts.get(i)),
                model(properties),
                model(properties),
                UdpLink.Observer.NONE));
        bridges.add(launchBridge(i));
      }
      server.awaitError("listening on");
      bridges.forEach(bridge -> bridge.awaitError("listening on"));
      client = launchClient();
      LINES.forEach(line -> client.awaitError("path " + line + " is up"));
    } catch (IOException | AssertionError e) {
      close();
      throw e;
    }
  }

  private static LinkModel model(LinkProperties properties) {
    return new LinkModel(properties, Seed.ofRun().generator(), System.nanoTime());
  }

  private ProgramProcess launchServer() throws IOException {
    List<String> arguments = new ArrayList<>(options);
    arguments.addAll(List.of(serverPort, "127.0.0.1", Integer.toString(target.getPort())));
    return ProgramProcess.launchServer(arguments.toArray(String[]::new));
  }

  private ProgramProcess launchBridge(int line) throws IOException {
    return ProgramProcess.launchBridge(bridgePorts.get(line), "127.0.0.1:" + serverPort);
  }

  private ProgramProcess launchClient() throws IOException {
    List<String> arguments = new ArrayList<>(options);
    arguments.addAll(List.of("--listen", clientPort));
    for (int i = 0; i < LINES.size(); i++) {
      arguments.add("--bridge");
      arguments.add("127.0.0.1 " + links.get(i).address().getPort() + " name=" + LINES.get(i));
    }
    return ProgramProcess.launchClient(arguments.toArray(String[]::new));
  }

  /** Where the application sends to. */
  InetSocketAddress entry() {
    return BothWays.at(clientPort);
  }

  /** Where mpserver listens, as it is written. */
  String serverAddress() {
    return "127.0.0.1:" + serverPort;
  }

  ProgramProcess server() {
    return server;
  }

  ProgramProcess client() {
    return client;
  }

  /** The bridges, in the order of the lines. */
  List<ProgramProcess> bridges() {
    return bridges;
  }

  /** Starts mpserver where it was. */
  ProgramProcess relaunchServer() throws IOException {
    server = launchServer();
    return server;
  }

  /** Starts mpclient where it was. */
  ProgramProcess relaunchClient() throws IOException {
    client = launchClient();
    return client;
  }

  /** Starts a bridge where it was. */
  ProgramProcess relaunchBridge(int line) throws IOException {
    bridges.set(line, launchBridge(line));
    return bridges.get(line);
  }

  /** Waits until every line carries the load both ways. */
  void awaitAllInUse() {
    List<LinkModel> models = new ArrayList<>();
    for (UdpLink link : links) {
      models.add(link.model(Direction.UP));
      models.add(link.model(Direction.DOWN));
    }
    List<Long> goals =
        models.stream().map(model -> model.counters().delivered() + IN_USE_PACKETS).toList();
    Await.until(
        "every line to carry the load",
        LIMIT,
        () -> {
          for (int i = 0; i < goals.size(); i++) {
            if (models.get(i).counters().delivered() < goals.get(i)) {
              return false;
            }
          }
          return true;
        });
  }

  @Override
  public void close() {
    if (client != null) {
      client.close();
    }
    bridges.forEach(ProgramProcess::close);
    if (server != null) {
      server.close();
    }
    links.forEach(UdpLink::close);
    loop.close();
  }
}
