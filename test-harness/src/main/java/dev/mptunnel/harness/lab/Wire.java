package dev.mptunnel.harness.lab;

import dev.mptunnel.harness.Seed;
import dev.mptunnel.harness.link.LinkCounters;
import dev.mptunnel.harness.link.LinkModel;
import dev.mptunnel.harness.link.LinkProperties;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The process that carries the lines' packets and makes the lines bad, because not every kernel has
 * {@code netem}. For each line {@code 1..n} it opens two TUN devices, {@code near1} and {@code
 * far1}, which the lab then moves into the hosts' namespaces. One thread does all of it.
 *
 * <p>Arguments: number of lines, seed. It takes commands from its standard input, a line each, and
 * answers each with a line that begins with {@code ok} or {@code error}:
 *
 * <pre>
 * change 2 up WORDS   the properties of line 2 toward the far end, as LinkProperties writes them
 * cut 2 down          nothing gets through any more toward the near end
 * restore 2 down      … and it does again
 * count 2 up          ok, and the fields of LinkCounters in their order
 * </pre>
 *
 * <p>It ends when its standard input does, so it never outlives the lab.
 */
public final class Wire {

  private static final int STDIN = 0;
  private static final long IDLE_NANOS = 1_000_000_000;

  private final List<WireDirection> directions = new ArrayList<>();
  private final InFlight inFlight = new InFlight();
  private final StringBuilder commands = new StringBuilder();

  private Wire(int lines, Seed seed) throws IOException {
    for (int i = 1; i <= lines; i++) {
      TunDevice near = TunDevice.open("near" + i);
      TunDevice far = TunDevice.open("far" + i);
      directions.add(direction(near, far, i, Direction.UP, seed));
      directions.add(direction(far, near, i, Direction.DOWN, seed));
    }
  }

  private WireDirection direction(
      TunDevice from, TunDevice to, int line, Direction direction, Seed seed) throws IOException {
    LinkModel model =
        LinkModel.ofIpPackets(
            LinkProperties.PERFECT,
            seed.part(direction + " " + line).generator(),
            System.nanoTime());
    String router = Topology.lineAddress(line, direction == Direction.UP ? 2 : 1);
    int address = ByteBuffer.wrap(InetAddress.ofLiteral(router).getAddress()).getInt();
    return new WireDirection(from, to, model, address, inFlight);
  }

  /** Runs until standard input ends. */
  public static void main(String[] args) throws IOException {
    Wire wire = new Wire(Integer.parseInt(args[0]), new Seed(Long.parseLong(args[1])));
    System.out.println("ok");
    wire.run();
  }

  private void run() throws IOException {
    int[] descriptors = new int[directions.size() + 1];
    descriptors[0] = STDIN;
    for (int i = 0; i < directions.size(); i++) {
      descriptors[i + 1] = directions.get(i).descriptor();
    }
    Poll poll = new Poll(descriptors);
    while (true) {
      boolean hasRoom = inFlight.room() >= WireDirection.MAX_COPIES;
      long waitNanos = inFlight.nextNanos(System.nanoTime(), IDLE_NANOS);
      // What there is no room for waits in the devices' own queues.
      poll.await(hasRoom ? descriptors.length : 1, waitNanos);
      inFlight.deliver(System.nanoTime());
      for (int i = 0; i < directions.size(); i++) {
        if (poll.canRead(i + 1)) {
          directions.get(i).carry(directions.get(i ^ 1));
        }
      }
      if (poll.canRead(0) && !takeCommands(System.in)) {
        return;
      }
    }
  }

  /** Returns false at the end of the input. */
  private boolean takeCommands(InputStream in) throws IOException {
    byte[] bytes = new byte[4_096];
    int length = in.read(bytes);
    if (length < 0) {
      return false;
    }
    commands.append(new String(bytes, 0, length, StandardCharsets.US_ASCII));
    for (int end; (end = commands.indexOf("\n")) >= 0; ) {
      String command = commands.substring(0, end);
      commands.delete(0, end + 1);
      System.out.println(answer(command));
    }
    return true;
  }

  private String answer(String command) {
    try {
      String[] words = command.split(" ", 4);
      int line = Integer.parseInt(words[1]);
      Direction direction = Direction.valueOf(words[2].toUpperCase(Locale.ROOT));
      LinkModel model = model(line, direction);
      switch (words[0]) {
        case "change" -> {
          LinkProperties properties = LinkProperties.parse(words[3]);
          int leader = properties.withLine();
          model.follow(leader == 0 ? null : model(leader, direction));
          model.change(properties, System.nanoTime());
        }
        case "cut" -> model.setDown(true);
        case "restore" -> model.setDown(false);
        case "count" -> {
          return "ok " + text(model.counters());
        }
        default -> throw new IllegalArgumentException("expected change, cut, restore or count");
      }
      return "ok";
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      return "error " + command + ": " + e.getMessage();
    }
  }

  private LinkModel model(int line, Direction direction) {
    return directions.get(2 * (line - 1) + direction.ordinal()).model();
  }

  private static String text(LinkCounters counters) {
    return counters.offered()
        + " "
        + counters.delivered()
        + " "
        + counters.tooBig()
        + " "
        + counters.lost()
        + " "
        + counters.down()
        + " "
        + counters.queueFull()
        + " "
        + counters.corrupted()
        + " "
        + counters.duplicates()
        + " "
        + counters.heldBack();
  }
}
