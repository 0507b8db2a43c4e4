package dev.mptunnel.net;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandleProxies;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/**
 * The process's signals. {@code sun.misc.Signal} is the only way to them, and javac warns of it in
 * a way that cannot be suppressed, so this one class reaches it by method handles.
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
      MethodHandles.Lookup lookup = MethodHandles.publicLookup();
      Class<?> signalType = Class.forName("sun.misc.Signal");
      Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
      MethodHandle newSignal =
          lookup.findConstructor(signalType, MethodType.methodType(void.class, String.class));
      MethodHandle handle =
          lookup.findStatic(
              signalType, "handle", MethodType.methodType(handlerType, signalType, handlerType));
      MethodHandle run =
          lookup
              .findVirtual(Runnable.class, "run", MethodType.methodType(void.class))
              .bindTo(action);
      Object handler =
          MethodHandleProxies.asInterfaceInstance(
              handlerType, MethodHandles.dropArguments(run, 0, signalType));
      handle.invoke(newSignal.invoke(name), handler);
      return true;
    } catch (IllegalArgumentException | ReflectiveOperationException absent) {
      return false;
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }
}
