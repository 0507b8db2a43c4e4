/** Sessions to choose from. */

import { arrowed, byId, element, follow, put, say } from "./dom.js";
import { count, percent } from "./format.js";
import { directions } from "./terms.js";

const order = new Intl.Collator(undefined, { numeric: true });

/** The list of sessions, where there may be several. */
export function showSessions(status, period, chosen, find) {
  const ways = directions(status.program);
  const wanted = status.sessions
    .map((session, place) => ({ session, place }))
    .filter(({ session }) => matches(session, find))
    .sort((one, other) => order.compare(nameOf(one.session), nameOf(other.session)));
  const listed = status.sessions.length;
  const note = byId("sessions-note");
  if (!note.firstChild) {
    note.append(element("span"), element("span"));
  }
  put(note.firstChild, "sessionsTotal", status.sessionsTotal, count);
  say(
    note.lastChild,
    (status.sessionsTotal === 1 ? " session" : " sessions") +
      (status.sessionsTotal > listed ? `, of which the ${listed} with the most traffic` : "") +
      (find ? `; ${wanted.length} found` : ""),
  );
  follow(
    byId("session-list"),
    wanted,
    ({ session }) => session.id,
    ({ session }) => sessionItem(session),
    (item, { session, place }) => {
      const link = item.firstElementChild;
      const at = `sessions.${place}`;
      const up = session.paths.filter((path) => path.state === "up").length;
      const [name, state, paths, loss, traffic] = link.children;
      say(name, nameOf(session));
      name.classList.toggle("code", session.client === null);
      state.className = `badge ${session.open && up > 0 ? "good" : "bad"}`;
      say(state, session.open ? (up > 0 ? "open" : "silent") : "shut");
      say(paths, `${up} of ${session.paths.length} paths`);
      loss.firstElementChild ?? loss.append(element("span", "aside", "loss "));
      for (const way of ways) {
        const where = `${at}.loss.${period}.${way.key}`;
        arrowed(loss, way.arrow, where, session.loss[period][way.key], percent);
        const perSecond = session.datagrams[`${way.key}PerSecond`];
        arrowed(traffic, way.arrow, `${at}.datagrams.${way.key}PerSecond`, perSecond, eachSecond);
      }
      if (session.id === chosen) {
        link.setAttribute("aria-current", "true");
      } else {
        link.removeAttribute("aria-current");
      }
    },
  );
}

function nameOf(session) {
  return session.client ?? session.id;
}

function eachSecond(number) {
  return number === null ? count(null) : `${count(Math.round(number))}/s`;
}

function sessionItem(session) {
  const item = element("li");
  const link = element("a", "session");
  link.href = `#session=${session.id}`;
  link.append(
    element("span", "session-name"),
    element("span", "badge"),
    element("span", "session-paths"),
    element("span", "session-loss"),
    element("span", "session-traffic"),
  );
  item.append(link);
  return item;
}

function matches(session, find) {
  const words = [session.id, session.client ?? ""];
  session.paths.forEach((path) => words.push(path.name, path.remote ?? ""));
  return words.some((word) => word.toLowerCase().includes(find.toLowerCase()));
}
