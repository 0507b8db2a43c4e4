package dev.mptunnel.harness.lab;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A network namespace: one host of the lab. Its name carries the id of the process that made it, so
 * that what a killed run left behind is known as such.
 */
public final class Namespace implements AutoCloseable {

  private static final Pattern NAME = Pattern.compile("mplab(\\d+)-\\w+");
  private static final Duration LISTEN_LIMIT = Duration.ofSeconds(30);

  /** What runs a command whose /etc/hosts is another file. */
  private static final List<String> WITH_HOSTS =
      List.of("unshare", "--mount", "sh", "-c", "mount --bind \"$0\" /etc/hosts && exec \"$@\"");

  private final String name;
  private final Path logDirectory;
  private final AtomicInteger started = new AtomicInteger();
  private Path hosts;

  private Namespace(String name, Path logDirectory) {
    this.name = name;
    this.logDirectory = logDirectory;
  }

  /**
   * Makes a namespace with its loopback up and without IPv6, whose own chatter would be counted as
   * traffic.
   *
   * @param host a word, such as {@code client}
   * @param logDirectory where the processes that are started here log
   */
  static Namespace create(String host, Path logDirectory) throws IOException {
    String name = "mplab" + ProcessHandle.current().pid() + "-" + host;
    Shell.run("ip", "netns", "add", name);
    Namespace namespace = new Namespace(name, logDirectory);
    namespace.run("sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1");
    namespace.ip("link set lo up");
    return namespace;
  }

  /** What {@code ip netns} calls it. */
  public String name() {
    return name;
  }

  /** Runs a command here to its end and returns its output. */
  public String run(String... command) throws IOException {
    return Shell.run(inside(List.of(command)));
  }

  /** Runs {@code ip} here with these words, which are split at blanks. */
  String ip(String words) throws IOException {
    return run(("ip " + words).split(" "));
  }

  /** Something that may touch the machine. */
  @FunctionalInterface
  public interface Opening<T> {

    /** Opens it. */
    T open() throws IOException;
  }

  /**
   * Opens something on a thread that is in this namespace, where its sockets will be: what is
   * measured over them needs no process of its own, and has one clock.
   */
  public <T> T within(Opening<T> opening) throws IOException {
    FutureTask<T> task =
        new FutureTask<>(
            () -> {
              NetworkNamespace.enter(name);
              return opening.open();
            });
    Thread.ofPlatform().name(name).daemon().start(task); // and ends there
    try {
      return task.get();
    } catch (ExecutionException e) {
      throw new IOException("in " + name + ": " + e.getCause().getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  /** Starts a process here that logs to a new file. */
  public Daemon start(String daemon, List<String> command) throws IOException {
    String host = name.substring(name.indexOf('-') + 1);
    String file = String.format("%s-%03d-%s.log", host, started.incrementAndGet(), daemon);
    List<String> whole = new ArrayList<>();
    if (hosts != null) {
      whole.addAll(WITH_HOSTS);
      whole.add(hosts.toString());
    }
    whole.addAll(command);
    return Daemon.start(daemon, inside(whole), logDirectory.resolve(file));
  }

  /** Processes that are started here from now on have this file as their /etc/hosts. */
  public void setHosts(Path file) {
    hosts = file;
  }

  /** Waits until something here listens on a TCP port. */
  public void awaitListener(int port) throws IOException {
    Wait.until(
        LISTEN_LIMIT,
        "a listener on port " + port + " of " + name,
        () -> !run("ss", "-Hltn", "sport = :" + port).isBlank());
  }

  /** The command line that runs a command here. */
  List<String> inside(List<String> command) {
    List<String> whole = new ArrayList<>(List.of("ip", "netns", "exec", name));
    whole.addAll(command);
    return whole;
  }

  /** The ids of the processes that run here. */
  public List<Long> pids() throws IOException {
    return Shell.run("ip", "netns", "pids", name).lines().map(Long::valueOf).toList();
  }

  /** Kills what runs here, and deletes the namespace with its interfaces. */
  @Override
  public void close() throws IOException {
    killAll();
    Shell.run("ip", "netns", "del", name);
  }

  /** Kills every process that runs here. */
  void killAll() throws IOException {
    // Again until none is left: a forking relay may have started a child meanwhile.
    Wait.until(
        Duration.ofSeconds(5),
        "the end of the processes in " + name,
        () -> {
          List<Long> pids = pids();
          pids.forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
          return pids.isEmpty();
        });
  }

  /** The names of all namespaces of labs on this machine, whoever made them. */
  public static List<String> list() throws IOException {
    return Shell.run("ip", "netns", "list")
        .lines()
        .map(line -> line.split(" ", 2)[0])
        .filter(name -> NAME.matcher(name).matches())
        .toList();
  }

  /** Deletes the namespaces of labs whose process is gone, with what still runs there. */
  static void sweep() throws IOException {
    for (String name : list()) {
      Matcher matcher = NAME.matcher(name);
      if (matcher.matches() && !runs(Long.parseLong(matcher.group(1)))) {
        new Namespace(name, Path.of(".")).close();
      }
    }
  }

  /** Whether a Java process has this id; a killed one that nobody has waited for has no command. */
  static boolean runs(long pid) {
    Optional<String> command = ProcessHandle.of(pid).flatMap(process -> process.info().command());
    return command.isPresent() && command.get().endsWith("java");
  }
}
