package dev.mptunnel.server;

import dev.mptunnel.config.HostPort;
import dev.mptunnel.config.Protection;
import dev.mptunnel.config.ServerConfig;
import dev.mptunnel.doctor.Finding;
import dev.mptunnel.doctor.Report;
import dev.mptunnel.program.HostChecks;
import dev.mptunnel.secret.ClientsFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** {@code mpserver check}: whether it would work here, as far as this side can know. */
final class ServerCheck {

  private ServerCheck() {}

  static Report examine(ServerConfig config) {
    HostChecks checks = new HostChecks("mpserver", Main.class.getName());
    checks.listen(config.listen(), config.protocol());
    targets(config, checks);
    secret(config, checks);
    checks.kernel(config.sockets(), config.tcp().sockets(), config.protocol().hasTcp());
    checks.firewall(config.listen(), config.protocol());
    checks.clock();
    return Report.of(checks.findings());
  }

  private static void targets(ServerConfig config, HostChecks checks) {
    Map<String, HostPort> byUdp = new LinkedHashMap<>();
    if (config.target() != null) {
      byUdp.put("", config.target());
    }
    byUdp.putAll(config.targetsNamed());
    byUdp.values().stream().distinct().forEach(to -> checks.leadsTo("target", to, true, false));
    if (config.protocol().hasTcp()) {
      // What serves UDP alone, as a VPN does, is a target of TCP only by the way.
      config.tcp().targets().values().stream()
          .distinct()
          .filter(to -> !byUdp.containsValue(to))
          .forEach(to -> checks.leadsTo("tcp-target", to, false, true));
    }
  }

  /** What is wrong with a secret was said when the configuration was read. */
  private static void secret(ServerConfig config, HostChecks checks) {
    config
        .security()
        .warnings()
        .forEach(warning -> checks.add(Finding.warn("secret", "secret", warning, "")));
    if (config.security().protection() == Protection.KEYED) {
      checks.add(Finding.ok("secret", "secret", "is read"));
    }
    Path file = config.security().clientsFile();
    if (file == null) {
      return;
    }
    try {
      ClientsFile.read(file);
      checks.add(Finding.ok("clients-file", file.toString(), "is read"));
    } catch (IOException e) {
      checks.add(Finding.fail("clients-file", file.toString(), e.getMessage(), ""));
    }
  }
}
