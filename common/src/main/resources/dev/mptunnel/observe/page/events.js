/** What happened, newest first. */

import { byId, element, follow, say } from "./dom.js";
import { timeOfDay } from "./format.js";

const SHOWN_AT_FIRST = 12;
const KEPT = 400;
const KEPT_QUIET = 100;

/** The events that the page knows of, those before a restart of the program too. */
export class Events {
  list = [];
  #all = false;
  #started = null;
  #run = "";

  constructor() {
    byId("more-events").addEventListener("click", () => {
      this.#all = !this.#all;
      this.show();
    });
  }

  /** Takes all that a program has kept since it started. */
  takeAll(status) {
    if (this.#started === null || this.#started === status.started) {
      this.list = [];
    } else {
      this.list.push({
        number: 0,
        time: status.started,
        level: "warning",
        kind: "restart",
        session: null,
        path: null,
        text: `${status.program} was started again`,
      });
    }
    this.#started = status.started;
    this.#run = `${status.started} `;
    status.events.forEach((event) => this.take(event));
  }

  take(event) {
    this.list.push({ ...event, key: this.#run + event.number });
    const isQuiet = event.level === "debug";
    const alike = this.list.filter(({ level }) => (level === "debug") === isQuiet);
    if (alike.length > (isQuiet ? KEPT_QUIET : KEPT)) {
      this.list.splice(this.list.indexOf(alike[0]), 1);
    }
  }

  show() {
    const newest = this.list.toReversed();
    const news = newest.filter(({ level }) => level !== "debug");
    const more = byId("more-events");
    more.hidden = newest.length === Math.min(news.length, SHOWN_AT_FIRST);
    say(more, this.#all ? "Show fewer" : `Show all ${newest.length}`);
    more.setAttribute("aria-expanded", String(this.#all));
    const shown = this.#all ? newest : news.slice(0, SHOWN_AT_FIRST);
    follow(
      byId("events"),
      shown,
      ({ key, time }) => key ?? time,
      (event) => item(event),
      () => {},
    );
    byId("no-events").hidden = shown.length > 0;
  }
}

function item({ time, level, kind, text }) {
  const made = element("li", `event ${kind === "path-up" || kind === "session-back" ? "good" : level}`);
  const when = element("time", "", timeOfDay(Date.parse(time)));
  when.dateTime = time;
  when.title = new Date(time).toLocaleString();
  made.append(when, element("span", "event-text", text));
  return made;
}
