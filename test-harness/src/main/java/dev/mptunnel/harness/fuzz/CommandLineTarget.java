package dev.mptunnel.harness.fuzz;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The command lines of all programs, socat's words included. The first byte chooses the program;
 * what follows are the words, one on a line.
 */
final class CommandLineTarget implements FuzzTarget {

  @Override
  public void accept(byte[] input) {
    InputReader reader = new InputReader(input);
    Program<?> program = Program.ALL.get(reader.nextByte() % Program.ALL.size());
    // No other folder's files: a configuration "file" such as /dev/watchdog had better stay closed.
    String text = new String(reader.rest(), StandardCharsets.UTF_8).replace('/', '|');
    program.feed("", text.isEmpty() ? new String[0] : text.split("\n", -1));
  }

  @Override
  public List<byte[]> seeds() {
    return List.of(
        seed(0, "--bridge", "vps.example.org 4000 name=one bind=eth0", "--listen=3000", "-v"),
        seed(0, "--bridge", "a:1", "--listen.wg=3002", "--for.wg", "game", "--repair", "0.5%"),
        seed(0, "no-such-file.conf", "--ping-idle", "5m"),
        seed(1, "2000,2001", "192.0.2.1", "1194", "--path-timeout", "10m"),
        seed(1, "2000", "[::1]:1194", "--max-sessions=7", "-c", "no-such-file.conf"),
        seed(1, "2000", "a:1", "--repair=off", "--hold", "auto"),
        seed(1, "2000", "--target.wg", "127.0.0.1:51820", "--target.a-b_c=[::1]:1"),
        seed(2, "4000", "one.example.org:2000", "192.0.2.1", "2000", "--engine", "nio"),
        seed(2, "UDP4-LISTEN:4000,fork,reuseaddr,bind=192.0.2.7", "udp4:192.0.2.1:2000"),
        seed(2, "--help"),
        seed(2, "--version"));
  }

  private static byte[] seed(int program, String... words) {
    return ((char) program + String.join("\n", words)).getBytes(StandardCharsets.UTF_8);
  }
}
