package dev.mptunnel.net;

/**
 * Closes several things one after the other, all of them even if one cannot be closed as it should.
 */
public final class Closing {

  private RuntimeException failure;
  private Error error;

  /** Closes one more. */
  public Closing then(Runnable close) {
    try {
      close.run();
    } catch (RuntimeException e) {
      failure = first(failure, e);
    } catch (Error e) {
      error = first(error, e);
    }
    return this;
  }

  private static <T extends Throwable> T first(T before, T now) {
    if (before == null || before.equals(now)) {
      return now;
    }
    before.addSuppressed(now);
    return before;
  }

  /** All are closed: throws what the first of them threw that failed, an error first. */
  public void end() {
    if (error != null) {
      throw error;
    }
    if (failure != null) {
      throw failure;
    }
  }
}
