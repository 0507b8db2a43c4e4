package dev.mptunnel.net.http;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Where control sockets are that nobody named a place for. */
public final class ControlPlaces {

  private static final String FOLDER = "mptunnel";
  private static final int ROOT = 0;
  private static final String SUFFIX = ".sock";

  /** Names one of several that a supervisor starts, so that each has a place of its own. */
  private static final String INSTANCE = "MPTUNNEL_INSTANCE";

  /** What is no folder, and short enough for the path of a socket. */
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9:_.@\\\\-]{1,64}");

  private final Path runtime;
  private final Path system;
  private final Path users;
  private final int user;
  private final String instance;

  /**
   * The places of this machine.
   *
   * @param environment the variables of the environment
   */
  public ControlPlaces(Map<String, String> environment) {
    this(
        environment.get("XDG_RUNTIME_DIR"),
        Path.of("/run"),
        user(),
        environment.getOrDefault(INSTANCE, ""));
  }

  /**
   * The places of some machine.
   *
   * @param runtime what the environment names
   * @param system where the system's are
   * @param user the number of who asks, or -1 for nobody known
   */
  public ControlPlaces(String runtime, Path system, int user) {
    this(runtime, system, user, "");
  }

  /**
   * The same, as one of several.
   *
   * @param instance what this process is called among those of its program; empty, or what is no
   *     name, where it is called nothing
   */
  ControlPlaces(String runtime, Path system, int user, String instance) {
    this.instance = NAME.matcher(instance).matches() ? "-" + instance : "";
    this.runtime = runtime == null || !runtime.startsWith("/") ? null : Path.of(runtime);
    this.system = system;
    this.user = user;
    users = system.resolve("user");
  }

  private static int user() {
    try {
      return (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
    } catch (IOException | UnsupportedOperationException | IllegalArgumentException unknown) {
      return -1;
    }
  }

  /**
   * Where a program's is to be, in a folder that is made if need be.
   *
   * @return null where there is no such place
   */
  public Path free(String program, long pid) {
    for (Path folder : own()) {
      if (isWritable(folder)) {
        if (instance.isEmpty()) {
          // Others that start just now might be taken for left: instances leave each other alone.
          removeLeft(folder, program);
        }
        Path usual = folder.resolve(program + instance + SUFFIX);
        return isTaken(usual) ? folder.resolve(program + "-" + pid + SUFFIX) : usual;
      }
    }
    return null;
  }

  /** Opens a control socket, or whatever stands for one. */
  @FunctionalInterface
  public interface Opener<T> {
    T open(Path path) throws IOException;
  }

  /**
   * Opens what was free; where another process was quicker, what is free now.
   *
   * @param free what {@link #free} said of this program and process
   * @throws IOException when neither can be opened
   */
  public <T> T open(Path free, String program, long pid, Opener<T> opener) throws IOException {
    try {
      return opener.open(free);
    } catch (IOException e) {
      Path other = free(program, pid);
      if (other == null || other.equals(free)) {
        throw e;
      }
      return opener.open(other);
    }
  }

  /** The user's own is named by no variable after su, and in cron; it is there while he is. */
  private Set<Path> own() {
    Set<Path> folders = new LinkedHashSet<>();
    if (runtime != null) {
      folders.add(runtime.resolve(FOLDER));
    }
    folders.add(system.resolve(FOLDER));
    if (user >= 0) {
      folders.add(users.resolve(Integer.toString(user)).resolve(FOLDER));
    }
    return folders;
  }

  /** Where is looked; root may ask everybody's. */
  private Set<Path> looked() {
    Set<Path> folders = own();
    if (user == ROOT) {
      try (DirectoryStream<Path> each = Files.newDirectoryStream(users)) {
        each.forEach(its -> folders.add(its.resolve(FOLDER)));
      } catch (IOException e) {
        // Nobody has one.
      }
    }
    return folders;
  }

  /** All that are looked at, for people. */
  public String text() {
    return looked().stream().map(Path::toString).collect(Collectors.joining(", "));
  }

  private static boolean isWritable(Path folder) {
    if (Files.isDirectory(folder)) {
      return Files.isWritable(folder);
    }
    if (!Files.isWritable(folder.getParent())) {
      return false;
    }
    try {
      Files.createDirectory(
          folder,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
      return true;
    } catch (IOException e) {
      return Files.isDirectory(folder) && Files.isWritable(folder);
    }
  }

  /** Whether it is not ours to take, as what we may not ask is not. */
  private static boolean isTaken(Path path) {
    try {
      return Files.exists(path) && ControlSocket.isServed(path);
    } catch (IOException e) {
      return true;
    }
  }

  private static boolean answers(Path path) {
    try {
      return ControlSocket.isServed(path);
    } catch (IOException e) {
      return false; // another user's, perhaps
    }
  }

  /** Takes away what processes left that were killed. */
  private static void removeLeft(Path folder, String program) {
    for (Path each : all(folder, program)) {
      try {
        if (!isTaken(each)) {
          Files.deleteIfExists(each);
        }
      } catch (IOException e) {
        // Another user's.
      }
    }
  }

  private static List<Path> all(Path folder, String program) {
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(folder, program + "*" + SUFFIX)) {
      for (Path each : all) {
        String rest = each.getFileName().toString().substring(program.length());
        if (rest.equals(SUFFIX) || rest.startsWith("-")) {
          found.add(each);
        }
      }
    } catch (IOException e) {
      // No such folder: nobody has one there.
    }
    found.sort(null);
    return found;
  }

  /** All of a program that are served, and that we may reach. */
  public List<Path> served(String program) {
    List<Path> served = new ArrayList<>();
    for (Path folder : looked()) {
      all(folder, program).stream().filter(ControlPlaces::answers).forEach(served::add);
    }
    return served;
  }
}
