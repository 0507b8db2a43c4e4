package dev.mptunnel.harness.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.DoubleStream;

/**
 * A small chart as SVG: lines over named places on the x-axis, on a logarithmic y-axis, which suits
 * what differs by orders of magnitude.
 */
final class Plot {

  private static final int WIDTH = 760;
  private static final int HEIGHT = 420;
  private static final int LEFT = 70;
  private static final int RIGHT = 170;
  private static final int TOP = 40;
  private static final int BOTTOM = 50;
  private static final int LEGEND_STEP = 18;

  /** Told apart by people who see colours differently, too (Okabe and Ito). */
  private static final List<String> COLOURS =
      List.of(
          "#000000", "#e69f00", "#56b4e9", "#009e73", "#0072b2", "#d55e00", "#cc79a7", "#999999");

  private final String title;
  private final String unit;
  private final List<String> places;
  private final Map<String, double[]> lines = new LinkedHashMap<>();

  /**
   * A chart without lines.
   *
   * @param unit of the y-axis
   * @param places on the x-axis
   */
  Plot(String title, String unit, List<String> places) {
    this.title = title;
    this.unit = unit;
    this.places = List.copyOf(places);
  }

  /**
   * Adds a line.
   *
   * @param values one for each place; NaN and what is not positive is left out
   */
  void add(String name, double... values) {
    lines.put(name, values);
  }

  /** The chart. */
  String svg() {
    double[] known =
        lines.values().stream()
            .flatMapToDouble(DoubleStream::of)
            .filter(value -> value > 0)
            .toArray();
    int bottom = (int) Math.floor(Math.log10(DoubleStream.of(known).min().orElse(1)));
    int top = (int) Math.ceil(Math.log10(DoubleStream.of(known).max().orElse(10)));
    return draw(bottom, Math.max(top, bottom + 1));
  }

  private String draw(int bottom, int top) {
    StringBuilder svg = new StringBuilder();
    svg.append(
        String.format(
            Locale.ROOT,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\""
                + " font-family=\"sans-serif\" font-size=\"12\">%n"
                + "<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>%n",
            WIDTH,
            HEIGHT));
    text(svg, LEFT, TOP - 18, "start", title + " (" + unit + ")");
    for (int decade = bottom; decade <= top; decade++) {
      double y = y(Math.pow(10, decade), bottom, top);
      line(svg, LEFT, y, WIDTH - RIGHT, y, "#dddddd");
      text(svg, LEFT - 8, y + 4, "end", shown(Math.pow(10, decade)));
    }
    for (int i = 0; i < places.size(); i++) {
      text(svg, x(i), HEIGHT - BOTTOM + 20, "middle", places.get(i));
    }
    int number = 0;
    for (Map.Entry<String, double[]> line : lines.entrySet()) {
      String colour = COLOURS.get(number % COLOURS.size());
      draw(svg, line.getValue(), bottom, top, colour);
      int y = TOP + LEGEND_STEP * number;
      line(svg, WIDTH - RIGHT + 16, y, WIDTH - RIGHT + 36, y, colour);
      text(svg, WIDTH - RIGHT + 42, y + 4, "start", line.getKey());
      number++;
    }
    return svg.append("</svg>\n").toString();
  }

  private void draw(StringBuilder svg, double[] values, int bottom, int top, String colour) {
    List<String> points = new ArrayList<>();
    for (int i = 0; i < values.length; i++) {
      if (values[i] > 0) {
        double y = y(values[i], bottom, top);
        points.add(String.format(Locale.ROOT, "%.1f,%.1f", x(i), y));
        svg.append(
            String.format(
                Locale.ROOT,
                "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"%s\"/>%n",
                x(i),
                y,
                colour));
      }
    }
    svg.append(
        String.format(
            Locale.ROOT,
            "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"/>%n",
            String.join(" ", points),
            colour));
  }

  private double x(int place) {
    double width = WIDTH - LEFT - RIGHT;
    return LEFT + width * (place + 0.5) / places.size();
  }

  private static double y(double value, int bottom, int top) {
    double height = HEIGHT - TOP - BOTTOM;
    return TOP + height * (top - Math.log10(value)) / (top - bottom);
  }

  private static String shown(double value) {
    return value < 1 ? Double.toString(value) : String.format(Locale.ROOT, "%,.0f", value);
  }

  private static void line(
      StringBuilder svg, double x1, double y1, double x2, double y2, String colour) {
    svg.append(
        String.format(
            Locale.ROOT,
            "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\"/>%n",
            x1,
            y1,
            x2,
            y2,
            colour));
  }

  private static void text(StringBuilder svg, double x, double y, String anchor, String text) {
    String safe = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    svg.append(
        String.format(
            Locale.ROOT,
            "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>%n",
            x,
            y,
            anchor,
            safe));
  }
}
