package dev.mptunnel.client;

import dev.mptunnel.config.ClientCommand;
import dev.mptunnel.config.ClientConfig;
import dev.mptunnel.program.Program;

/** {@code mpclient}. */
public final class Main {

  private Main() {}

  public static void main(String[] args) throws InterruptedException {
    System.exit(
        new Program<>(new ClientCommand(System.getenv()), ClientConfig::sockets, Client::start)
            .run(args, System.out, System.err));
  }
}
