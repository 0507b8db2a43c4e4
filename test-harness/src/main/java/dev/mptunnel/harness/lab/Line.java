package dev.mptunnel.harness.lab;

import dev.mptunnel.harness.link.LinkCounters;
import dev.mptunnel.harness.link.LinkProperties;
import java.io.IOException;
import java.util.EnumMap;
import java.util.Map;

/** The line between the client and one bridge. Its two directions may differ. */
public final class Line {

  private final Emulator emulator;
  private final int number;
  private final ForgetfulNat nat;
  private final Map<Direction, LinkProperties> properties = new EnumMap<>(Direction.class);

  /**
   * @param number from 1
   * @param client whose device of the line is {@code line} and its number
   */
  Line(Emulator emulator, int number, Namespace client) {
    this.emulator = emulator;
    this.number = number;
    this.nat = new ForgetfulNat(client, "line" + number);
    for (Direction direction : Direction.values()) {
      properties.put(direction, LinkProperties.PERFECT);
    }
  }

  /** What arrived at the bridge. */
  public LossCount up() throws IOException {
    return lossCount(counters(Direction.UP));
  }

  /** What arrived at the client. */
  public LossCount down() throws IOException {
    return lossCount(counters(Direction.DOWN));
  }

  /** Of what passed the router and the queue, so that what was lost had used the line's rate. */
  private static LossCount lossCount(LinkCounters counters) {
    long arrived = counters.delivered() + counters.lost() + counters.corrupted();
    return new LossCount(arrived, arrived - counters.delivered());
  }

  /** Every IP packet that came to this line, and what became of it. */
  public LinkCounters counters(Direction direction) throws IOException {
    return emulator.counters(number, direction);
  }

  /** What one direction is like now. */
  public LinkProperties properties(Direction direction) {
    return properties.get(direction);
  }

  /**
   * Changes both directions for all packets that come from now on.
   *
   * @param words those of {@link LinkProperties} that change; after {@code perfect}, all of them
   * @throws IllegalArgumentException naming the word that is wrong
   */
  public void change(String words) throws IOException {
    for (Direction direction : Direction.values()) {
      change(direction, words);
    }
  }

  /** Changes one direction. */
  public void change(Direction direction, String words) throws IOException {
    become(direction, properties(direction).changed(words));
  }

  /** Makes one direction another line. */
  void become(Direction direction, LinkProperties wanted) throws IOException {
    emulator.change(number, direction, wanted);
    properties.put(direction, wanted);
  }

  /** Makes both directions another line. */
  void become(LinkProperties wanted) throws IOException {
    for (Direction direction : Direction.values()) {
      become(direction, wanted);
    }
  }

  /** Makes the line black both ways: nothing gets through, and nobody is told. */
  public void cut() throws IOException {
    for (Direction direction : Direction.values()) {
      emulator.cut(number, direction);
    }
  }

  /** Ends {@link #cut}. */
  public void restore() throws IOException {
    for (Direction direction : Direction.values()) {
      emulator.restore(number, direction);
    }
  }

  /** Gives the client's packets another source port, as {@link ForgetfulNat#forget} does. */
  public void rebind() throws IOException {
    nat.forget();
  }

  @Override
  public String toString() {
    LinkProperties up = properties(Direction.UP);
    LinkProperties down = properties(Direction.DOWN);
    return up.equals(down) ? up.toString() : "up: " + up + "; down: " + down;
  }
}
