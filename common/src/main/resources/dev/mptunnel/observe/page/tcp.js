/** The TCP part of a session: its tunnels and connections. */

import { arrowed, byId, element, follow, put, say, tableRow, tiles } from "./dom.js";
import { bytes, count, millis, rate, span } from "./format.js";
import { badge } from "./terms.js";

/** Shows it, where there is any. */
export function showTcp(session, at, ways) {
  const { tunnels, connections } = session;
  byId("tcp").hidden = tunnels.length === 0 && connections.opened === 0;
  if (byId("tcp").hidden) {
    return;
  }
  const broken = { field: `${at}.connections.tunnelsBroken`, value: connections.tunnelsBroken };
  tiles(byId("connection-tiles"), [
    {
      label: "Connections",
      values: [
        { field: `${at}.connections.now`, value: connections.now, format: count },
        {
          before: "of ",
          field: `${at}.connections.opened`,
          value: connections.opened,
          format: count,
          after: " opened",
        },
      ],
    },
    {
      label: "Kept in memory",
      values: [
        { field: `${at}.connections.memoryBytes`, value: connections.memoryBytes, format: bytes },
      ],
    },
    {
      label: "Sent twice, to be in time",
      values: [
        {
          field: `${at}.connections.sentTwiceBytes`,
          value: connections.sentTwiceBytes,
          format: bytes,
        },
      ],
    },
    { label: "Tunnels broken", values: [{ ...broken, format: count }] },
  ]);
  showTunnels(tunnels, at, ways);
  showConnections(connections.list, at, ways);
}

function showTunnels(tunnels, at, ways) {
  follow(
    byId("tunnels"),
    tunnels,
    (tunnel, place) => `${tunnel.name}/${place}`,
    () => {
      const row = tableRow(["Tunnel", "Now", "Can", "Answers", "Under way", "Sent again"]);
      row.firstElementChild.append(element("span"), " ", element("span", "badge"));
      return row;
    },
    (row, tunnel, place) => {
      const here = `${at}.tunnels.${place}`;
      const [name, now, can, answers, inFlight, resent] = row.children;
      say(name.firstElementChild, tunnel.name);
      badge(name.lastElementChild, `${here}.state`, tunnel.state);
      for (const { key, arrow } of ways) {
        const perSecond = tunnel.bytes[`${key}PerSecond`];
        arrowed(now, arrow, `${here}.bytes.${key}PerSecond`, perSecond, rate);
      }
      put(can, `${here}.capacityBytesPerSecond`, tunnel.capacityBytesPerSecond, (value) =>
        rate(value || null),
      );
      put(answers, `${here}.responseMillis`, tunnel.responseMillis, millis);
      put(inFlight, `${here}.inFlightBytes`, tunnel.inFlightBytes, bytes);
      put(resent, `${here}.resentBytes`, tunnel.resentBytes, bytes);
    },
  );
}

function showConnections(list, at, ways) {
  byId("connections").hidden = list.length === 0;
  follow(
    byId("connection-list"),
    list,
    (connection) => connection.id,
    () => tableRow(["To", "Open for", "Bytes"]),
    (row, connection, place) => {
      const here = `${at}.connections.list.${place}`;
      const [to, age, carried] = row.children;
      say(to, connection.to ?? "the fixed target");
      put(age, `${here}.ageSeconds`, connection.ageSeconds, span);
      for (const { key, arrow } of ways) {
        arrowed(carried, arrow, `${here}.bytes.${key}`, connection.bytes[key], bytes);
      }
    },
  );
}
