package dev.mptunnel.program;

/**
 * Has classes loaded that a program will need, on a thread beside the one that reads its
 * configuration: what takes longest at the start then takes no time of its own where there are two
 * processors.
 */
public final class HeadStart {

  private HeadStart() {}

  /** Does the work, whose results are thrown away. */
  public static void with(Runnable work) {
    Thread.ofPlatform()
        .daemon()
        .name("head start")
        .start(
            () -> {
              try {
                work.run();
              } catch (RuntimeException | LinkageError e) {
                // Whoever needs it in earnest finds the same, and tells it.
              }
            });
  }
}
