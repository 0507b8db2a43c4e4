package dev.mptunnel.server;

import dev.mptunnel.config.ServerCommand;
import dev.mptunnel.config.ServerConfig;
import dev.mptunnel.program.Program;

/** {@code mpserver}. */
public final class Main {

  private Main() {}

  public static void main(String[] args) throws InterruptedException {
    System.exit(
        new Program<>(new ServerCommand(), ServerConfig::sockets, Server::start)
            .run(args, System.out, System.err));
  }
}
