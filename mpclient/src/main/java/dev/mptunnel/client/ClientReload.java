package dev.mptunnel.client;

import dev.mptunnel.config.BridgeLine;
import dev.mptunnel.config.ClientConfig;
import dev.mptunnel.core.EndpointSettings;
import dev.mptunnel.core.Security;
import dev.mptunnel.net.Closing;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One change of a client's configuration. What may fail is done first: the sockets of all that is
 * new are opened, and closed again should one not be had. Only then is anything taken out.
 */
final class ClientReload {

  /** How long the names of paths are waited for that may take the place of others. */
  private static final long PATIENCE_MILLIS = 2_000;

  private final Client client;
  private final ClientConfig from;
  private final ClientConfig to;
  private final List<String> changes = new ArrayList<>();
  private final List<ClientPath> added = new ArrayList<>();

  /** What to do, the last first, should something not be had. */
  private final Deque<Runnable> undo = new ArrayDeque<>();

  ClientReload(Client client, ClientConfig from, ClientConfig to) {
    this.client = client;
    this.from = from;
    this.to = to;
  }

  /** Does it, and says what has changed. @throws IOException if nothing has; for the user */
  List<String> run() throws IOException {
    try {
      openPaths();
      undo.push(client.listeners().listen(to, changes));
      ClientStreams streams = client.streamsFor(to, undo);
      if (streams != null) {
        undo.push(streams.listen(to.tcp(), to.proxy(), changes));
      }
      Security security = from.security().opensAs(to.security()) ? null : client.newSecurity(to);
      undo.clear(); // from here on nothing fails
      client.engine().runAndWait(() -> change(security, streams));
      if (streams != null) {
        streams.keepListening(to.tcp(), to.proxy(), changes);
        streams.setTunnels(Client.tunnels(to));
        if (from.tcp().tunnels() != to.tcp().tunnels()) {
          changes.add("tunnels");
        }
      }
      return List.copyOf(changes);
    } finally {
      Closing closing = new Closing();
      undo.forEach(closing::then);
      closing.end();
    }
  }

  private void openPaths() throws IOException {
    Set<BridgeLine> known = new HashSet<>();
    client.engine().runAndWait(() -> known.addAll(client.session().lines()));
    for (BridgeLine line : to.bridges()) {
      if (!known.contains(line)) {
        ClientPath path = client.session().open(line);
        added.add(path);
        undo.push(() -> client.session().discard(path));
      }
    }
    client.engine().runAndWait(() -> added.forEach(path -> path.name.ask()));
    CompletableFuture.allOf(
            added.stream().map(path -> path.found).toArray(CompletableFuture[]::new))
        .completeOnTimeout(null, PATIENCE_MILLIS, TimeUnit.MILLISECONDS)
        .join();
    if (!from.bridges().equals(to.bridges()) && !client.engine().call(this::isAnyFound).join()) {
      throw new IOException(
          "no bridge was found of those that are written now: %s; are the names right, and DNS reachable?"
              .formatted(
                  to.bridges().stream().map(BridgeLine::name).collect(Collectors.joining(", "))));
    }
  }

  /** Whether it is known where one is that stays, or comes. */
  private boolean isAnyFound() {
    return Stream.concat(client.session().paths().stream(), added.stream())
        .anyMatch(path -> to.bridges().contains(path.line()) && path.address() != null);
  }

  /** On the thread of datagrams. */
  private void change(Security security, ClientStreams streams) {
    Closing all = new Closing(); // whatever fails, the rest is done
    all.then(() -> client.goOver(to, streams))
        .then(this::changePaths)
        .then(client.session()::resolveAgain)
        .then(() -> client.listeners().keep(to, changes))
        .then(this::changeTimes);
    if (security != null) {
      all.then(() -> secure(security));
    }
    all.end();
  }

  private void changeTimes() {
    if (from.tcp().overTcp() != to.tcp().overTcp()) {
      client.carriers().choose(to.tcp().overTcp());
      changes.add("over-tcp");
    }
    if (!from.session().equals(to.session())) {
      EndpointSettings settings = ClientEnd.settings(to.session());
      client.datagrams().run(now -> client.datagrams().endpoint().adjust(now, settings));
      changes.add("times of paths and flows");
    }
  }

  private void secure(Security security) {
    boolean isAnother = client.session().secure(to.security(), security);
    changes.add(
        isAnother
            ? "secret or cipher: the server is asked for another session"
            : "secret or cipher: those of the session that there is, which goes on");
  }

  /** What is new first: the session is never without a path that leads to the server. */
  private void changePaths() {
    ClientSession session = client.session();
    List<ClientPath> removed =
        session.paths().stream().filter(path -> !to.bridges().contains(path.line())).toList();
    session.keep(to.bridges()).forEach(path -> changes.add("path " + path.name() + " stays"));
    session.leave(removed);
    added.forEach(session::add);
    session.removeIfOthersAnswer();
    for (ClientPath path : session.paths()) {
      if (path.isPaused) {
        session.pause(path, false);
        changes.add("path " + path.name() + " resumed");
      }
    }
    added.forEach(path -> changes.add("path " + path.name() + " added"));
    removed.forEach(
        path ->
            changes.add(
                "path "
                    + path.name()
                    + (session.has(path) ? " goes once another one answers" : " removed")));
  }
}
