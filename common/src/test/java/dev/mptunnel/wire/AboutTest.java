package dev.mptunnel.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AboutTest {

  private static ByteBuffer text(String text) {
    return StandardCharsets.US_ASCII.encode(text);
  }

  @Test
  void whatIsWrittenIsRead() {
    Map<Integer, InetSocketAddress> paths = new HashMap<>();
    InetAddress v6 = InetAddress.ofLiteral("2001:db8:1234:5678:9abc:def0:1234:5678");
    for (int path = 0; path < Limits.MAX_PATHS; path++) {
      paths.put(path, new InetSocketAddress(v6, 65_535));
    }
    paths.put(1, new InetSocketAddress(InetAddress.ofLiteral("203.0.113.5"), 4711));
    About about = new About("0.1.0-SNAPSHOT", 1_764_260_767_123L, paths);
    assertEquals(about, About.decode(about.encode()));
  }

  @Test
  void whatALaterVersionAddsIsSkipped() {
    About about = About.decode(text("version 9\nweather fine\n\ntime 7 utc\n"));
    assertEquals(new About("9", 7, Map.of()), about);
  }

  @Test
  void whatWouldDriveATerminalIsNotShown() {
    About about = About.decode(text("version \033[2J\ntime 1\n"));
    assertNotNull(about);
    assertEquals("??2J", about.version());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "x",
        "version",
        "time 1\n",
        "version 1\ntime now",
        "version 1\ntime",
        "version 1\npath 0 here",
        "version 1\npath 0 example.org:80",
        "version 1\npath 0 192.0.2.1:70000",
        "version 1\npath 0 :1"
      })
  void whatIsNoAnswerIsNone(String text) {
    assertNull(About.decode(text(text)));
  }

  @Test
  void norIsWhatIsTooLong() {
    assertNull(About.decode(text("version 1\n" + "x\n".repeat(3_000))));
  }

  /** To those who do not know it, it is a destination, which they refuse. */
  @Test
  void itsTargetIsNobodyElses() {
    assertTrue(Destination.isWritten(About.TARGET));
    assertNull(Destination.parse(About.TARGET));
  }
}
