package dev.mptunnel.client;

import dev.mptunnel.config.ClientCommand;
import dev.mptunnel.config.ClientConfig;
import dev.mptunnel.program.Program;
import dev.mptunnel.program.StatusProgram;

/** {@code mpclient}. */
public final class Main {

  private Main() {}

  public static void main(String[] args) throws InterruptedException {
    System.exit(
        StatusProgram.isAsked(args)
            ? new StatusProgram("mpclient", System.getenv(), System.out, System.err).run(args)
            : new Program<>(
                    new ClientCommand(System.getenv()),
                    ClientConfig::sockets,
                    ClientConfig::status,
                    Client::start)
                .run(args, System.out, System.err));
  }
}
