package dev.mptunnel.harness.lab;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** The kernel's side of a {@link Namespace}: a thread may enter one, {@code setns(2)}. */
final class NetworkNamespace {

  private static final int O_RDONLY = 0;
  private static final int CLONE_NEWNET = 0x40000000;

  private static final MethodHandle SETNS =
      Libc.function(
          "setns",
          FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
  private static final MethodHandle CLOSE =
      Libc.function("close", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));

  private NetworkNamespace() {}

  /** Moves the calling thread, for good: it must be a platform thread that ends soon. */
  static void enter(String name) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = Libc.newCallState(arena);
      int descriptor = Libc.open("/run/netns/" + name, O_RDONLY);
      int entered = (int) SETNS.invokeExact(state, descriptor, CLONE_NEWNET);
      Libc.check(entered, state, "enter the namespace " + name);
      int closed = (int) CLOSE.invokeExact(state, descriptor);
      Libc.check(closed, state, "close the namespace " + name);
    } catch (IOException | RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }
}
