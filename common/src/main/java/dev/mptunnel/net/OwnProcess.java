package dev.mptunnel.net;

import dev.mptunnel.observe.ProcessFigures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;

/** What this process has of its machine, as Linux tells it. */
public final class OwnProcess {

  private static final int UNKNOWN = -1;

  private OwnProcess() {}

  /** File descriptors that it may have, or {@code Long.MAX_VALUE} where that is not known. */
  public static long openFilesLimit() {
    try (Stream<String> lines = Files.lines(Path.of("/proc/self/limits"))) {
      return lines
          .filter(line -> line.startsWith("Max open files"))
          .map(line -> line.split(" +")[3])
          .filter(soft -> soft.matches("[0-9]{1,18}"))
          .mapToLong(Long::parseLong)
          .findFirst()
          .orElse(Long.MAX_VALUE);
    } catch (IOException e) {
      return Long.MAX_VALUE; // no Linux
    }
  }

  /**
   * File descriptors that it has, or {@code Long.MAX_VALUE} if there is none left to count them.
   */
  public static long openFiles() {
    try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
      return all.count();
    } catch (IOException e) {
      return Long.MAX_VALUE;
    }
  }

  /** All of it now. */
  public static ProcessFigures figures() {
    Runtime runtime = Runtime.getRuntime();
    return new ProcessFigures(
        runtime.totalMemory() - runtime.freeMemory(),
        runtime.maxMemory(),
        ProcessHandle.current().info().totalCpuDuration().map(Duration::toNanos).orElse(-1L),
        known(openFiles()),
        known(openFilesLimit()),
        threads());
  }

  private static long known(long figure) {
    return figure == Long.MAX_VALUE ? UNKNOWN : figure;
  }

  private static int threads() {
    try (Stream<Path> all = Files.list(Path.of("/proc/self/task"))) {
      return (int) all.count();
    } catch (IOException e) {
      return UNKNOWN;
    }
  }
}
