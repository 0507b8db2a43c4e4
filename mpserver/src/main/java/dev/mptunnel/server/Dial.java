package dev.mptunnel.server;

import dev.mptunnel.dial.AddressRace;
import dev.mptunnel.net.Addresses;
import dev.mptunnel.net.ConnectErrors;
import dev.mptunnel.net.Engine;
import dev.mptunnel.net.StreamEngine;
import dev.mptunnel.net.StreamHandler;
import dev.mptunnel.net.StreamOptions;
import dev.mptunnel.net.StreamSocket;
import dev.mptunnel.stream.StreamError;
import dev.mptunnel.wire.Destination;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * One attempt to reach a destination. Its name is resolved once; each of the addresses found is
 * checked, and those that passed are dialled as they are, so that nothing can change between check
 * and dial. On the engine's thread.
 */
final class Dial implements NameQueries.Question {

  private static final long RESOLVE_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final long CONNECT_NANOS = TimeUnit.SECONDS.toNanos(10);

  /** Who hears how it ends: one of both, once, and not before {@link #start} has returned. */
  interface Outcome {

    /** The socket is whose it was taken for; see {@link Destinations#giveBackSocket}. */
    void connected(StreamSocket socket);

    /**
     * @param code as {@link StreamError} has them
     */
    void failed(int code);
  }

  private final StreamEngine engine;
  private final Destinations destinations;
  private final Object who;
  private final Destination to;
  private final Predicate<InetAddress> mayDial;
  private final Outcome outcome;
  private final Engine.EngineTimer timer;
  private final Set<Attempt> attempts = new LinkedHashSet<>();
  private AddressRace race;
  private int code = StreamError.UNREACHABLE;
  private boolean over;

  /**
   * @param destinations where names and sockets come from
   * @param who for which client
   * @param mayDial whether an address may be dialled
   */
  Dial(
      StreamEngine engine,
      Destinations destinations,
      Object who,
      Destination to,
      Predicate<InetAddress> mayDial,
      Outcome outcome) {
    this.engine = engine;
    this.destinations = destinations;
    this.who = who;
    this.to = to;
    this.mayDial = mayDial;
    this.outcome = outcome;
    timer = engine.newTimer(this::onTimer);
  }

  void start() {
    if (to.isAddress()) {
      engine.execute(() -> onFound(List.of(to.address())));
      return;
    }
    timer.set(engine.nanoTime() + RESOLVE_NANOS);
    destinations.names().ask(who, to.host(), this);
  }

  @Override
  public boolean isWanted() {
    return !over;
  }

  @Override
  public void onFound(List<InetAddress> found) {
    if (over) {
      return;
    }
    List<InetAddress> allowed = found.stream().filter(mayDial).toList();
    if (allowed.isEmpty()) {
      fail(found.isEmpty() ? StreamError.UNRESOLVED : StreamError.NOT_ALLOWED);
      return;
    }
    race = new AddressRace(engine.nanoTime(), allowed, CONNECT_NANOS);
    go();
  }

  @Override
  public void onTooMany() {
    if (!over) {
      fail(StreamError.TOO_MANY);
    }
  }

  private void onTimer() {
    if (!over && race == null) {
      boolean wasAsked = destinations.names().isUnderWay(who, to.host());
      fail(wasAsked ? StreamError.UNRESOLVED : StreamError.TOO_MANY);
    } else if (!over) {
      go();
    }
  }

  private void go() {
    long now = engine.nanoTime();
    for (InetAddress next = race.next(now); next != null; next = race.next(now)) {
      if (!destinations.takeSocket(who)) {
        fail(StreamError.TOO_MANY);
        return;
      }
      Attempt attempt = new Attempt(next);
      attempts.add(attempt);
      StreamOptions options = StreamOptions.at(Addresses.anyLike(next));
      attempt.socket = engine.connect(new InetSocketAddress(next, to.port()), options, attempt);
    }
    if (race.isLost(now)) {
      fail(race.isOver(now) ? StreamError.TIMED_OUT : code);
    } else {
      timer.set(race.nextTimer());
    }
  }

  private void fail(int why) {
    cancel();
    outcome.failed(why);
  }

  /** Nobody wants it any more: nothing of it is left, and nobody hears of it. */
  void cancel() {
    over = true;
    timer.cancel();
    List<Attempt> all = List.copyOf(attempts);
    attempts.clear();
    all.forEach(each -> each.socket.abort());
  }

  /** One address. */
  private final class Attempt implements StreamHandler {

    private final InetAddress address;
    private StreamSocket socket;

    Attempt(InetAddress address) {
      this.address = address;
    }

    @Override
    public void onConnected(StreamSocket connected) {
      if (over) {
        connected.abort();
        return;
      }
      attempts.remove(this);
      if (!mayDial.test(address)) { // any more: rules may have changed
        connected.abort();
        fail(StreamError.NOT_ALLOWED);
        return;
      }
      cancel();
      outcome.connected(connected);
    }

    @Override
    public void onRead(StreamSocket from, ByteBuffer bytes) {
      // Nothing is read before somebody else is the handler.
    }

    @Override
    public void onWritable(StreamSocket to) {
      // Nothing was written.
    }

    @Override
    public void onFinished(StreamSocket from) {
      // Who comes to be the handler will see it too, when he reads.
    }

    @Override
    public void onClosed(StreamSocket closed, IOException cause) {
      destinations.giveBackSocket(who);
      if (!attempts.remove(this) || over) {
        return;
      }
      int its = ConnectErrors.code(cause);
      // That somebody is there, and refuses, says more than that others are out of reach.
      code = code == StreamError.REFUSED ? code : its;
      race.failed(engine.nanoTime());
      go();
    }
  }
}
