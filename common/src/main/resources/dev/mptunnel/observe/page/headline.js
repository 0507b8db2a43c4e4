/** What it is all for: what the tunnel lost, beside what its paths alone would have lost. */

import { byId, element, follow, put, say } from "./dom.js";
import { percent } from "./format.js";
import { directions, pathColor } from "./terms.js";

const MOST_BARS = 8;

/** Shows it. */
export function showHeadline(status, period) {
  const ways = directions(status.program);
  const all = ways.map((way) => bars(status, period, way));
  const greatest = Math.max(0.01, ...all.flat().map((bar) => bar.value ?? 0));
  follow(
    byId("directions"),
    ways,
    (way) => way.key,
    (way) => panel(way),
    (shown, way, place) => update(shown, status, period, way, all[place], greatest),
  );
}

function panel(way) {
  const made = element("div", "direction");
  const title = element("h3", "direction-title");
  const arrow = element("span", "arrow", way.arrow);
  arrow.setAttribute("aria-hidden", "true");
  title.append(arrow, ` ${way.title}`);
  const figures = element("p", "figures");
  figures.append(element("span", "huge"), element("span", "huge-label"));
  made.append(title, figures, element("p", "verdict"), element("ul", "bars"));
  return made;
}

function update(shown, status, period, way, its, greatest) {
  const measured = status.headline[period];
  const field = `headline.${period}`;
  const loss = measured[`loss${way.suffix}`];
  const best = measured[`bestAlone${way.suffix}`];
  const [, figures, verdict, list] = shown.children;
  put(figures.children[0], `${field}.loss${way.suffix}`, loss, percent);
  figures.children[0].classList.toggle("unknown", loss === null);
  say(figures.children[1], loss === null ? "nothing measured yet" : "lost by the tunnel");
  tell(verdict, loss, best, `${field}.bestAlone${way.suffix}`);
  follow(
    list,
    its,
    (bar) => bar.key,
    () => barLine(),
    (line, bar) => {
      line.classList.toggle("is-tunnel", bar.key === "tunnel");
      line.classList.toggle("is-down", Boolean(bar.down));
      const [name, track, number] = line.children;
      say(name, bar.down ? `${bar.label} (down)` : bar.label);
      name.title = bar.label;
      track.firstElementChild.style.width = `${((bar.value ?? 0) / greatest) * 100}%`;
      track.firstElementChild.style.background = `var(${bar.color})`;
      put(number, bar.field, bar.value, (value) =>
        value === null && bar.down ? "down" : percent(value),
      );
    },
  );
}

/** The comparison in words; its number is one of the status too. */
function tell(verdict, loss, best, field) {
  if (!verdict.firstChild) {
    verdict.append(element("span"), element("strong"), element("span"));
  }
  const [before, number, after] = verdict.children;
  verdict.hidden = loss === null || best === null;
  put(number, field, best, percent);
  if (verdict.hidden) {
    return;
  }
  say(before, "The best path alone would have lost ");
  if (loss === 0 && best === 0) {
    say(after, " too: the lines are good.");
  } else if (loss === 0) {
    say(after, "; through all of them, everything arrived.");
  } else if (loss > 0 && best / loss >= 1.5) {
    const times = best / loss;
    say(after, `, ${times < 9.5 ? times.toFixed(1) : Math.round(times)} times as much.`);
  } else {
    say(after, ".");
  }
}

function barLine() {
  const line = element("li", "bar");
  const track = element("span", "track");
  track.append(element("span", "fill"));
  line.append(element("span", "bar-name"), track, element("span", "bar-value"));
  return line;
}

function bars(status, period, way) {
  const tunnel = {
    key: "tunnel",
    label: "the tunnel",
    value: status.headline[period][`loss${way.suffix}`],
    field: `headline.${period}.loss${way.suffix}`,
    color: "--tunnel",
  };
  const { sessions } = status;
  if (sessions.length === 1 && sessions[0].paths.length <= MOST_BARS) {
    return [tunnel, ...sessions[0].paths.map((path, place) => ofPath(path, place, period, way))];
  }
  const several = { bestAlone: "best path", meanAlone: "mean path", worstAlone: "worst path" };
  return [
    tunnel,
    ...Object.entries(several).map(([name, label]) => ({
      key: name,
      label,
      value: status.headline[period][name + way.suffix],
      field: `headline.${period}.${name}${way.suffix}`,
      color: "--quiet",
    })),
  ];
}

function ofPath(path, place, period, way) {
  return {
    key: path.id,
    label: path.name,
    value: path.loss[period][way.key],
    field: `sessions.0.paths.${place}.loss.${period}.${way.key}`,
    color: pathColor(place),
    down: path.state === "down",
  };
}
