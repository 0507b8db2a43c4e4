package dev.mptunnel.harness.lab;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Somebody who has the status page of a program open, which is a stream of events and the history
 * every two seconds, and a Prometheus that asks it each second.
 */
final class Onlooker implements AutoCloseable {

  private final String address;
  private final HttpClient http = HttpClient.newHttpClient();
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("onlooker").factory());
  private long ticks;

  /** Looks from now on. */
  Onlooker(int port) {
    address = "http://127.0.0.1:" + port;
    http.sendAsync(request("/api/events"), HttpResponse.BodyHandlers.discarding());
    clock.scheduleAtFixedRate(this::look, 1, 1, TimeUnit.SECONDS);
  }

  private HttpRequest request(String target) {
    return HttpRequest.newBuilder(URI.create(address + target)).build();
  }

  private void look() {
    get("/metrics");
    if (ticks++ % 2 == 0) {
      get("/api/history?since=" + (System.currentTimeMillis() / 1_000 - 3));
    }
  }

  private void get(String target) {
    try {
      int status = http.send(request(target), HttpResponse.BodyHandlers.discarding()).statusCode();
      if (status != 200) {
        throw new IllegalStateException(target + " is answered with " + status);
      }
    } catch (IOException e) {
      // It ends.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    clock.shutdownNow();
    http.shutdownNow();
  }
}
