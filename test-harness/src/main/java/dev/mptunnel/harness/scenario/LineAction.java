package dev.mptunnel.harness.scenario;

import dev.mptunnel.harness.lab.Direction;
import dev.mptunnel.harness.lab.Line;
import dev.mptunnel.harness.link.LinkProperties;
import java.io.IOException;
import java.util.List;
import java.util.Locale;

/**
 * What is done to a line, as one line of words:
 *
 * <pre>
 * line 2 mtu=1280 loss=5%   these words of LinkProperties change, both ways
 * line 2 up delay=30ms      … toward the bridge only; 'down' is toward the client
 * line 2 perfect rate=5mbit all others are forgotten
 * line 1 down               nothing gets through any more
 * line 1 up                 … and it does again
 * line 3 rebind             the client's packets get another source port, as from a NAT that forgets
 * </pre>
 *
 * @param number of the line, from 1
 * @param what is done
 * @param directions that it is done to
 * @param words of {@link LinkProperties} for {@link What#CHANGE}, else empty
 */
public record LineAction(int number, What what, List<Direction> directions, String words) {

  private static final List<Direction> BOTH = List.of(Direction.UP, Direction.DOWN);

  /** The kinds of actions. */
  public enum What {
    CHANGE,
    DOWN,
    UP,
    REBIND
  }

  /** Reads one. Whether the words fit the line's others shows when they are applied. */
  static LineAction parse(String text) {
    String[] parts = text.strip().split("\\s+", 3);
    if (parts.length != 3 || !parts[0].equals("line") || !parts[1].matches("[1-9][0-9]?")) {
      throw new IllegalArgumentException(
          "\"" + text.strip() + "\": expected line NUMBER and what it is, such as line 2 loss=5%");
    }
    int number = Integer.parseInt(parts[1]);
    for (What what : List.of(What.DOWN, What.UP, What.REBIND)) {
      if (parts[2].equals(what.name().toLowerCase(Locale.ROOT))) {
        return new LineAction(number, what, BOTH, "");
      }
    }
    String[] rest = parts[2].split("\\s+", 2);
    for (Direction direction : BOTH) {
      if (rest[0].equals(direction.name().toLowerCase(Locale.ROOT))) {
        return new LineAction(number, What.CHANGE, List.of(direction), rest[1]);
      }
    }
    return new LineAction(number, What.CHANGE, BOTH, parts[2]);
  }

  /** What the properties are after it, in one of its directions. */
  LinkProperties changed(LinkProperties before) {
    return what == What.CHANGE ? before.changed(words) : before;
  }

  /** Does it. */
  void apply(List<Line> lines) throws IOException {
    if (number > lines.size()) {
      throw new IllegalArgumentException("line " + number + ": there are " + lines.size());
    }
    Line line = lines.get(number - 1);
    switch (what) {
      case CHANGE -> {
        for (Direction direction : directions) {
          line.change(direction, words);
        }
      }
      case DOWN -> line.cut();
      case UP -> line.restore();
      case REBIND -> line.rebind();
    }
  }

  @Override
  public String toString() {
    if (what != What.CHANGE) {
      return "line " + number + " " + what.name().toLowerCase(Locale.ROOT);
    }
    String way =
        directions.equals(BOTH) ? "" : directions.getFirst().name().toLowerCase(Locale.ROOT) + " ";
    return "line " + number + " " + way + words;
  }
}
