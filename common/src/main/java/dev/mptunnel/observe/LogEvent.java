package dev.mptunnel.observe;

import java.time.Instant;

/**
 * Something that happened, as the log told it.
 *
 * @param number counts all of them, from 1
 * @param kind what sort of thing it is, such as {@code path-down}
 * @param session the session's id in hexadecimal, or null
 * @param path the path's number in it, or null
 */
public record LogEvent(
    long number,
    Instant time,
    Level level,
    String kind,
    String session,
    Integer path,
    String text) {

  /** How much it matters. */
  public enum Level {
    DEBUG,
    INFO,
    WARNING,
    ERROR
  }
}
