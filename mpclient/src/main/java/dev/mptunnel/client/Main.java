package dev.mptunnel.client;

import dev.mptunnel.client.doctor.Doctor;
import dev.mptunnel.config.ClientCommand;
import dev.mptunnel.config.ClientConfig;
import dev.mptunnel.program.Checkup;
import dev.mptunnel.program.HeadStart;
import dev.mptunnel.program.OrderProgram;
import dev.mptunnel.program.Program;
import dev.mptunnel.program.StatusProgram;
import java.time.InstantSource;

/** {@code mpclient}. */
public final class Main {

  private Main() {}

  public static void main(String[] args) throws InterruptedException {
    if (StatusProgram.isAsked(args)) {
      System.exit(new StatusProgram("mpclient", System.getenv(), System.out, System.err).run(args));
    }
    if (OrderProgram.isAsked(args)) {
      System.exit(new OrderProgram("mpclient", System.getenv(), System.out, System.err).run(args));
    }
    System.exit(Checkup.isAsked("doctor", args) ? examine(args) : run(args));
  }

  private static int run(String[] args) throws InterruptedException {
    HeadStart.beginWithKeys();
    return new Program<>(
            new ClientCommand(System.getenv()),
            ClientConfig::sockets,
            ClientConfig::status,
            Client::start)
        .run(args, System.out, System.err);
  }

  private static int examine(String[] args) {
    Doctor doctor = new Doctor(InstantSource.system());
    return new Checkup<>(ClientCommand.doctor(System.getenv()), doctor::examine)
        .run(args, System.out, System.err);
  }
}
