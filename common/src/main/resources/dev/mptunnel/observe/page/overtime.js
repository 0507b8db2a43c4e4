/** The charts: loss both ways, round trips and throughput, of the lines that are chosen. */

import { Chart } from "./charts.js";
import { byId, element, follow, say } from "./dom.js";
import { millis, percent, rate } from "./format.js";
import { seriesKey } from "./history.js";
import { directions, pathColor } from "./terms.js";

const SHOWN_AT_FIRST = 6;
const COLORS = 8;
const MARKED = {
  "path-down": "--bad",
  "session-silent": "--bad",
  "session-closed": "--bad",
  "tunnels-down": "--bad",
  "path-up": "--good",
  "session-open": "--good",
  "session-back": "--good",
  "tunnels-up": "--good",
  "path-moved": "--warn",
  "path-narrow": "--warn",
  "path-added": "--good",
  "path-resumed": "--good",
  "path-removed": "--warn",
  "path-paused": "--warn",
  reload: "--warn",
  "reload-refused": "--bad",
  "session-replaced": "--warn",
  "shared-bottleneck": "--warn",
  restart: "--warn",
  route: "--warn",
  rekey: "--quiet",
};

/** The charts of the page, and which lines they show. */
export class OverTime {
  #chosen = new Map();
  #described = "";

  constructor() {
    const shares = { format: percent, top: 0.01 };
    this.charts = {
      lossOut: new Chart(byId("loss-out"), shares),
      lossIn: new Chart(byId("loss-in"), shares),
      rtt: new Chart(byId("rtt"), { format: millis, top: 1 }),
      throughput: new Chart(byId("throughput"), { format: rate, top: 1250, mirrored: true }),
    };
  }

  /** Shows a session, or where there is none, the servers of a bridge. */
  show(status, session, view, events) {
    const lines = session ? ofSession(session) : ofBridge(status.bridge);
    byId("charts").hidden = lines.length === 0;
    if (lines.length === 0) {
      return;
    }
    const isKept = view.isEmpty || view.has(lines[0].key);
    byId("no-history").hidden = isKept;
    byId("chips").hidden = !isKept;
    byId("plots").hidden = !isKept;
    if (!isKept) {
      return;
    }
    const group = session?.id ?? "bridge";
    const chosen = this.#chosenOf(group, lines);
    this.#showChips(group, lines, chosen, () => this.show(status, session, view, events));
    const shown = lines.filter((line) => chosen.has(line.id));
    this.#describe(status, session, shown);
    const marks = marksOf(events, session, view.range);
    const draw = (chart, columns) => chart.show([view.times, ...columns], view.range, marks);
    const { lossOut, lossIn, rtt, throughput } = this.charts;
    if (session) {
      draw(lossOut, shown.map(({ key }) => view.loss(key, "Out")));
      draw(lossIn, shown.map(({ key }) => view.loss(key, "In")));
      const paths = shown.filter((line) => line.id !== "tunnel");
      draw(rtt, paths.flatMap(({ key }) => band(view, key)));
    }
    draw(throughput, traffic(shown).flatMap(({ key }) => [
      view.mean(key, "bytesOutPerSecond"),
      view.mean(key, "bytesInPerSecond").map((value) => value && -value),
    ]));
  }

  /** Takes the colours anew. */
  repaint() {
    Object.values(this.charts).forEach((chart) => chart.repaint());
  }

