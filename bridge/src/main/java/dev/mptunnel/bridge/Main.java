package dev.mptunnel.bridge;

import dev.mptunnel.config.BridgeCommand;
import dev.mptunnel.config.BridgeConfig;
import dev.mptunnel.program.Program;

/** {@code bridge}. */
public final class Main {

  private Main() {}

  public static void main(String[] args) throws InterruptedException {
    System.exit(
        new Program<>(new BridgeCommand(), BridgeConfig::sockets, Relay::start)
            .run(args, System.out, System.err));
  }
}
