package dev.mptunnel.net.http;

/**
 * What is done for whoever may order it, which is for a {@link ControlSocket} to know. Called from
 * the threads that serve; may take its time.
 */
@FunctionalInterface
public interface Orders {

  /**
   * Does what a POST asks for.
   *
   * @param target path and query, as they came
   * @param body as it came
   */
  Answer post(String target, String body);
}
