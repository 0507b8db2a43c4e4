/** What several parts of the page call and colour alike. */

import { put } from "./dom.js";

const COLORS = 8;

const STATES = {
  up: ["good", "up"],
  down: ["bad", "down"],
  new: ["warn", "no answer yet"],
  narrow: ["warn", "too narrow"],
  unresolved: ["warn", "leads nowhere"],
  paused: ["warn", "paused"],
  stuck: ["bad", "stuck"],
};

/** The name of the colour of a session's path. */
export function pathColor(place) {
  return `--path-${(place % COLORS) + 1}`;
}

/** Whether a state is good, or bad, or neither, which is a warning. */
export function stateKind(state) {
  return (STATES[state] ?? ["warn"])[0];
}

/** A word and a colour for what something is in. */
export function badge(place, field, state) {
  place.className = `badge ${stateKind(state)}`;
  put(place, field, state, () => (STATES[state] ?? [])[1] ?? state);
}

/** Which way is which, as the program sees it. */
export function directions(program) {
  return program === "mpserver"
    ? [
        { key: "out", suffix: "Out", title: "To the clients", arrow: "↓" },
        { key: "in", suffix: "In", title: "From the clients", arrow: "↑" },
      ]
    : [
        { key: "out", suffix: "Out", title: "To the server", arrow: "↑" },
        { key: "in", suffix: "In", title: "From the server", arrow: "↓" },
      ];
}
