package dev.mptunnel.observe;

/**
 * How often a program was to go over to another configuration since it started.
 *
 * @param done and did
 * @param refused and did not
 */
public record Reloads(long done, long refused) {

  /** Never yet. */
  public static final Reloads NONE = new Reloads(0, 0);

  /** One more. */
  public Reloads plus(boolean isDone) {
    return new Reloads(done + (isDone ? 1 : 0), refused + (isDone ? 0 : 1));
  }
}
