package dev.mptunnel.harness.bench;

import dev.mptunnel.config.ClientCommand;
import dev.mptunnel.config.ClientConfig;
import dev.mptunnel.config.CommandResult;
import dev.mptunnel.net.DatagramEngine;
import dev.mptunnel.net.Engines;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.ExecutionException;

/**
 * A process of many sessions, {@code FIRST COUNT OPTIONS-OF-MPCLIENT}, where FIRST is the number of
 * its first session among those of all such processes. Prints where it takes datagrams when all of
 * their paths have answered, and runs until it is ended.
 */
public final class ManySessions {

  /** What it says then, before the port. */
  static final String READY = "all sessions are up, port ";

  private ManySessions() {}

  /** Starts the sessions. */
  public static void main(String[] arguments) throws Exception {
    int first = Integer.parseInt(arguments[0]);
    int count = Integer.parseInt(arguments[1]);
    String[] options = List.of(arguments).subList(2, arguments.length).toArray(String[]::new);
    CommandResult<ClientConfig> told =
        new ClientCommand(System.getenv()).start(options, System.out, System.err);
    switch (told) {
      case CommandResult.Exit<ClientConfig>(int status) -> System.exit(status);
      case CommandResult.Run<ClientConfig>(ClientConfig config, _) -> run(first, count, config);
    }
  }

  private static void run(int first, int count, ClientConfig config)
      throws IOException, InterruptedException {
    // As in the programs, the engine's thread is what keeps the process going.
    DatagramEngine engine = Engines.open(config.sockets().engine(), "sessions");
    try {
      int port = new LightClients(engine, config, first, count).start().get().getPort();
      System.out.println(READY + port);
    } catch (ExecutionException e) {
      engine.close();
      throw new IOException(e.getCause().getMessage(), e);
    }
  }
}
