/** One session: its figures and its paths. */

import { sparkline } from "./charts.js";
import { arrowed, byId, element, figure, follow, put, say, tableRow, tiles } from "./dom.js";
import { bytes, count, millis, percent, rate } from "./format.js";
import { seriesKey } from "./history.js";
import { showTcp } from "./tcp.js";
import { badge, directions, pathColor, stateKind } from "./terms.js";

const PATHS_AT_FIRST = 12;

/** A row that comes into sight has its little charts already. */
const NEAR = { rootMargin: "400px" };

/** The rows whose little charts can be seen, or soon. */
const seen = new Set();
const observer = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    if (isIntersecting) {
      seen.add(target);
      target.draw?.();
    } else {
      seen.delete(target);
    }
  }
}, NEAR);

const SHARED = {
  loss: [" of what the better one loses, the other loses ", " too."],
  delay: [" their delays rise and fall together, correlated to ", "."],
};
const ADVICE = " Together they protect less than two ways that have nothing in common.";

/** Everything about one session but its charts. */
export function showSession(status, place, period, view) {
  const session = status.sessions[place];
  const at = `sessions.${place}`;
  const ways = directions(status.program);
  say(byId("session-title"), `Session ${session.client ?? session.id}`);
  showTiles(session, at, ways, status.socks);
  showPaths(session, at, ways, period, view);
  showTcp(session, at, ways);
}

function showTiles(session, at, ways, socks) {
  const up = session.paths.filter((path) => path.state === "up").length;
  const { datagrams, repair } = session;
  const entries = [
    {
      label: "Paths up",
      kind: up === 0 ? "none" : "",
      values: [{ value: `${up} of ${session.paths.length}` }],
    },
    ...ways.map((way) => ({
      label: way.title,
      values: [
        {
          field: `${at}.datagrams.${way.key}PerSecond`,
          value: datagrams[`${way.key}PerSecond`],
          format: (number) => (number === null ? count(null) : count(Math.round(number * 10) / 10)),
          after: " datagrams/s",
        },
        {
          before: "of ",
          field: `${at}.datagrams.${way.key}`,
          value: datagrams[way.key],
          format: count,
        },
      ],
    })),
    {
      label: "Repaired",
      values: [
        { field: `${at}.repair.repaired`, value: repair.repaired, format: count },
        {
          before: "of ",
          field: `${at}.repair.holes`,
          value: repair.holes,
          format: count,
          after: " that all paths lost",
        },
      ],
    },
    {
      label: "Applications",
      values: [{ field: `${at}.flows`, value: session.flows, format: count }],
    },
    {
      label: "Travels whole",
      values: [
        {
          before: "up to ",
          field: `${at}.wholeBytes`,
          value: session.wholeBytes,
          format: count,
          after: " bytes",
        },
      ],
    },
  ];
  if (socks) {
    entries.push({
      label: "Proxy",
      values: [
        { field: "socks.opened", value: socks.opened, format: count, after: " opened" },
        { field: "socks.refused", value: socks.refused, format: count, after: " refused" },
      ],
    });
  }
  tiles(byId("tiles"), entries);
}

function showPaths(session, at, ways, period, view) {
  const { paths } = session;
  const up = paths.filter((path) => path.state === "up").length;
  const wins = paths.reduce((sum, path) => sum + path.wins, 0);
  say(byId("paths-note"), `${up} of ${paths.length} up`);
  follow(
    byId("paths"),
    pathsShown(paths),
    ({ path }) => `${session.id}/${path.id}`,
    () => pathRow(),
    (row, { path, place }) => {
      row.className = `path ${stateKind(path.state)}`;
      row.dataset.path = path.id;
      row.dataset.state = path.state;
      pathCells(row, path, `${at}.paths.${place}`, ways, period, wins);
      row.querySelector(".swatch").style.background = `var(${pathColor(place)})`;
      row.draw = () => view() && drawSparks(row, view(), seriesKey(session.id, path.id), pathColor(place));
    },
  );
}

/** Of many paths the first, and all that are not well, unless all are asked for. */
function pathsShown(paths) {
  const more = byId("more-paths");
  const all = paths.map((path, place) => ({ path, place }));
  const some = all.filter(({ path, place }) => place < PATHS_AT_FIRST || path.state !== "up");
  more.hidden = some.length === all.length;
  const isOpen = more.getAttribute("aria-expanded") === "true";
  say(more, isOpen ? "Show fewer" : `Show all ${all.length} paths`);
  return isOpen ? all : some;
}

/** Draws the little charts that can be seen. */
export function showSparks() {
  seen.forEach((row) => row.draw?.());
}

