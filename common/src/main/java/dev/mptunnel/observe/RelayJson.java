package dev.mptunnel.observe;

import java.util.List;

/** A bridge's part of the JSON. */
final class RelayJson {

  private final Snapshot snapshot;

  RelayJson(Snapshot snapshot) {
    this.snapshot = snapshot;
  }

  void write(Json json) {
    RelayReport now = snapshot.figures().relay();
    RelayReport before = snapshot.before().relay();
    json.object("bridge");
    json.array("servers");
    servers(json, "udp", now.servers(), before == null ? List.of() : before.servers());
    servers(json, "tcp", now.tcp().servers(), before == null ? List.of() : before.tcp().servers());
    json.endArray();
    json.object("clients");
    json.field("proven", now.proven()).field("unproven", now.unproven());
    json.field("evictedProven", now.evictedProven());
    json.field("evictedUnproven", now.evictedUnproven());
    json.field("expiredProven", now.expiredProven());
    json.field("expiredUnproven", now.expiredUnproven());
    json.endObject();
    json.object("connections");
    json.field("proven", now.tcp().proven()).field("unproven", now.tcp().strangers());
    json.field("turnedAway", now.tcp().turnedAway());
    json.field("refusedFull", now.tcp().refusedFull());
    json.endObject();
    json.object("dropped");
    json.field("notSent", now.sendDrops()).field("noAddress", now.unresolvedDrops());
    json.field("noSocket", now.socketDrops()).field("overRate", now.overRate());
    json.field("notRead", now.receiveDrops());
    json.endObject().endObject();
  }

  private void servers(
      Json json,
      String transport,
      List<RelayReport.ServerRow> rows,
      List<RelayReport.ServerRow> before) {
    for (int i = 0; i < rows.size(); i++) {
      RelayReport.ServerRow row = rows.get(i);
      RelayReport.ServerRow earlier = i < before.size() ? before.get(i) : null;
      json.object();
      json.field("name", row.name()).field("transport", transport);
      json.object("packets").field("to", row.packetsTo()).field("from", row.packetsFrom());
      json.field("toPerSecond", rate(row.packetsTo(), earlier == null ? -1 : earlier.packetsTo()));
      json.field(
          "fromPerSecond", rate(row.packetsFrom(), earlier == null ? -1 : earlier.packetsFrom()));
      json.endObject();
      json.object("bytes").field("to", row.bytesTo()).field("from", row.bytesFrom());
      json.field("toPerSecond", rate(row.bytesTo(), earlier == null ? -1 : earlier.bytesTo()));
      json.field(
          "fromPerSecond", rate(row.bytesFrom(), earlier == null ? -1 : earlier.bytesFrom()));
      json.endObject();
      json.field("refusals", row.refusals());
      json.endObject();
    }
  }

  private double rate(long now, long before) {
    return before < 0 ? Double.NaN : snapshot.perSecond(now, before);
  }
}
