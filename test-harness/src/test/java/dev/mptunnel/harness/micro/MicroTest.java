package dev.mptunnel.harness.micro;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.core.WindowBenchmark;
import dev.mptunnel.stream.SchedulerBenchmark;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whether the benchmarks do what they measure. */
class MicroTest {

  @Test
  void ofThreeCopiesOneIsTaken() {
    WindowBenchmark window = new WindowBenchmark();
    window.start();
    for (int i = 0; i < 1_000; i++) {
      assertEquals(1, window.copiesTogether());
    }
    window.start();
    int taken = 0;
    for (int i = 0; i < 1_000; i++) {
      taken += window.copiesApart();
    }
    assertEquals(1_000 + 100, taken, "the numbers before the first one besides");
  }

  @Test
  void aTunnelIsChosen() {
    SchedulerBenchmark scheduler = new SchedulerBenchmark();
    scheduler.count = 12;
    scheduler.start();
    assertNotNull(scheduler.choose());
  }

  @Test
  void whatIsWrittenIsRead() {
    CodecBenchmark codec = new CodecBenchmark();
    codec.bytes = 200;
    codec.start();
    assertTrue(codec.write().remaining() > 200);
    assertTrue(codec.read() > 200);
    assertTrue(codec.read() > 200, "and once more");
  }

  @ParameterizedTest
  @EnumSource
  void eachDatagramGoesThroughOnce(CoreBenchmark.Protection protection) {
    CoreBenchmark core = new CoreBenchmark();
    core.protection = protection;
    core.bytes = 1_400;
    core.start();
    long before = core.oneDatagram();
    assertEquals(before + 1, core.oneDatagram());
  }

  @ParameterizedTest
  @EnumSource
  void whatIsSealedOpens(PacketBenchmark.Protection protection) {
    PacketBenchmark packet = new PacketBenchmark();
    packet.protection = protection;
    packet.bytes = 200;
    packet.start();
    assertEquals(200, packet.open().remaining() - 16);
  }
}
