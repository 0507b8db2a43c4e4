package dev.mptunnel.harness.lab;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A key and a self-signed certificate for one end of the VPN. Each end knows the other by its
 * fingerprint, so no certificate authority is needed.
 *
 * @param key PEM file
 * @param certificate PEM file
 * @param fingerprint SHA-256 of the certificate, in OpenVPN's notation
 */
record Keys(Path key, Path certificate, String fingerprint) {

  static Keys make(String name, Path directory) throws IOException {
    Path key = directory.resolve(name + ".key");
    Path certificate = directory.resolve(name + ".crt");
    String request =
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj";
    List<String> command = new ArrayList<>(List.of(request.split(" ")));
    command.addAll(
        List.of("/CN=" + name, "-keyout", key.toString(), "-out", certificate.toString()));
    Shell.run(command);
    String printed =
        Shell.run(
            "openssl", "x509", "-in", certificate.toString(), "-noout", "-fingerprint", "-sha256");
    return new Keys(key, certificate, printed.strip().split("=", 2)[1]);
  }
}
