package dev.mptunnel.harness.bench;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** How a user names what is compared. */
final class Plans {

  /** Those that are known by name; our own programs' have {@code @ENGINE} behind them. */
  static final List<String> NAMES =
      List.of("udp", "c", "c-no-gro", "c-no-gso", "c-single", "sealed", "plain", "bridge", "socat");

  private static final String NO_GRO = "--no-gro";
  private static final String NO_GSO = "--no-gso";

  private Plans() {}

  /**
   * The plan of a name.
   *
   * @param engine of our own programs; empty for what they take by themselves
   * @throws IllegalArgumentException when there is none
   */
  static Plan named(String name, String engine) {
    List<String> options = engine.isEmpty() ? List.of() : List.of("--engine", engine);
    String full = engine.isEmpty() ? name : name + "@" + engine;
    return switch (name) {
      case "udp" -> new Plan.Udp(name);
      case "c" -> new Plan.Relays(name, List.of());
      case "c-no-gro" -> new Plan.Relays(name, List.of(NO_GRO));
      case "c-no-gso" -> new Plan.Relays(name, List.of(NO_GSO));
      case "c-single" -> new Plan.Relays(name, List.of(NO_GRO, NO_GSO));
      case "sealed" -> new Plan.Tunnel(full, options, options);
      case "plain" -> {
        List<String> plain = new ArrayList<>(List.of("--encrypt", "off"));
        plain.addAll(options);
        yield new Plan.Tunnel(full, plain, plain);
      }
      case "bridge" -> new Plan.Bridge(full, options);
      case "socat" -> new Plan.Socat(name);
      default ->
          throw new IllegalArgumentException(
              name + ": expected one of " + String.join(", ", NAMES));
    };
  }

  /** All of these names, our own programs with each of these engines. */
  static List<Plan> named(List<String> names, List<String> engines) {
    List<Plan> plans = new ArrayList<>();
    for (String name : names) {
      Plan first = named(name, "");
      boolean isOurs = first instanceof Plan.Tunnel || first instanceof Plan.Bridge;
      if (!isOurs || engines.isEmpty()) {
        plans.add(first);
      } else {
        engines.forEach(engine -> plans.add(named(name, engine.toLowerCase(Locale.ROOT))));
      }
    }
    return plans;
  }

  /** The same with tunnels of ours once for each number of loops of their servers; none as is. */
  static List<Plan> withLoops(List<Plan> plans, List<Integer> loops) {
    List<Plan> all = new ArrayList<>();
    for (Plan plan : plans) {
      if (plan instanceof Plan.Tunnel(var name, var clientOptions, var serverOptions)
          && !loops.isEmpty()) {
        for (int count : loops) {
          List<String> options = new ArrayList<>(serverOptions);
          options.addAll(List.of("--loops", Integer.toString(count)));
          all.add(new Plan.Tunnel(name + "-loops-" + count, clientOptions, options));
        }
      } else {
        all.add(plan);
      }
    }
    return all;
  }

  /** {@code NAME=OPTIONS} of both mpclient and mpserver, split at blanks. */
  static Plan tunnel(String text) {
    String[] halves = halves(text, "NAME=OPTIONS, such as 'no-repair=--repair off'");
    List<String> options = Arrays.stream(halves[1].split(" ")).filter(w -> !w.isEmpty()).toList();
    return new Plan.Tunnel(halves[0], options, options);
  }

  /** {@code NAME=COMMAND}. */
  static Plan command(String text) {
    String form = "NAME=COMMAND with {listen} and {target} in it";
    String[] halves = halves(text, form);
    if (!halves[1].contains("{listen") || !halves[1].contains("{target")) {
      throw new IllegalArgumentException("expected " + form);
    }
    return new Plan.Command(halves[0], halves[1]);
  }

  /** {@code NAME=HOST:PORT} or {@code NAME=HOST:PORT,PID,PID…}. */
  static Plan running(String text) {
    String form = "NAME=HOST:PORT or NAME=HOST:PORT,PID";
    String[] halves = halves(text, form);
    String[] words = halves[1].split(",");
    try {
      List<Long> processes = Arrays.stream(words).skip(1).map(Long::valueOf).toList();
      return new Plan.Running(halves[0], address(words[0]), processes);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("expected " + form, e);
    }
  }

  /**
   * {@code HOST:PORT}.
   *
   * @throws IllegalArgumentException when it is not, or the name does not resolve
   */
  static InetSocketAddress address(String text) {
    int colon = text.lastIndexOf(':');
    if (colon <= 0) {
      throw new IllegalArgumentException(text + ": expected HOST:PORT");
    }
    String host = text.substring(0, colon).replaceAll("[\\[\\]]", "");
    InetSocketAddress address =
        new InetSocketAddress(host, Integer.parseInt(text.substring(colon + 1)));
    if (address.isUnresolved()) {
      throw new IllegalArgumentException(text + ": this name does not resolve");
    }
    return address;
  }

  private static String[] halves(String text, String form) {
    String[] halves = text.split("=", 2);
    if (halves.length != 2 || halves[0].isBlank() || halves[1].isBlank()) {
      throw new IllegalArgumentException("expected " + form);
    }
    halves[0] = halves[0].strip();
    return halves;
  }
}
