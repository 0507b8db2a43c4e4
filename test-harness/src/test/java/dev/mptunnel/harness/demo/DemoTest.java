package dev.mptunnel.harness.demo;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.harness.Seed;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** A short demo: what the lines let through is what arrives. */
class DemoTest {

  @Test
  void exactlyWhatALineLetThroughArrives() throws IOException {
    Seed seed = Seed.ofRun();
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    boolean exact =
        new Demo(new PrintStream(printed, true, StandardCharsets.UTF_8), /* seconds= */ 1, seed)
            .run();
    String text = printed.toString(StandardCharsets.UTF_8);
    System.out.println(text);
    assertTrue(exact, () -> text + seed);
  }
}
