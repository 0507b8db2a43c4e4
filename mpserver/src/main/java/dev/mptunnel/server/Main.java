package dev.mptunnel.server;

import dev.mptunnel.config.KeysCommand;
import dev.mptunnel.config.ServerCommand;
import dev.mptunnel.config.ServerConfig;
import dev.mptunnel.program.Checkup;
import dev.mptunnel.program.HeadStart;
import dev.mptunnel.program.OrderProgram;
import dev.mptunnel.program.Program;
import dev.mptunnel.program.StatusProgram;
import java.security.SecureRandom;
import java.time.LocalDate;
import java.time.ZoneId;

/** {@code mpserver}: serves, or makes keys, or looks whether it would serve. */
public final class Main {

  private Main() {}

  public static void main(String[] args) throws InterruptedException {
    if (StatusProgram.isAsked(args)) {
      System.exit(new StatusProgram("mpserver", System.getenv(), System.out, System.err).run(args));
    }
    if (OrderProgram.isAsked(args)) {
      System.exit(new OrderProgram("mpserver", System.getenv(), System.out, System.err).run(args));
    }
    if (Checkup.isAsked("check", args)) {
      System.exit(check(args));
    }
    KeysCommand keys = KeysCommand.of(args, System.getenv());
    System.exit(keys == null ? serve(args) : work(keys, args));
  }

  private static int check(String[] args) {
    return new Checkup<>(ServerCommand.check(System.getenv()), ServerCheck::examine)
        .run(args, System.out, System.err);
  }

  private static int serve(String[] args) throws InterruptedException {
    HeadStart.beginWithKeys();
    return new Program<>(
            new ServerCommand(System.getenv()),
            ServerConfig::sockets,
            ServerConfig::status,
            Server::start)
        .run(args, System.out, System.err);
  }

  private static int work(KeysCommand keys, String[] args) {
    return new KeysProgram(
            new SecureRandom(), LocalDate.now(ZoneId.systemDefault()), System.out, System.err)
        .run(keys, args);
  }
}
