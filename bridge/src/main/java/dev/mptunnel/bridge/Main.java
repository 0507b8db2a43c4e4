package dev.mptunnel.bridge;

import dev.mptunnel.config.BridgeCommand;
import dev.mptunnel.config.BridgeConfig;
import dev.mptunnel.program.Program;
import dev.mptunnel.program.StatusProgram;

/** {@code bridge}. */
public final class Main {

  private Main() {}

  public static void main(String[] args) throws InterruptedException {
    System.exit(
        StatusProgram.isAsked(args)
            ? new StatusProgram("bridge", System.getenv(), System.out, System.err).run(args)
            : new Program<>(
                    new BridgeCommand(), BridgeConfig::sockets, BridgeConfig::status, Relay::start)
                .run(args, System.out, System.err));
  }
}
