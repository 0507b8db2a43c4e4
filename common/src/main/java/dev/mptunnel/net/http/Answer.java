package dev.mptunnel.net.http;

import java.nio.charset.StandardCharsets;

/**
 * What is answered to a request.
 *
 * @param status of HTTP
 * @param type the body's media type
 * @param tag by which a browser may keep it (ETag); null: it may not
 */
public record Answer(int status, String type, byte[] body, String tag) {

  private static final String TEXT = "text/plain; charset=utf-8";

  /** A line for people, or for scripts that look at the status. */
  public static Answer text(int status, String line) {
    return new Answer(status, TEXT, (line + "\n").getBytes(StandardCharsets.UTF_8), null);
  }

  /** What changes all the time. */
  public static Answer of(String type, String body) {
    return new Answer(200, type, body.getBytes(StandardCharsets.UTF_8), null);
  }
}