  #chosenOf(group, lines) {
    if (!this.#chosen.has(group)) {
      this.#chosen.set(group, new Set(lines.slice(0, SHOWN_AT_FIRST + 1).map(({ id }) => id)));
    }
    return this.#chosen.get(group);
  }

  #showChips(group, lines, chosen, changed) {
    follow(
      byId("chips"),
      lines,
      ({ id }) => `${group} ${id}`,
      ({ id }) => {
        const chip = element("button", "chip");
        chip.type = "button";
        chip.append(element("span", "swatch"), element("span"));
        chip.addEventListener("click", () => {
          if (!chosen.delete(id)) {
            chosen.add(id);
          }
          chip.changed();
        });
        return chip;
      },
      (chip, { label, color: name, id }) => {
        chip.changed = changed;
        chip.setAttribute("aria-pressed", String(chosen.has(id)));
        chip.firstElementChild.style.background = `var(${name})`;
        say(chip.lastElementChild, label);
      },
    );
  }

  /** Which lines there are, if others than before. */
  #describe(status, session, shown) {
    const now = JSON.stringify([session?.id, shown]);
    if (now === this.#described) {
      return;
    }
    this.#described = now;
    const { lossOut, lossIn, rtt, throughput } = this.charts;
    byId("charts").classList.toggle("single", !session);
    for (const name of ["loss-out", "loss-in", "rtt"]) {
      byId(name).hidden = !session;
    }
    const [out, into] = directions(status.program);
    caption("loss-out", `${out.arrow} Loss, ${lower(out.title)}`);
    caption("loss-in", `${into.arrow} Loss, ${lower(into.title)}`);
    caption("rtt", "Round trip, median to slowest");
    caption("throughput", `Throughput, ${lower(out.title)} above, ${lower(into.title)} below`);
    lossOut.describe(shown);
    lossIn.describe(shown);
    const paths = shown.filter((line) => line.id !== "tunnel");
    rtt.describe(
      paths.flatMap((line) => [
        { ...line, width: 1.6, label: line.label },
        { ...line, width: 0, label: `${line.label}, slowest` },
      ]),
      paths.map(({ color }, i) => ({ upper: 2 * i + 1, lower: 2 * i, color })),
    );
    throughput.describe(
      traffic(shown).flatMap((line) => [
        { ...line, label: `${line.label} ${out.arrow}` },
        { ...line, label: `${line.label} ${into.arrow}` },
      ]),
    );
  }
}

/** A sum of lines would hide them: the tunnel's bytes are those of its paths. */
function traffic(shown) {
  return shown.filter((line) => line.id !== "tunnel");
}

function band(view, key) {
  const lower = view.mean(key, "rttP50Millis");
  const upper = view.most(key, "rttP99Millis");
  return [lower, upper.map((value, i) => (value === null ? null : Math.max(value, lower[i])))];
}

function ofSession(session) {
  const tunnel = {
    id: "tunnel",
    key: seriesKey(session.id, null),
    label: "the tunnel",
    color: "--tunnel",
    width: 3,
  };
  return [
    tunnel,
    ...session.paths.map((path, place) => ({
      id: String(path.id),
      key: seriesKey(session.id, path.id),
      label: path.name,
      color: pathColor(place),
      width: 1.6,
      dash: place < COLORS ? undefined : [2 + 2 * Math.floor(place / COLORS), 3],
    })),
  ];
}

function ofBridge(bridge) {
  return (bridge?.servers ?? []).map(({ name, transport }, place) => ({
    id: `${name} ${transport}`,
    key: seriesKey(null, null, `${name} ${transport}`),
    label: `${name} ${transport.toUpperCase()}`,
    color: pathColor(place),
    width: 1.6,
  }));
}

function marksOf(events, session, [from]) {
  return events
    .filter(({ kind, session: its }) => MARKED[kind] && (!its || its === session?.id))
    .map(({ kind, time, text }) => ({
      time: Date.parse(time) / 1000,
      text,
      color: MARKED[kind],
      minor: kind === "rekey",
    }))
    .filter(({ time }) => time >= from);
}

function lower(title) {
  return title[0].toLowerCase() + title.slice(1);
}

function caption(name, text) {
  const place = byId(name);
  say(place.querySelector("figcaption"), text);
  place.querySelector(".plot").setAttribute("aria-label", `${text}: a chart; the arrow keys read it`);
}
