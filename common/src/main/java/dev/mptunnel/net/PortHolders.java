package dev.mptunnel.net;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Which processes have a port, as far as Linux tells this user: /proc/net and /proc/PID/fd. */
public final class PortHolders {

  /** Columns of /proc/net/udp and tcp: see proc_net_tcp in the kernel's documentation. */
  private static final int LOCAL_ADDRESS = 1;

  private static final int STATE = 3;
  private static final int INODE = 9;
  private static final String LISTENING = "0A";

  /**
   * A process.
   *
   * @param command its command line, its words apart by blanks
   */
  public record Holder(long pid, String name, String command) {}

  private PortHolders() {}

  /** Who has the port; null where that cannot be known. */
  public static Holder of(boolean tcp, int port) {
    Set<String> sockets = new HashSet<>();
    for (String table : tcp ? List.of("tcp", "tcp6") : List.of("udp", "udp6")) {
      for (String line : lines(Path.of("/proc/net", table))) {
        String[] columns = line.strip().split("\\s+");
        if (columns.length > INODE
            && columns[LOCAL_ADDRESS].endsWith(":%04X".formatted(port))
            && (!tcp || columns[STATE].equals(LISTENING))) {
          sockets.add("socket:[" + columns[INODE] + "]");
        }
      }
    }
    return sockets.isEmpty() ? null : find(sockets);
  }

  private static Holder find(Set<String> sockets) {
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[1-9]*")) {
      for (Path process : processes) {
        if (has(process, sockets)) {
          String command = String.join("", lines(process.resolve("cmdline"))).replace('\0', ' ');
          String name = String.join("", lines(process.resolve("comm")));
          return new Holder(Long.parseLong(process.getFileName().toString()), name, command);
        }
      }
    } catch (IOException noProc) {
      return null;
    }
    return null;
  }

  private static boolean has(Path process, Set<String> sockets) {
    try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(process.resolve("fd"))) {
      for (Path descriptor : descriptors) {
        if (sockets.contains(target(descriptor))) {
          return true;
        }
      }
    } catch (IOException gone) {
      return false; // or another user's
    }
    return false;
  }

  private static String target(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).toString();
    } catch (IOException gone) {
      return "";
    }
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException gone) {
      return List.of();
    }
  }
}
