package dev.mptunnel.client;

import dev.mptunnel.config.ClientConfig;
import dev.mptunnel.config.Passenger;
import dev.mptunnel.config.SocketSettings;
import dev.mptunnel.core.Endpoint;
import dev.mptunnel.core.Flow;
import dev.mptunnel.net.Addresses;
import dev.mptunnel.net.DatagramEngine;
import dev.mptunnel.net.DatagramHandler;
import dev.mptunnel.net.DatagramPort;
import dev.mptunnel.net.EndpointDriver;
import dev.mptunnel.net.PortOptions;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;

/** The sockets that local applications send datagrams to. */
final class ClientListeners {

  private final DatagramEngine engine;
  private final EndpointDriver driver;
  private final SocketSettings sockets;
  private final ClientSession session;
  private final List<Entry> entries = new CopyOnWriteArrayList<>();

  ClientListeners(
      DatagramEngine engine, EndpointDriver driver, SocketSettings sockets, ClientSession session) {
    this.engine = engine;
    this.driver = driver;
    this.sockets = sockets;
    this.session = session;
  }

  /**
   * Opens the sockets that are not open yet. From any thread.
   *
   * @param changes is told what is new, in a few words each
   * @return what closes them again, should that be needed
   * @throws IOException when one cannot be opened, and so none is; the message is for the user
   */
  Runnable listen(ClientConfig config, List<String> changes) throws IOException {
    List<ListenPlace> wanted = wanted(config);
    Map<ListenPlace, Entry> known = ListenPlace.match(wanted, entries, Entry::place);
    List<Entry> opened = new ArrayList<>();
    Runnable undo =
        () -> {
          entries.removeAll(opened);
          engine.runAndWait(() -> opened.forEach(entry -> entry.port.close()));
        };
    boolean done = false;
    try {
      for (ListenPlace place : wanted) {
        if (!known.containsKey(place)) {
          opened.add(open(place, passenger(config, place)));
          changes.add("listen " + place + " added");
        }
      }
      done = true;
      return undo;
    } finally {
      if (!done) {
        undo.run();
      }
    }
  }

  private static List<ListenPlace> wanted(ClientConfig config) {
    List<ListenPlace> wanted = new ArrayList<>();
    config.listen().forEach(place -> wanted.add(new ListenPlace(place, null)));
    config
        .listenNamed()
        .forEach(
            (name, places) -> places.forEach(place -> wanted.add(new ListenPlace(place, name))));
    return wanted;
  }

  private static Passenger passenger(ClientConfig config, ListenPlace place) {
    return place.target() == null
        ? config.passenger()
        : config.passengersNamed().get(place.target());
  }

  private Entry open(ListenPlace place, Passenger passenger) throws IOException {
    PortOptions options =
        PortOptions.at(Addresses.local(place.place()))
            .withBufferBytes(sockets.bufferBytes())
            .withCarried(sockets.carried());
    Entry entry = new Entry(place, passenger.isOrdered());
    entry.port = engine.open(options, entry);
    entries.add(entry);
    return entry;
  }

  /**
   * Closes the sockets that are not among these any more, with their flows, and has the others lead
   * where these do. On the thread of datagrams.
   *
   * @param changes is told what has changed, in a few words each
   */
  void keep(ClientConfig config, List<String> changes) {
    Map<ListenPlace, Entry> kept = ListenPlace.match(wanted(config), entries, Entry::place);
    for (Entry entry : List.copyOf(entries)) {
      if (!kept.containsValue(entry)) {
        entries.remove(entry);
        entry.applications.closeFlows(driver.endpoint());
        entry.port.close();
        changes.add("listen " + entry.place + " removed");
      }
    }
    kept.forEach((place, entry) -> entry.change(place, passenger(config, place), changes));
  }

  /** Another session has taken the place of the one that the flows are of. */
  void forgetFlows() {
    entries.forEach(entry -> entry.applications.forget());
  }

  /** Where applications may send to, with the ports that were really given. From any thread. */
  List<InetSocketAddress> addresses() {
    return entries.stream().map(entry -> entry.port.localAddress()).toList();
  }

  /** The same in words. From any thread. */
  String text() {
    return entries.stream().map(Entry::text).collect(Collectors.joining(", "));
  }

  /** Closes the sockets. On the thread of datagrams. */
  void close() {
    entries.forEach(entry -> entry.port.close());
  }

  /** One socket. */
  private final class Entry implements DatagramHandler {

    private final Applications applications = new Applications();
    private volatile DatagramPort port;
    private volatile ListenPlace place;
    private boolean ordered;

    Entry(ListenPlace place, boolean ordered) {
      this.place = place;
      this.ordered = ordered;
    }

    ListenPlace place() {
      return place;
    }

    String text() {
      String target = place.target();
      return (target == null ? "" : target + " ") + Addresses.text(port.localAddress());
    }

    private void change(ListenPlace to, Passenger passenger, List<String> changes) {
      boolean isElsewhere = !place.leadsAs(to);
      if (isElsewhere) {
        changes.add("listen " + place.place() + " leads to another target");
        place = to;
      } else if (ordered != passenger.isOrdered()) {
        changes.add("for of listen " + place);
      }
      if (isElsewhere || ordered != passenger.isOrdered()) {
        ordered = passenger.isOrdered();
        applications.closeFlows(driver.endpoint()); // the next datagram opens another
      }
    }

    @Override
    public void onDatagram(DatagramPort from, InetSocketAddress source, ByteBuffer datagram) {
      long now = engine.nanoTime();
      Endpoint endpoint = driver.endpoint();
      Flow flow = applications.flowOf(source);
      if (flow == null) {
        flow = endpoint.openFlow(now, session.current(), place.target(), ordered);
        applications.add(from, source, flow);
      }
      endpoint.send(now, flow, datagram, from.trafficClass());
    }

    @Override
    public void onBatchEnd(DatagramPort from) {
      driver.finish();
    }

    @Override
    public void onError(DatagramPort from, IOException error) {
      // An application that has gone; its flow runs out by itself.
    }
  }
}
