package dev.mptunnel.config;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Whatever the input is, it is read or refused in one printable line. */
class GarbageTest {

  private static final int ROUNDS = 4_000;

  /** Pieces of the grammar, so that the input gets past the first check often enough. */
  private static final List<String> PIECES =
      List.of(
          " ",
          "\t",
          "\n",
          "\r\n",
          "#",
          "=",
          ",",
          ":",
          "[",
          "]",
          "%",
          "-",
          ".",
          "*",
          "--",
          "--ping",
          "--verbose=",
          "-v",
          "@",
          "a",
          "vps.example.org",
          "::1",
          "[::1]",
          "fe80::1%eth0",
          "1.2.3.4",
          "::ffff:1.2.3.4",
          "4000",
          "99999",
          "0",
          "name=",
          "bind=",
          "eth0",
          "listen",
          "bridge",
          "server",
          "target",
          "target.",
          "--target.wg",
          "--listen.",
          "--targets",
          "for",
          "for.",
          "for.wg",
          "--for.wg",
          "voice",
          "repair",
          "--repair",
          "2.5%",
          "hold",
          "ping",
          "max-flows",
          "socket-buffer",
          "engine",
          "loops",
          "auto",
          "secret",
          "--secret",
          "mps1-",
          "mpt1-aaaqe",
          "encrypt",
          "off",
          "cipher",
          "clients-file",
          "invite",
          "250ms",
          "9223372036854775807h",
          "4g",
          "udp-listen:",
          "udp4:",
          "udp6:",
          "fork",
          "é",
          "\u2028",
          "\uD83D\uDE00",
          "\uD83D",
          "\0");

  @Test
  void isReadOrRefusedInOneLine() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int round = 0; round < ROUNDS; round++) {
      String text = text(random);
      try {
        feed(text, random);
      } catch (ConfigException e) {
        boolean printable =
            e.getMessage().chars().noneMatch(c -> Character.isISOControl(c) || c == '\u2028');
        assertTrue(printable && !e.getMessage().contains("null"), e.getMessage());
      } catch (RuntimeException | StackOverflowError e) {
        fail("seed " + seed + ", round " + round + ", input <" + text + ">", e);
      }
    }
  }

  private static void feed(String text, Random random) throws ConfigException {
    if (random.nextBoolean()) {
      byte[] content = text.getBytes(StandardCharsets.UTF_8);
      for (int flips = random.nextInt(3); flips > 0 && content.length > 0; flips--) {
        content[random.nextInt(content.length)] = (byte) random.nextInt();
      }
      switch (random.nextInt(3)) {
        case 0 -> ClientConfig.of(ConfigFile.parse("f", Path.of("f"), content, Settings.CLIENT));
        case 1 -> ConfigFile.parse("f", Path.of("f"), content, Settings.MPSERVER);
        default -> ConfigFile.parse("f", Path.of("f"), content, Settings.RELAY);
      }
      return;
    }
    String[] words =
        Arrays.stream(text.split("[ \t]+")).filter(w -> !w.startsWith("-c")).toArray(String[]::new);
    switch (random.nextInt(4)) {
      case 0 -> new ClientCommand(Map.of()).config(words);
      case 1 -> {
        KeysCommand command = KeysCommand.of(words, Map.of("MPTUNNEL_SECRET", text));
        if (command != null) {
          command.config(words);
        }
      }
      case 2 -> new ServerCommand(Map.of()).config(words);
      default -> new BridgeCommand().config(words);
    }
  }

  private static String text(Random random) {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(24); i > 0; i--) {
      text.append(PIECES.get(random.nextInt(PIECES.size())));
      if (random.nextInt(3) == 0) {
        text.append(' ');
      }
    }
    return text.toString();
  }
}
