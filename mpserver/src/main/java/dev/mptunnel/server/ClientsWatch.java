package dev.mptunnel.server;

import dev.mptunnel.net.DatagramEngine;
import dev.mptunnel.net.Engine;
import dev.mptunnel.secret.Clients;
import dev.mptunnel.secret.ClientsFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * Reads the clients file, and again whenever it has changed, so that invitations and revocations
 * need no restart. The file is looked at once a second, on a thread of its own; a file that cannot
 * be read changes nothing, and is told of once.
 */
final class ClientsWatch {

  private static final long PERIOD_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final DatagramEngine engine;
  private final Path file;
  private final BiConsumer<ClientsWatch, Clients> onChange;
  private final Consumer<String> onTrouble;
  private final Engine.EngineTimer timer;
  // Of the thread that looks; each look is started after the one before has ended.
  private ClientsFile.Stamp lastStamp;
  private String lastTrouble;
  private boolean closed;

  /**
   * @param onChange told on the engine's thread who tells, and of who there is now
   * @param onTrouble told on the engine's thread, in one line, why the file cannot be read
   */
  ClientsWatch(
      DatagramEngine engine,
      Path file,
      BiConsumer<ClientsWatch, Clients> onChange,
      Consumer<String> onTrouble) {
    this.engine = engine;
    this.file = file;
    this.onChange = onChange;
    this.onTrouble = onTrouble;
    timer = engine.newTimer(() -> Thread.ofVirtual().name("clients file").start(this::look));
  }

  /** Reads the file for the first time. @throws IOException with a message for the user */
  Clients read() throws IOException {
    lastStamp = ClientsFile.stamp(file);
    return ClientsFile.read(file);
  }

  /** Starts to look; on the engine's thread. */
  void start() {
    if (!closed) {
      timer.set(engine.nanoTime() + PERIOD_NANOS);
    }
  }

  /** Ends it; on the engine's thread. */
  void close() {
    closed = true;
    timer.cancel();
  }

  private void look() {
    Clients changed = null;
    String trouble = null;
    try {
      ClientsFile.Stamp stamp = ClientsFile.stamp(file);
      if (stamp == null && lastStamp != null) {
        // By mistake, or for the moment in which an editor replaces it.
        throw new IOException(file + ": is gone; put it back, or restart mpserver");
      }
      if (!Objects.equals(stamp, lastStamp)) {
        changed = ClientsFile.read(file);
        lastStamp = stamp;
      }
    } catch (IOException e) {
      trouble = e.getMessage();
    }
    boolean isNews = trouble != null && !trouble.equals(lastTrouble);
    lastTrouble = trouble;
    Clients clients = changed;
    String told = isNews ? trouble : null;
    engine.execute(
        () -> {
          if (clients != null) {
            onChange.accept(this, clients);
          }
          if (told != null) {
            onTrouble.accept(told);
          }
          start();
        });
  }
}
