package dev.mptunnel.harness.fuzz;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The configuration files of all programs. The first byte chooses the program. */
final class ConfigFileTarget implements FuzzTarget {

  private final Path file;

  ConfigFileTarget() {
    try {
      file = Files.createTempFile("fuzz", ".conf");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    file.toFile().deleteOnExit();
  }

  @Override
  public void accept(byte[] input) throws IOException {
    InputReader reader = new InputReader(input);
    Program<?> program = Program.ALL.get(reader.nextByte() % Program.ALL.size());
    Files.write(file, reader.rest());
    program.feed(file.toString(), "-c", file.toString());
  }

  @Override
  public List<byte[]> seeds() {
    return List.of(
        seed(
            0,
            """
            # a comment
            vps.example.org 4000
            [2001:db8::1]:4000 name=one bind=eth0 # and another
            192.0.2.1 4000 bind=192.0.2.7
            listen = 3000
            listen = [fe80::1%eth0]:3001
            listen.wg = 3002
            for = voice
            for.wg = vpn
            repair = 2.5%
            hold = 250ms
            ping = 50ms
            flow-timeout = 24h
            engine = io_uring
            """),
        seed(
            1,
            """
            listen = *:2000
            target = target.example.org:1194
            target.wg = 127.0.0.1:51820
            session-timeout = 2m
            repair = off
            hold = off
            max-sessions = 10
            """),
        seed(
            2,
            """
            listen = 4000
            server = one.example.org:2000
            server = [::1]:2000
            max-clients = 65535
            socket-buffer = 1g
            """));
  }

  private static byte[] seed(int program, String text) {
    return ((char) program + text).getBytes(StandardCharsets.UTF_8);
  }
}
