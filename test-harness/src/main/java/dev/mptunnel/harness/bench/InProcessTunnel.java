package dev.mptunnel.harness.bench;

import dev.mptunnel.client.Client;
import dev.mptunnel.config.ClientCommand;
import dev.mptunnel.config.ClientConfig;
import dev.mptunnel.config.Command;
import dev.mptunnel.config.CommandResult;
import dev.mptunnel.config.ServerCommand;
import dev.mptunnel.config.ServerConfig;
import dev.mptunnel.harness.tunnel.FreePorts;
import dev.mptunnel.net.DatagramEngine;
import dev.mptunnel.net.Engines;
import dev.mptunnel.server.Server;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A client and a server in this process, each on a thread of its own, so that one can see what they
 * allocate.
 */
final class InProcessTunnel implements AutoCloseable {

  private static final String LOOPBACK = "127.0.0.1";

  private final DatagramEngine serverEngine;
  private final DatagramEngine clientEngine;
  private final Server server;
  private final Client client;

  /**
   * Starts both.
   *
   * @param target what the server leads to
   */
  InProcessTunnel(Plan.Tunnel plan, int paths, InetSocketAddress target) throws IOException {
    int serverPort = FreePorts.next();
    List<String> serverWords = new ArrayList<>(plan.serverOptions());
    serverWords.addAll(List.of("--loops", "1")); // one thread, whose work is counted
    serverWords.addAll(List.of("--listen", LOOPBACK + ":" + serverPort));
    serverWords.addAll(List.of("--protocol", "udp"));
    serverWords.addAll(List.of("--target", LOOPBACK + ":" + target.getPort()));
    ServerConfig serverConfig = parsed(new ServerCommand(Map.of()), serverWords);
    List<String> clientWords = new ArrayList<>(plan.clientOptions());
    clientWords.addAll(List.of("--listen", LOOPBACK + ":" + FreePorts.next()));
    for (int path = 1; path <= paths; path++) {
      clientWords.addAll(List.of("--bridge", LOOPBACK + " " + serverPort + " name=path" + path));
    }
    ClientConfig clientConfig = parsed(new ClientCommand(Map.of()), clientWords);
    serverEngine = Engines.open(serverConfig.sockets().engine(), "bench-server");
    try {
      server = Server.start(serverEngine, serverConfig);
      clientEngine = Engines.open(clientConfig.sockets().engine(), "bench-client");
    } catch (IOException e) {
      serverEngine.close();
      throw e;
    }
    try {
      client = Client.start(clientEngine, clientConfig);
    } catch (IOException e) {
      clientEngine.close();
      serverEngine.close();
      throw e;
    }
  }

  private static <C> C parsed(Command<C> command, List<String> words) throws IOException {
    return switch (command.start(words.toArray(String[]::new), System.out, System.err)) {
      case CommandResult.Exit<C> _ -> throw new IOException("these options are wrong: " + words);
      case CommandResult.Run<C>(C config, _) -> config;
    };
  }

  /** Where applications send to. */
  InetSocketAddress entry() {
    return client.listening().getFirst();
  }

  /** The thread that does all of the client's work. */
  long clientThread() {
    return clientEngine.call(() -> Thread.currentThread().threadId()).join();
  }

  long serverThread() {
    return serverEngine.call(() -> Thread.currentThread().threadId()).join();
  }

  @Override
  public void close() {
    client.close();
    server.close();
    clientEngine.close();
    serverEngine.close();
  }
}
