package dev.mptunnel.harness.lab;

import dev.mptunnel.client.doctor.Doctor;
import dev.mptunnel.config.ClientCommand;
import dev.mptunnel.program.Checkup;
import java.time.Duration;
import java.time.InstantSource;

/** {@code mpclient doctor} on a machine whose clock is an hour ahead: a namespace has none. */
final class DoctorAnHourLater {

  private DoctorAnHourLater() {}

  public static void main(String[] args) {
    InstantSource clock = InstantSource.offset(InstantSource.system(), Duration.ofHours(1));
    Doctor doctor = new Doctor(clock);
    System.exit(
        new Checkup<>(ClientCommand.doctor(System.getenv()), doctor::examine)
            .run(args, System.out, System.err));
  }
}
