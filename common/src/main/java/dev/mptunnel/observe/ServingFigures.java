package dev.mptunnel.observe;

/**
 * What those take who look.
 *
 * @param connections now
 * @param streams of events, of these
 * @param refused requests, and connections, since the start
 */
public record ServingFigures(int connections, int streams, long refused) {

  /** Nobody looks. */
  public static final ServingFigures NONE = new ServingFigures(0, 0, 0);
}
