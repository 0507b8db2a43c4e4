package dev.mptunnel.net;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;

/**
 * The process's signals. {@code sun.misc.Signal} is the only way to them, and javac warns of it in
 * a way that cannot be suppressed, so this one class reaches it by reflection. By a proxy, since
 * the JVM's cache of classes keeps that, and nothing that is made of method handles.
 */
public final class Signals {

  private Signals() {}

  /**
   * Runs the action on every such signal from now on, in place of what it did before, on a thread
   * of its own; two signals may run it at the same time.
   *
   * @param name without the SIG: {@code TERM}, {@code INT}, {@code USR1}
   * @return false where there is no such signal, or the JVM keeps it to itself
   */
  public static boolean on(String name, Runnable action) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object doing =
          Proxy.newProxyInstance(
              Signals.class.getClassLoader(),
              new Class<?>[] {handler},
              (proxy, method, arguments) -> handle(action, proxy, method, arguments));
      signal
          .getMethod("handle", signal, handler)
          .invoke(null, signal.getConstructor(String.class).newInstance(name), doing);
      return true;
    } catch (ReflectiveOperationException absent) {
      return false;
    }
  }

  /** Does what a handler of the action does. */
  @SuppressWarnings("ReferenceEquality") // as Object has it
  private static Object handle(Runnable action, Object proxy, Method method, Object[] arguments) {
    return switch (method.getName()) {
      case "equals" -> proxy == arguments[0];
      case "hashCode" -> System.identityHashCode(proxy);
      case "toString" -> "a signal's";
      default -> {
        action.run();
        yield null;
      }
    };
  }

  /** Has done what takes longest when the first one is set up; from any thread. */
  public static void prepare() {
    on("", () -> {}); // there is no such signal
  }
}
