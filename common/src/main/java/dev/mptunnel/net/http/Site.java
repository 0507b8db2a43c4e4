package dev.mptunnel.net.http;

import java.util.concurrent.CompletableFuture;

/** What is served; it decides nothing of who may see it. Called from the threads that serve. */
public interface Site {

  /** Where the live stream of events is. */
  String EVENTS = "/api/events";

  /** Where answers begin that may be of megabytes. */
  String LONG = "/api/history";

  /**
   * Answers a GET.
   *
   * @param target path and query, as they came
   * @return soon, and never with a failure
   */
  CompletableFuture<Answer> get(String target);

  /** Begins a stream of events. */
  Feed feed();

  /** What one stream is sent. */
  interface Feed {

    /** What there is to send now, ready to be sent, or an empty text. */
    String next();
  }
}
