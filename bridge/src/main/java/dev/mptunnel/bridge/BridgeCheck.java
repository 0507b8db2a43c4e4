package dev.mptunnel.bridge;

import dev.mptunnel.config.BridgeConfig;
import dev.mptunnel.config.Protocol;
import dev.mptunnel.doctor.Report;
import dev.mptunnel.program.HostChecks;

/** {@code mpbridge check}: whether it would work here, as far as this side can know. */
final class BridgeCheck {

  private BridgeCheck() {}

  static Report examine(BridgeConfig config) {
    HostChecks checks = new HostChecks("mpbridge", Main.class.getName());
    Protocol protocol = config.protocol();
    checks.listen(config.listen(), protocol);
    config
        .servers()
        .forEach(server -> checks.leadsTo("server", server, protocol.hasUdp(), protocol.hasTcp()));
    checks.kernel(config.sockets(), config.tcp(), protocol.hasTcp());
    checks.firewall(config.listen(), protocol);
    checks.clock();
    return Report.of(checks.findings());
  }
}
