package dev.mptunnel.harness.lab;

import dev.mptunnel.harness.lab.application.Application;
import dev.mptunnel.harness.lab.application.Attempt;
import dev.mptunnel.harness.lab.application.Origin;
import dev.mptunnel.harness.lab.application.Workplace;
import dev.mptunnel.harness.link.LinkProperties;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Applications that do their work by each way in turn, one of them this project's proxy. */
final class ApplicationsComparison implements AutoCloseable {

  private static final Endpoint PROXY = new Endpoint("127.0.0.1", 1080);

  /** Of the packets that a work takes, these come before a line dies. */
  private static final double BEFORE_DEATH = 0.5;

  private final Topology topology;
  private final LinkProperties lossless;
  private final Origin origin;
  private final Workplace workplace;
  private final SealedPrograms programs;

  private ApplicationsComparison(
      Topology topology, LinkProperties lossless, Origin origin, SealedPrograms programs) {
    this.topology = topology;
    this.lossless = lossless;
    this.origin = origin;
    this.programs = programs;
    workplace = new Workplace(topology.client(), topology.directory().resolve("work"));
  }

  /**
   * Makes all ready.
   *
   * @param topology of lines as in the conditions, all alike
   * @param tunnels TCP connections over each bridge
   * @param sockets of the tunnels; what goes directly sends by the same
   */
  static ApplicationsComparison start(
      Topology topology, Conditions conditions, int tunnels, TunnelSockets sockets)
      throws IOException {
    RoutedLines.set(topology);
    RoutedLines.sendBy(topology, sockets.congestionControl());
    Origin origin = Origin.start(topology);
    try {
      SealedPrograms programs =
          SealedPrograms.start(
              topology,
              tunnels,
              sockets,
              BridgeKind.OURS,
              List.of("--allow", origin.address()),
              List.of("--socks", PROXY.toString()));
      LinkProperties lossless = OneLine.of(conditions).lossless();
      return new ApplicationsComparison(topology, lossless, origin, programs);
    } catch (IOException | RuntimeException e) {
      origin.close();
      throw e;
    }
  }

  /** All applications there are. */
  List<Application> applications() {
    return Application.all(workplace, origin);
  }

  /** Has each application do its work once by the proxy: our programs' JVMs are slow at first. */
  void warmUp(List<Application> applications) throws IOException {
    for (Application application : applications) {
      attempt(application, Optional.of(PROXY));
    }
  }

  /**
   * Has each application do its work so often by each way.
   *
   * @param onRun is told of each as it ends
   */
  List<ApplicationRun> measure(
      List<Application> applications, int runs, Consumer<ApplicationRun> onRun) throws IOException {
    List<ApplicationRun> all = new ArrayList<>();
    int dying = 1;
    for (int i = 0; i < runs; i++) {
      for (Application application : applications) {
        for (ApplicationWay way : ApplicationWay.values()) {
          ApplicationRun run = run(application, way, dying);
          onRun.accept(run);
          all.add(run);
        }
        dying = 1 + dying % topology.lines().size();
      }
    }
    return all;
  }

  /**
   * One run.
   *
   * @param dying the line that dies, from 1
   */
  ApplicationRun run(Application application, ApplicationWay way, int dying) throws IOException {
    String name = application.name();
    return switch (way) {
      case LOSSLESS -> {
        Line first = topology.lines().getFirst();
        LinkProperties usual = first.properties(Direction.UP);
        first.become(lossless);
        try {
          yield new ApplicationRun(name, way, attempt(application, Optional.empty()), false);
        } finally {
          first.become(usual);
        }
      }
      case DIRECT -> new ApplicationRun(name, way, attempt(application, Optional.empty()), false);
      case MPTUNNEL -> {
        programs.awaitTunnels();
        long packets = (long) (BEFORE_DEATH * application.packets());
        try (DyingLine line = DyingLine.start(topology, dying, packets)) {
          List<Attempt> attempts = attempt(application, Optional.of(PROXY));
          yield new ApplicationRun(name, way, attempts, line.revive());
        }
      }
    };
  }

  private List<Attempt> attempt(Application application, Optional<Endpoint> proxy)
      throws IOException {
    workplace.clear();
    long startNanos = System.nanoTime();
    try {
      return application.run(proxy);
    } catch (IOException e) {
      return List.of(Attempt.failed((System.nanoTime() - startNanos) / 1e9, e.getMessage()));
    }
  }

  @Override
  public void close() throws IOException {
    programs.close();
    origin.close();
  }
}
