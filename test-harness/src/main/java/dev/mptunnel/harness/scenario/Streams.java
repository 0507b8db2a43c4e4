package dev.mptunnel.harness.scenario;

import dev.mptunnel.harness.Await;
import dev.mptunnel.harness.lab.Namespace;
import dev.mptunnel.harness.lab.Topology;
import dev.mptunnel.harness.load.Gate;
import dev.mptunnel.harness.load.LoadPlan;
import dev.mptunnel.harness.load.LoadStream;
import dev.mptunnel.harness.load.LoadTarget;
import dev.mptunnel.harness.load.Reception;
import dev.mptunnel.harness.loop.DatagramLoop;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.HdrHistogram.Histogram;

/** A call, a game, or both, from the client's host to a target on the server's, over one way. */
final class Streams implements Passenger {

  private static final InetSocketAddress ANY = new InetSocketAddress("0.0.0.0", 0);
  private static final Duration STILL = Duration.ofSeconds(1);
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final double NANOS_PER_MILLI = 1e6;

  private static final int VOICE = 1;
  private static final int GAME = 2;
  private static final int WARM_UP = 3;
  private static final LoadPlan WARM_UP_PLAN = new LoadPlan(300, Integer.MAX_VALUE, 160);

  private final String way;
  private final LoadTarget target;
  private final List<LoadStream> streams = new ArrayList<>();
  private final LoadStream warmUp;
  private final LoadStream voice;
  private final LoadStream game;

  /**
   * @param kinds {@link PassengerKind#VOICE}, {@link PassengerKind#GAME} or both
   * @param way what the rows call it
   * @param entrance where the client's host sends to
   * @param target where that comes out on the server's host
   */
  Streams(
      DatagramLoop loop,
      Topology topology,
      List<PassengerKind> kinds,
      Duration length,
      String way,
      InetSocketAddress entrance,
      InetSocketAddress target)
      throws IOException {
    this.way = way;
    LoadPlan call = plan(50, 160, length);
    LoadTarget.Answers speech = new LoadTarget.Answers.Stream(call, stream -> Gate.OPEN);
    LoadTarget.Answers echo = new LoadTarget.Answers.Echo();
    LoadTarget.Answers each =
        new LoadTarget.Answers.Each(stream -> stream == VOICE ? speech : echo);
    this.target = topology.server().within(() -> LoadTarget.open(loop, target, each));
    LoadPlan play = plan(60, 100, length);
    Namespace client = topology.client();
    warmUp =
        client.within(
            () -> LoadStream.openEchoed(loop, ANY, entrance, WARM_UP, WARM_UP_PLAN, Gate.OPEN));
    voice = client.within(() -> LoadStream.open(loop, ANY, entrance, VOICE, call, Gate.OPEN));
    game = client.within(() -> LoadStream.openEchoed(loop, ANY, entrance, GAME, play, Gate.OPEN));
    if (kinds.contains(PassengerKind.VOICE)) {
      streams.add(voice);
    }
    if (kinds.contains(PassengerKind.GAME)) {
      streams.add(game);
    }
  }

  private static LoadPlan plan(int perSecond, int bytes, Duration length) {
    return new LoadPlan(perSecond, (int) (perSecond * length.toMillis() / 1_000), bytes);
  }

  /** An address with a port. */
  static InetSocketAddress address(String host, int port) {
    return new InetSocketAddress(InetAddress.ofLiteral(host), port);
  }

  @Override
  public void warmUp() {
    warmUp.start();
  }

  @Override
  public void start() {
    warmUp.stop();
    streams.forEach(LoadStream::start);
  }

  @Override
  public List<Row> finish() {
    Await.until("the streams' end", PATIENCE, () -> streams.stream().allMatch(LoadStream::done));
    Await.quiet(
        "the last datagrams",
        STILL,
        PATIENCE,
        () ->
            target.received(VOICE).distinct()
                + streams.stream().mapToLong(stream -> stream.received().distinct()).sum());
    List<Row> rows = new ArrayList<>();
    if (streams.contains(voice)) {
      rows.add(new Row("voice up", way, figures(voice.sent(), target.received(VOICE))));
      rows.add(new Row("voice down", way, figures(target.sent(VOICE), voice.received())));
    }
    if (streams.contains(game)) {
      rows.add(new Row("game", way, figures(game.sent(), game.received())));
    }
    return rows;
  }

  private static String figures(int sent, Reception received) {
    Histogram delay = received.delayNanos();
    double lost = sent == 0 ? 0 : 100.0 * (sent - received.distinct()) / sent;
    return String.format(
        Locale.ROOT,
        "%7d %7.3f %% %7.1f %7.1f %7.1f",
        sent,
        lost,
        delay.getValueAtPercentile(50) / NANOS_PER_MILLI,
        delay.getValueAtPercentile(99) / NANOS_PER_MILLI,
        delay.getValueAtPercentile(99.9) / NANOS_PER_MILLI);
  }

  /** What {@link #figures} are. */
  static String header() {
    return String.format("%7s %9s %7s %7s %7s", "sent", "lost", "p50", "p99", "p99.9");
  }

  @Override
  public void close() {
    List.of(warmUp, voice, game).forEach(LoadStream::close);
    target.close();
  }
}
