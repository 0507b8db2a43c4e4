/** Charts over time, painted by uPlot; their colours are those of the style sheet. */

import { element } from "./dom.js";
import { timeOfDay } from "./format.js";

/* global uPlot */

const HEIGHT = 190;
const FONT = '12px system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif';

/** What a variable of the style sheet says now. */
export function color(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** The same colour, of which so much, 0 to 1, shines through what is below. */
function thin(hex, alpha) {
  const part = (at) => parseInt(hex.slice(at, at + 2), 16);
  return `rgba(${part(1)}, ${part(3)}, ${part(5)}, ${alpha})`;
}

/**
 * One chart. Its lines are given by describe(), its points by show(): a column of times in seconds,
 * then one for each line.
 */
export class Chart {
  /**
   * @param figure where it goes: it is told about in its caption
   * @param format how a value is written
   * @param mirrored whether what is below zero is only the other direction
   * @param top the least value that the scale ends at
   */
  constructor(figure, { format, mirrored = false, top }) {
    this.format = format;
    this.mirrored = mirrored;
    this.top = top;
    this.lines = [];
    this.bands = [];
    this.marks = [];
    this.columns = [[]];
    this.range = [0, 1];
    this.place = figure.querySelector(".plot");
    this.tip = figure.querySelector(".tip");
    this.place.addEventListener("keydown", (event) => this.#step(event));
    this.place.addEventListener("blur", () => this.#leave());
    new ResizeObserver(() => this.#resize()).observe(this.place);
  }

  /**
   * @param lines each a label, the name of its colour, how wide it is, and whether the tip tells it
   * @param bands each the places, from 0, of the upper and lower line and the name of its colour
   */
  describe(lines, bands = []) {
    this.lines = lines;
    this.bands = bands;
    this.plot?.destroy();
    this.plot = null;
    this.#leave();
  }

  /** @param marks moments, each a time, text, the name of a colour, and whether it is a minor one */
  show(columns, range, marks) {
    this.columns = columns;
    this.range = range;
    this.marks = marks;
    if (!this.plot) {
      this.#build();
    } else {
      this.plot.batch(() => {
        this.plot.setData(columns, false);
        this.plot.setScale("x", { min: range[0], max: range[1] });
      });
    }
  }

  /** Takes the colours anew. */
  repaint() {
    this.describe(this.lines, this.bands);
    this.show(this.columns, this.range, this.marks);
  }

  #build() {
    const width = this.place.clientWidth;
    if (width === 0) {
      return;
    }
    const quiet = color("--quiet");
    const line = color("--line");
    const axis = {
      stroke: quiet,
      font: FONT,
      grid: { stroke: line, width: 1 },
      ticks: { show: false },
    };
    this.plot = new uPlot(
      {
        width,
        height: HEIGHT,
        pxAlign: 1,
        legend: { show: false },
        padding: [12, 20, 0, 0],
        cursor: {
          sync: { key: "time", setSeries: false },
          drag: { x: false, y: false },
          y: false,
          points: { size: 7 },
        },
        scales: {
          x: { time: true, range: () => this.range },
          y: { range: (_, min, max) => this.#scale(min, max) },
        },
        axes: [
          { ...axis, space: 70, size: 28, values: (_, times) => this.#times(times) },
          {
            ...axis,
            space: 34,
            size: 76,
            gap: 6,
            values: (_, values) => values.map((value) => trimmed(this.#label(value))),
          },
        ],
        series: [{}, ...this.lines.map((drawn) => this.#series(drawn))],
        bands: this.bands.map(({ upper, lower, color: name }) => ({
          series: [upper + 1, lower + 1],
          fill: thin(color(name), 0.18),
        })),
        hooks: {
          drawAxes: [(plot) => this.#drawMarks(plot)],
          setCursor: [(plot) => this.#tell(plot)],
        },
      },
      this.columns,
      this.place,
    );
    this.plot.over.addEventListener("mouseenter", () => (this.entered = true));
    this.plot.over.addEventListener("mouseleave", () => this.#leave());
  }

  #series({ color: name, width, dash }) {
    return {
      stroke: color(name),
      width,
      dash,
      spanGaps: false,
      points: { show: false },
    };
  }

  #label(value) {
    return this.format(this.mirrored ? Math.abs(value) : value);
  }

  #times(times) {
    const seconds = this.range[1] - this.range[0] < 180;
    return times.map((time) => timeOfDay(time * 1000).slice(0, seconds ? 8 : 5));
  }

  #scale(min, max) {
    const upper = Math.max(max ?? 0, this.top);
    if (!this.mirrored) {
      return [0, upper * 1.08];
    }
    return [Math.min(min ?? 0, -this.top) * 1.08, upper * 1.08];
  }

  #drawMarks(plot) {
    const { ctx, bbox } = plot;
    ctx.save();
    for (const { time, color: name, minor } of this.marks) {
      if (time < this.range[0] || time > this.range[1]) {
        continue;
      }
      const x = Math.round(plot.valToPos(time, "x", true));
      ctx.strokeStyle = color(name);
      ctx.fillStyle = ctx.strokeStyle;
      ctx.lineWidth = devicePixelRatio;
      if (!minor) {
        ctx.setLineDash([3 * devicePixelRatio, 3 * devicePixelRatio]);
        ctx.beginPath();
        ctx.moveTo(x, bbox.top);
        ctx.lineTo(x, bbox.top + bbox.height);
        ctx.stroke();
        ctx.setLineDash([]);
      }
      ctx.beginPath();
      ctx.arc(x, bbox.top - 5 * devicePixelRatio, (minor ? 2 : 4) * devicePixelRatio, 0, 2 * Math.PI);
      ctx.fill();
    }
    ctx.restore();
  }

  /** What stands at the cursor, told where the mouse or the keyboard is, not where it is mirrored. */
  #tell(plot) {
    const { idx, left } = plot.cursor;
    if (!this.entered || idx === null || idx === undefined || left < 0) {
      this.tip.hidden = true;
      return;
    }
    const time = this.columns[0][idx];
    const rows = this.lines
      .map((drawn, place) => ({ ...drawn, value: this.columns[place + 1][idx] }))
      .filter(({ value, silent }) => !silent && value !== null && value !== undefined);
    const seconds = Math.max(15, ((this.range[1] - this.range[0]) * 5) / plot.over.clientWidth);
    const marks = this.marks.filter((mark) => Math.abs(mark.time - time) <= seconds);
    this.tip.replaceChildren(
      element("p", "tip-time", timeOfDay(time * 1000)),
      ...rows.map((row) => {
        const line = element("p", "tip-row");
        const swatch = element("span", "swatch");
        swatch.style.background = color(row.color);
        line.append(
          swatch,
          element("span", "tip-label", row.label),
          element("span", "tip-value", this.#label(row.value)),
        );
        return line;
      }),
      ...marks.slice(0, 4).map((mark) => element("p", "tip-mark", mark.text)),
    );
    this.tip.hidden = false;
    const room = this.place.clientWidth - this.tip.offsetWidth;
    const x = plot.over.offsetLeft + left;
    const beside = x + 14 <= room ? x + 14 : x - this.tip.offsetWidth - 14;
    this.tip.style.left = `${Math.max(0, Math.min(beside, room))}px`;
  }

  #leave() {
    this.entered = false;
    this.tip.hidden = true;
    this.plot?.setCursor({ left: -10, top: -10 });
  }

  /** The arrow keys move the cursor. */
  #step(event) {
    const by = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10 }[event.key];
    const times = this.columns[0];
    if (event.key === "Escape") {
      this.#leave();
    }
    if (!by || !this.plot || times.length === 0) {
      return;
    }
    event.preventDefault();
    const first = times.findIndex((time) => time >= this.range[0]);
    const from = this.entered ? (this.plot.cursor.idx ?? times.length) : times.length;
    const to = Math.max(first, Math.min(times.length - 1, from + by));
    this.entered = true;
    this.plot.setCursor({ left: this.plot.valToPos(times[to], "x"), top: 10 });
  }

  #resize() {
    const width = this.place.clientWidth;
    if (width === 0) {
      return;
    }
    if (!this.plot) {
      this.#build();
    } else if (width !== this.plot.width) {
      this.plot.setSize({ width, height: HEIGHT });
    }
  }
}

/** The same without zeros behind the point. */
function trimmed(text) {
  return text.replace(/\.0+(?= |$)|(\.\d*[1-9])0+(?= |$)/, "$1");
}

/** A line without axes, in a canvas, of values that may miss; scaled from 0 to the greatest. */
export function sparkline(canvas, values, { name, upper, least }) {
  const ratio = devicePixelRatio || 1;
  const width = canvas.clientWidth;
  const height = canvas.clientHeight;
  if (width === 0) {
    return;
  }
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
  }
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  const shown = (upper ?? values).concat(values);
  const greatest = shown.reduce((most, value) => Math.max(most, value ?? 0), least);
  const x = (place) => (place / Math.max(1, values.length - 1)) * (width - 2) + 1;
  const y = (value) => height - 1.5 - (value / greatest) * (height - 4);
  const paint = color(name);
  if (upper) {
    context.fillStyle = thin(paint, 0.22);
    for (const [from, to] of runs(values)) {
      context.beginPath();
      for (let i = from; i <= to; i++) {
        context.lineTo(x(i), y(upper[i] ?? values[i]));
      }
      for (let i = to; i >= from; i--) {
        context.lineTo(x(i), y(values[i]));
      }
      context.fill();
    }
  }
  context.strokeStyle = paint;
  context.lineWidth = 1.5;
  context.lineJoin = "round";
  for (const [from, to] of runs(values)) {
    context.beginPath();
    context.moveTo(x(from), y(values[from]));
    for (let i = from; i <= to; i++) {
      context.lineTo(x(i) + (from === to ? 1 : 0), y(values[i]));
    }
    context.stroke();
  }
}

/** From where to where the values that are there go on without a gap. */
function* runs(values) {
  let from = -1;
  for (let i = 0; i <= values.length; i++) {
    const there = i < values.length && values[i] !== null && values[i] !== undefined;
    if (there && from < 0) {
      from = i;
    } else if (!there && from >= 0) {
      yield [from, i - 1];
      from = -1;
    }
  }
}
