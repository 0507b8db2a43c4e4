package dev.mptunnel.harness.emulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.harness.Await;
import dev.mptunnel.harness.Seed;
import dev.mptunnel.harness.link.LinkModel;
import dev.mptunnel.harness.link.LinkProperties;
import dev.mptunnel.harness.load.Gate;
import dev.mptunnel.harness.load.LoadPlan;
import dev.mptunnel.harness.load.LoadStream;
import dev.mptunnel.harness.load.LoadTarget;
import dev.mptunnel.harness.load.PathLedger;
import dev.mptunnel.harness.loop.DatagramLoop;
import dev.mptunnel.harness.loop.LoopSocket;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.BitSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Load over an emulated line: what arrives is what the line says it let through. */
class UdpLinkTest {

  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final Duration STILL = Duration.ofMillis(300);
  private static final InetSocketAddress LOOPBACK =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

  private final Seed seed = Seed.ofRun();
  private final PathLedger ledger = new PathLedger();
  private DatagramLoop loop;

  @BeforeEach
  void start() throws IOException {
    loop = DatagramLoop.start("loop under test");
  }

  @AfterEach
  void stop() {
    loop.close();
  }

  private UdpLink link(LoadTarget target, String properties) throws IOException {
    return UdpLink.open(
        loop,
        LOOPBACK,
        target.address(),
        model(properties, "up"),
        model(properties, "down"),
        ledger.observer());
  }

  private LinkModel model(String properties, String part) {
    return new LinkModel(
        LinkProperties.parse(properties), seed.part(part).generator(), System.nanoTime());
  }

  private LoadTarget answering(LoadPlan plan) throws IOException {
    return LoadTarget.open(
        loop, LOOPBACK, new LoadTarget.Answers.Stream(plan, stream -> Gate.OPEN));
  }

  private LoadStream run(UdpLink link, LoadTarget target, int stream, LoadPlan plan)
      throws IOException {
    LoadStream app = LoadStream.open(loop, LOOPBACK, link.address(), stream, plan, Gate.OPEN);
    app.start();
    Await.until("all to be sent", LIMIT, () -> app.done() && target.done(stream));
    Await.quiet("the line", STILL, LIMIT, () -> link.model(Direction.UP).counters().offered());
    Await.quiet("the last", STILL, LIMIT, () -> app.received().distinct());
    return app;
  }

  @Test
  void exactlyWhatTheLineLetThroughArrivesAtTwentyThousandASecond() throws IOException {
    LoadPlan plan = new LoadPlan(10_000, 10_000, 28, 1_400);
    LoadTarget target = answering(plan);
    UdpLink link =
        link(target, "loss=20% delay=20ms jitter=5ms unordered dup=1% corrupt=1% rate=200mbit");
    LoadStream app = run(link, target, 5, plan);

    assertEquals(0, link.kernelDrops() + target.kernelDrops() + app.kernelDrops());
    assertEquals(0, link.refused() + link.sendErrors());
    BitSet all = new BitSet();
    all.set(0, plan.count());
    assertEquals(all, ledger.offered(Direction.UP, 5));
    assertEquals(all, ledger.offered(Direction.DOWN, 5));
    assertEquals(ledger.passed(Direction.UP, 5), target.received(5).arrived(), seed.toString());
    assertEquals(ledger.passed(Direction.DOWN, 5), app.received().arrived(), seed.toString());

    assertEquals(
        link.model(Direction.DOWN).counters().delivered(), app.received().counts().distinct());
    assertTrue(app.received().counts().damaged() > 0);
    assertTrue(app.received().counts().duplicates() > 0);
    assertTrue(app.received().counts().reordered() > 0);
    assertEquals(0, app.received().counts().misdelivered());
  }

  @Test
  void theDelayIsHitWithinAMillisecondEachWay() throws IOException {
    LoadTarget target = LoadTarget.open(loop, LOOPBACK, new LoadTarget.Answers.Echo());
    UdpLink link = link(target, "delay=15ms");
    LoadPlan plan = new LoadPlan(500, 250, 200);
    LoadStream app = LoadStream.openEchoed(loop, LOOPBACK, link.address(), 1, plan, Gate.OPEN);
    app.start();
    Await.until("all echoes", LIMIT, () -> app.received().distinct() == plan.count());

    // A busy machine makes many late, none early, and leaves the quickest tenth alone.
    double min = app.received().delayNanos().getMinValue() / 1e6;
    double tenth = app.received().delayNanos().getValueAtPercentile(10) / 1e6;
    assertTrue(min >= 29.9 && tenth < 32, "min " + min + " ms, quickest tenth " + tenth + " ms");
    assertEquals(0, app.received().counts().duplicates());
  }

  @Test
  void eachClientHasASocketOfItsOwnTowardsTheTarget() throws IOException {
    LoadPlan plan = new LoadPlan(1_000, 50, 100);
    LoadTarget target = answering(plan);
    UdpLink link = link(target, "delay=1ms");
    LoadStream one = run(link, target, 1, plan);
    LoadStream two = run(link, target, 2, plan);

    assertNotEquals(target.source(1), target.source(2));
    assertEquals(50, one.received().distinct());
    assertEquals(50, two.received().distinct());
    assertEquals(0, one.received().counts().misdelivered());
  }

  @Test
  void aLineTakenDownByHandCarriesNothingUntilItIsUpAgain() throws IOException {
    LoadPlan plan = new LoadPlan(1_000, 100, 100);
    LoadTarget target = answering(plan);
    UdpLink link = link(target, "");
    link.setDown(true);
    LoadStream app = LoadStream.open(loop, LOOPBACK, link.address(), 1, plan, Gate.OPEN);
    app.start();
    Await.until("all", LIMIT, () -> link.model(Direction.UP).counters().down() == 100);
    assertEquals(0, target.received(1).distinct());

    link.setDown(false);
    LoadStream next = run(link, target, 2, plan);
    assertEquals(100, next.received().distinct());
  }

  @Test
  void anEmptyDatagramPassesToo() throws IOException {
    LoadTarget target = LoadTarget.open(loop, LOOPBACK, new LoadTarget.Answers.None());
    UdpLink link = link(target, "corrupt=100%");
    LoopSocket app = loop.open(LOOPBACK, (source, datagram) -> {});
    loop.execute(() -> app.send(ByteBuffer.allocate(0), link.address()));
    Await.until("an empty datagram", LIMIT, () -> target.strangers() == 1);
    assertEquals(1, link.model(Direction.UP).counters().delivered());
  }
}
