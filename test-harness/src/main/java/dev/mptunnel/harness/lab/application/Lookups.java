package dev.mptunnel.harness.lab.application;

import dev.mptunnel.harness.lab.Endpoint;
import dev.mptunnel.harness.lab.Wait;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Names that are looked up, one after the other. As resolvers do, it asks again where no answer
 * comes; and what comes late, it passes over.
 */
record Lookups(Workplace workplace, Origin origin) implements Application {

  private static final int NAMES = 100;
  private static final int TRIES = 3;
  private static final Duration PATIENCE = Duration.ofSeconds(1);
  private static final Duration PAUSE = Duration.ofMillis(20);
  private static final int MAX_BYTES = 512;

  @Override
  public String name() {
    return "dns";
  }

  @Override
  public String work() {
    return "%d names by UDP, asked again after %d s; SOCKS5's UDP ASSOCIATE"
        .formatted(NAMES, PATIENCE.toSeconds());
  }

  @Override
  public long packets() {
    return 2 * NAMES;
  }

  @Override
  public List<Attempt> run(Optional<Endpoint> proxy) throws IOException {
    Endpoint server = new Endpoint(origin.address(), Origin.NAMES_PORT);
    List<Attempt> all = new ArrayList<>();
    try (DatagramWay way =
        workplace.within(
            () ->
                proxy.isPresent()
                    ? DatagramWay.through(proxy.get(), server)
                    : DatagramWay.to(server))) {
      way.setPatience(PATIENCE);
      for (int id = 0; id < NAMES; id++) {
        all.add(lookUp(way, new AddressQuery(id, "host" + id + "." + Origin.NAME)));
        Wait.pass(PAUSE);
      }
    }
    return all;
  }

  private Attempt lookUp(DatagramWay way, AddressQuery query) throws IOException {
    long startNanos = System.nanoTime();
    for (int i = 0; i < TRIES; i++) {
      way.send(query.message());
      Optional<InetAddress> answer = awaitAnswer(way, query);
      double seconds = (System.nanoTime() - startNanos) / 1e9;
      if (answer.isPresent()) {
        boolean isRight = answer.get().getHostAddress().equals(origin.address());
        return isRight
            ? Attempt.done(seconds)
            : Attempt.failed(seconds, query.name() + " is said to be " + answer.get());
      }
    }
    double seconds = (System.nanoTime() - startNanos) / 1e9;
    return Attempt.failed(seconds, "no answer for " + query.name());
  }

  private static Optional<InetAddress> awaitAnswer(DatagramWay way, AddressQuery query)
      throws IOException {
    try {
      Optional<InetAddress> answer = Optional.empty();
      while (answer.isEmpty()) {
        DatagramPacket packet = way.receive(MAX_BYTES);
        answer = query.answer(packet.getData(), packet.getOffset(), packet.getLength());
      }
      return answer;
    } catch (SocketTimeoutException e) {
      return Optional.empty();
    }
  }
}
