package dev.mptunnel.harness.bench;

import dev.mptunnel.client.Client;
import dev.mptunnel.config.ClientCommand;
import dev.mptunnel.config.ClientConfig;
import dev.mptunnel.config.CommandResult;
import dev.mptunnel.config.HostPort;
import dev.mptunnel.core.PathReport;
import dev.mptunnel.net.DatagramEngine;
import dev.mptunnel.net.Engines;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * A process of many clients, {@code COUNT OPTIONS-OF-MPCLIENT}: each a whole client with a session
 * and sockets of its own, all on one thread. Prints where they listen when all of their paths have
 * answered, and runs until it is ended.
 */
public final class ManyClients {

  /** What it says before their ports. */
  static final String PORTS = "clients listen on:";

  /** What it says then. */
  static final String READY = "all clients are up";

  /** So many begin before the others wait for them: a server guards itself against crowds. */
  private static final int TOGETHER = 50;

  private static final long POLL_MILLIS = 5;

  private ManyClients() {}

  /** Starts the clients. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    int count = Integer.parseInt(arguments[0]);
    String[] options = List.of(arguments).subList(1, arguments.length).toArray(String[]::new);
    CommandResult<ClientConfig> told =
        new ClientCommand(System.getenv()).start(options, System.out, System.err);
    switch (told) {
      case CommandResult.Exit<ClientConfig>(int status) -> System.exit(status);
      case CommandResult.Run<ClientConfig>(ClientConfig config, _) -> run(count, config);
    }
  }

  private static void run(int count, ClientConfig config) throws IOException, InterruptedException {
    // As in the programs, the engine's thread is what keeps the process going.
    DatagramEngine engine = Engines.open(config.sockets().engine(), "clients");
    List<Client> clients = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      clients.add(Client.start(engine, anywhere(config)));
      if (clients.size() % TOGETHER == 0) {
        awaitAll(clients.subList(clients.size() - TOGETHER, clients.size()));
      }
    }
    awaitAll(clients);
    System.out.println(
        clients.stream()
            .map(client -> " " + client.listening().getFirst().getPort())
            .collect(Collectors.joining("", PORTS, "")));
    System.out.println(READY);
  }

  private static ClientConfig anywhere(ClientConfig config) {
    return new ClientConfig(
        List.of(new HostPort("127.0.0.1", 0)),
        config.listenNamed(),
        config.passenger(),
        config.passengersNamed(),
        config.bridges(),
        config.security(),
        config.session(),
        config.sockets(),
        config.tcp(),
        config.proxy());
  }

  private static void awaitAll(List<Client> clients) throws InterruptedException {
    for (Client client : clients) {
      while (!isUp(client.report().join().paths())) {
        TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
      }
    }
  }

  private static boolean isUp(List<PathReport> paths) {
    return !paths.isEmpty() && paths.stream().allMatch(path -> path.rttP50Micros() > 0);
  }
}
