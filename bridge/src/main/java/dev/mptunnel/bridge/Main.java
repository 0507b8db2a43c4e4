package dev.mptunnel.bridge;

import dev.mptunnel.config.BridgeCommand;
import dev.mptunnel.config.BridgeConfig;
import dev.mptunnel.program.Checkup;
import dev.mptunnel.program.HeadStart;
import dev.mptunnel.program.OrderProgram;
import dev.mptunnel.program.Program;
import dev.mptunnel.program.StatusProgram;

/** {@code mpbridge}. */
public final class Main {

  private Main() {}

  public static void main(String[] args) throws InterruptedException {
    if (StatusProgram.isAsked(args)) {
      System.exit(new StatusProgram("mpbridge", System.getenv(), System.out, System.err).run(args));
    }
    if (OrderProgram.isAsked(args)) {
      System.exit(new OrderProgram("mpbridge", System.getenv(), System.out, System.err).run(args));
    }
    System.exit(Checkup.isAsked("check", args) ? check(args) : run(args));
  }

  private static int run(String[] args) throws InterruptedException {
    HeadStart.begin();
    return new Program<>(
            new BridgeCommand(), BridgeConfig::sockets, BridgeConfig::status, Relay::start)
        .run(args, System.out, System.err);
  }

  private static int check(String[] args) {
    return new Checkup<>(BridgeCommand.check(), BridgeCheck::examine)
        .run(args, System.out, System.err);
  }
}