function drawSparks(row, view, key, name) {
  const [loss, rtt, traffic] = row.querySelectorAll("canvas");
  const worse = (one, other) =>
    one.map((value, i) => (value === null ? other[i] : Math.max(value, other[i] ?? 0)));
  sparkline(loss, worse(view.loss(key, "Out"), view.loss(key, "In")), { name, least: 0.02 });
  sparkline(rtt, view.mean(key, "rttP50Millis"), {
    name,
    upper: view.most(key, "rttP99Millis"),
    least: 1,
  });
  const into = view.mean(key, "bytesInPerSecond");
  const both = view
    .mean(key, "bytesOutPerSecond")
    .map((value, i) => (value === null ? null : value + (into[i] ?? 0)));
  sparkline(traffic, both, { name, least: 1000 });
}

function pathRow() {
  const row = tableRow(["Path", "Loss", "Round trip", "Throughput", "Wins", "Saves", "Spent"]);
  const [name, loss, rtt, traffic, wins, saves] = row.children;
  const title = element("span", "path-title");
  title.append(element("span", "swatch"), element("span", "path-name"), element("span", "badge"));
  name.append(title, element("span", "path-where"));
  for (const cell of [loss, rtt, traffic]) {
    const canvas = element("canvas", "spark");
    canvas.setAttribute("aria-hidden", "true");
    cell.append(element("span", "pair"), canvas);
  }
  for (const cell of [wins, saves]) {
    cell.append(element("span"), element("span", "aside"));
  }
  observer.observe(row);
  return row;
}

function pathCells(row, path, at, ways, period, allWins) {
  const [name, loss, rtt, traffic, wins, saves, spent] = row.children;
  const [, title, state] = name.firstElementChild.children;
  say(title, path.name);
  badge(state, `${at}.state`, path.state);
  whereTo(name.lastElementChild, path, at);
  for (const way of ways) {
    const { key, arrow } = way;
    const lost = path.loss[period][key];
    arrowed(loss.firstElementChild, arrow, `${at}.loss.${period}.${key}`, lost, percent);
    const perSecond = path.bytes[`${key}PerSecond`];
    arrowed(traffic.firstElementChild, arrow, `${at}.bytes.${key}PerSecond`, perSecond, rate);
    arrowed(spent, arrow, `${at}.spentBytes.${key}`, path.spentBytes[key], bytes);
  }
  roundTrip(rtt.firstElementChild, path, at);
  put(wins.firstElementChild, `${at}.wins`, path.wins, count);
  say(wins.lastElementChild, allWins > 0 ? `${percent(path.wins / allWins)} of all` : "");
  put(saves.firstElementChild, `${at}.saves`, path.saves, count);
  const cost = path.bytes.in / path.saves;
  say(saves.lastElementChild, path.saves > 0 ? `one per ${bytes(cost)}` : "");
}

function whereTo(place, path, at) {
  if (!place.firstChild) {
    place.append(element("span"), element("span"), element("span"));
  }
  const [remote, before, mtu] = place.children;
  say(remote, path.remote && path.remote !== path.name ? path.remote : "");
  const known = path.mtuBytes !== null && path.mtuBytes > 0;
  say(before, known ? `${remote.textContent ? " · " : ""}MTU ` : "");
  put(mtu, `${at}.mtuBytes`, path.mtuBytes, (value) => (known ? String(value) : ""));
}

function roundTrip(place, path, at) {
  if (!place.firstChild) {
    for (const label of ["", "max "]) {
      const line = element("span", label ? "arrowed aside" : "arrowed");
      line.append(element("span", "", label), element("span"));
      place.append(line);
    }
  }
  const recent = path.rttRecentMillis;
  put(place.children[0].lastElementChild, `${at}.rttRecentMillis.p50`, recent.p50, millis);
  put(place.children[1].lastElementChild, `${at}.rttRecentMillis.max`, recent.max, millis);
}

/** Pairs of paths that fall together, in words. */
export function showHints(session, at) {
  follow(
    byId("hints"),
    (session?.sharedBottlenecks ?? []).map((shared, place) => ({ ...shared, place })),
    (shared) => `${shared.names.join()} ${shared.by}`,
    () => element("li", "banner warn"),
    (item, { names, by, share, place }) => {
      const field = `${at}.sharedBottlenecks.${place}.share`;
      const number = figure("", field, share, percent);
      const title = element("strong", "", `${names[0]} and ${names[1]} seem to share a bottleneck:`);
      const [before, after] = SHARED[by] ?? SHARED.loss;
      item.replaceChildren(title, before, number, after, ADVICE);
    },
  );
}
