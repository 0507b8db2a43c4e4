/** The status page: takes what the program says and has each part of the page show it. */

import { showBridge } from "./bridge.js";
import { showDetails } from "./details.js";
import { byId, put, say } from "./dom.js";
import { Events } from "./events.js";
import { Feed } from "./feed.js";
import { percent, span } from "./format.js";
import { showHeadline } from "./headline.js";
import { History } from "./history.js";
import { OverTime } from "./overtime.js";
import { showHints, showSession, showSparks } from "./session.js";
import { showSessions } from "./sessions.js";

const WHY_LOST = {
  gone: "It was stopped, or the network between is down.",
  silent: "It has said nothing for some seconds.",
  token: "It wants its token again: open this page as /?token=…",
  busy: "Too many pages watch it already.",
};

const history = new History();
const events = new Events();
const overTime = new OverTime();
let status = null;
let view = null;
let painting = false;
let lastSession;
let fetched = -Infinity;

function chosenOf(group) {
  return document.querySelector(`input[name=${group}]:checked`).value;
}

/** The place of the session that is looked at: who was chosen, or who was first when none was. */
function place() {
  const { sessions } = status;
  const wanted = new URLSearchParams(location.hash.slice(1)).get("session") ?? lastSession;
  const found = sessions.findIndex((session) => session.id === wanted);
  lastSession = found >= 0 ? wanted : sessions[0]?.id;
  return Math.max(0, found);
}

/** Shows all anew, once, before the next picture. */
function paint() {
  if (painting || status === null) {
    return;
  }
  painting = true;
  requestAnimationFrame(() => {
    painting = false;
    show();
    if (view === null) {
      showCharts();
    }
  });
}

function show() {
  const isBridge = status.program === "mpbridge";
  const period = chosenOf("window");
  byId("main").hidden = false;
  showTop();
  byId("bridge").hidden = !isBridge;
  byId("headline").hidden = isBridge;
  const at = isBridge ? -1 : place();
  const session = status.sessions?.[at];
  byId("session").hidden = !session;
  if (isBridge) {
    showBridge(status.bridge);
  } else {
    showHeadline(status, period);
    byId("sessions").hidden = status.program === "mpclient" && status.sessions.length === 1;
    showSessions(status, period, session?.id, byId("find").value.trim());
  }
  if (session) {
    showSession(status, at, period, () => view);
  } else {
    byId("tcp").hidden = true;
  }
  showHints(session, `sessions.${at}`);
  events.show();
  showDetails(status, at);
  document.documentElement.dataset.time = status.time;
}

function showTop() {
  say(byId("program"), status.program);
  say(byId("version"), status.programVersion);
  say(byId("summary"), status.summary);
  put(byId("uptime"), "uptimeSeconds", status.uptimeSeconds, span);
  byId("not-ready").hidden = status.ready;
  say(byId("not-ready-text"), status.notReady ?? "");
  const parts = [status.program];
  if (status.headline) {
    const paths = status.sessions.flatMap((session) => session.paths);
    const up = paths.filter((path) => path.state === "up").length;
    const { lossOut, lossIn } = status.headline[chosenOf("window")];
    parts.unshift(`${up} of ${paths.length} up`, `${percent(lossOut ?? lossIn)} lost`);
  }
  document.title = parts.join(" · ");
}

/** The charts, which change only as history does. */
function showCharts() {
  if (status === null) {
    return;
  }
  view = history.view(Number(chosenOf("range")));
  overTime.show(status, status.sessions?.[place()], view, events.list);
  showSparks();
}

function takeHistory() {
  if (!document.hidden && performance.now() - fetched > history.period * 1000 - 100) {
    fetched = performance.now();
    history.update().then((grew) => grew && showCharts());
  }
}

/** A path that goes down is seen to be so at once, not with the next figures. */
function apply({ kind, session, path }) {
  const state = { "path-down": "down", "path-up": "up" }[kind];
  const its = status?.sessions?.find(({ id }) => id === session);
  const found = its?.paths.find(({ id }) => id === path);
  if (state && found) {
    found.state = state;
  }
}

new Feed({
  status(news) {
    if (news.events) {
      events.takeAll(news);
    }
    status = news;
    paint();
    takeHistory();
  },
  event(event) {
    events.take(event);
    apply(event);
    paint();
    showCharts();
  },
  live() {
    byId("lost").hidden = true;
    document.body.classList.remove("stale");
    byId("feed").className = "pill good";
    say(byId("feed-text"), "live");
  },
  lost(why, againMillis) {
    const program = status?.program ?? "the program";
    document.body.classList.add("stale");
    byId("feed").className = "pill bad";
    say(byId("feed-text"), "lost");
    say(byId("lost-title"), `The connection to ${program} is lost.`);
    const shown = status ? " What is shown is from before." : "";
    say(byId("lost-text"), `${WHY_LOST[why]}${shown} Trying again in ${span(againMillis / 1000)}…`);
    byId("lost").hidden = false;
  },
});

byId("window").addEventListener("change", paint);
byId("range").addEventListener("change", showCharts);
byId("more-paths").addEventListener("click", ({ currentTarget: more }) => {
  more.setAttribute("aria-expanded", String(more.getAttribute("aria-expanded") !== "true"));
  paint();
});
byId("find").addEventListener("input", paint);
addEventListener("hashchange", () => {
  paint();
  showCharts();
});
addEventListener("resize", showSparks);
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) {
    paint();
    takeHistory();
  }
});
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  overTime.repaint();
  showSparks();
});
