/** A bridge: its servers and clients. */

import { arrowed, byId, element, follow, put, say, tableRow, tiles } from "./dom.js";
import { bytes, count, rate } from "./format.js";

/** Shows what it carries. */
export function showBridge(bridge) {
  const { clients, connections } = bridge;
  tiles(byId("bridge-tiles"), [
    {
      label: "Clients",
      values: [
        { field: "bridge.clients.proven", value: clients.proven, format: count },
        {
          field: "bridge.clients.unproven",
          value: clients.unproven,
          format: count,
          after: " not answered yet",
        },
      ],
    },
    {
      label: "TCP connections",
      values: [
        { field: "bridge.connections.proven", value: connections.proven, format: count },
        {
          field: "bridge.connections.unproven",
          value: connections.unproven,
          format: count,
          after: " not answered yet",
        },
      ],
    },
  ]);
  follow(
    byId("servers"),
    bridge.servers,
    (server) => `${server.name} ${server.transport}`,
    () => {
      const row = tableRow(["Server", "Now", "Packets", "Bytes", "Refused"]);
      row.firstElementChild.append(element("span"), " ", element("span", "tag"));
      return row;
    },
    (row, server, place) => {
      const here = `bridge.servers.${place}`;
      const [name, now, packets, carried, refused] = row.children;
      say(name.firstElementChild, server.name);
      say(name.lastElementChild, server.transport.toUpperCase());
      for (const [key, arrow] of [
        ["to", "↑"],
        ["from", "↓"],
      ]) {
        const perSecond = server.bytes[`${key}PerSecond`];
        arrowed(now, arrow, `${here}.bytes.${key}PerSecond`, perSecond, rate);
        arrowed(packets, arrow, `${here}.packets.${key}`, server.packets[key], count);
        arrowed(carried, arrow, `${here}.bytes.${key}`, server.bytes[key], bytes);
      }
      put(refused, `${here}.refusals`, server.refusals, count);
    },
  );
}
