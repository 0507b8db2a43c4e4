/** All other figures, as the program gives them: whoever looks for one finds it here. */

import { byId, element, follow, put } from "./dom.js";
import { bytes, count, millis, percent, span } from "./format.js";

const TITLES = {
  repair: "Repair of what all paths lost",
  dropped: "Dropped, and why",
  handshakes: "Handshakes and strangers",
  destinations: "Destinations that clients asked for",
  socks: "Proxy",
  loops: "Loops",
  clients: "Clients",
  connections: "TCP connections",
  process: "The process",
  status: "This page",
};

/** Shows them; the names are those of the JSON, with spaces. */
export function showDetails(status, place) {
  const groups = [
    ["repair", `sessions.${place}.repair`, status.sessions?.[place]?.repair],
    ["dropped", "dropped", status.dropped],
    ["dropped", "bridge.dropped", status.bridge?.dropped],
    ["handshakes", "handshakes", status.handshakes],
    ["clients", "bridge.clients", status.bridge?.clients],
    ["connections", "bridge.connections", status.bridge?.connections],
    ["destinations", "destinations", status.destinations],
    ["socks", "socks", status.socks],
    ["loops", "loops", status.loops],
    ["process", "process", status.process],
    ["status", "status", status.status],
  ];
  follow(
    byId("details"),
    groups.filter(([, , values]) => values && Object.keys(values).length > 0),
    ([name]) => name,
    ([name]) => {
      const made = element("details");
      made.append(element("summary", "", TITLES[name] ?? words(name)), element("dl", "counters"));
      return made;
    },
    (made, [, field, values]) =>
      follow(
        made.lastElementChild,
        [...numbers(values, field, "")],
        ({ field: its }) => its,
        ({ label }) => {
          const line = element("div");
          line.append(element("dt", "", label), element("dd"));
          return line;
        },
        (line, { field: its, value, format }) => {
          put(line.lastElementChild, its, value, format);
          line.classList.toggle("zero", value === 0 || value === null);
        },
      ),
  );
}

/** Every number in there, with where it is and how it is written. */
function* numbers(values, field, label) {
  for (const [key, value] of Object.entries(values)) {
    const at = `${field}.${key}`;
    const its = `${label} ${/^\d+$/.test(key) ? `loop ${Number(key) + 1}` : words(key)}`.trim();
    if (value !== null && typeof value === "object") {
      yield* numbers(value, at, its);
    } else if (value === null || typeof value === "number") {
      yield { field: at, label: unitless(its), value, format: formatOf(at) };
    }
  }
}

function formatOf(field) {
  if (/bytes$/i.test(field)) {
    return bytes;
  }
  if (/seconds$/i.test(field)) {
    return (value) => (value === null || value >= 60 ? span(value) : `${count(value)} s`);
  }
  if (/millis/i.test(field)) {
    return millis;
  }
  return /share$/i.test(field) ? percent : count;
}

function unitless(label) {
  return label.replace(/ (bytes|seconds|millis)\b/, "");
}

/** A name of the JSON as words: "piecesWithoutRoom" is "pieces without room". */
function words(name) {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
