package dev.mptunnel.api;

import dev.mptunnel.config.CipherChoice;
import dev.mptunnel.config.ClientSecurity;
import dev.mptunnel.config.Protection;
import dev.mptunnel.config.ServerSecurity;
import dev.mptunnel.secret.Secret;
import dev.mptunnel.secret.SecretException;
import dev.mptunnel.secret.SecretFile;
import dev.mptunnel.secret.SharedSecret;
import dev.mptunnel.secret.SharedSeed;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Where a secret is.
 *
 * @param text itself, or null
 * @param file that holds it, or null
 * @param isPlain whether nothing is to be sealed
 */
record Secrets(String text, Path file, boolean isPlain) {

  static final Secrets NONE = new Secrets(null, null, false);
  static final Secrets PLAIN = new Secrets(null, null, true);

  private static final List<String> WARNING =
      List.of(
          "no secret is set: who only listens learns nothing, but anyone may connect, and who can"
              + " change packets can read them; make a secret with 'mpserver keygen'");

  /**
   * @throws IllegalArgumentException if it is none; the message shows nothing of it
   */
  static Secrets of(String text) {
    try {
      Secret.parse(text);
      return new Secrets(text, null, false);
    } catch (SecretException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  static Secrets in(Path file) {
    return new Secrets(null, file, false);
  }

  private Secret read() throws IOException {
    if (text == null && file == null) {
      return SharedSeed.WELL_KNOWN;
    }
    try {
      return Secret.parse(text != null ? text : SecretFile.read(file));
    } catch (SecretException e) {
      throw new IOException(where() + e.getMessage(), e);
    } catch (IOException e) {
      throw new IOException(where() + e.getMessage(), e);
    }
  }

  private String where() {
    return file == null ? "" : file + ": ";
  }

  private Protection protection() {
    if (isPlain) {
      return Protection.PLAIN;
    }
    return text == null && file == null ? Protection.OPPORTUNISTIC : Protection.KEYED;
  }

  private List<String> warnings() {
    return protection() == Protection.OPPORTUNISTIC ? WARNING : List.of();
  }

  ClientSecurity ofClient() throws IOException {
    return new ClientSecurity(
        protection(), isPlain ? null : read(), CipherChoice.AES_256_GCM, warnings());
  }

  /**
   * @param clientsFile who was invited, or null
   */
  ServerSecurity ofServer(Path clientsFile, int maxSessionsPerClient) throws IOException {
    SharedSecret shared = null;
    if (!isPlain) {
      Secret secret = read();
      if (!(secret instanceof SharedSecret its)) {
        throw new IOException(
            where()
                + "an invitation (mpt1-) is for a client; expected a secret made by 'mpserver"
                + " keygen'");
      }
      shared = its;
    }
    if (clientsFile != null
        && !(shared instanceof SharedSeed && protection() == Protection.KEYED)) {
      throw new IOException(
          clientsFile + ": invitations need a secret; expected one made by 'mpserver keygen'");
    }
    return new ServerSecurity(protection(), shared, clientsFile, maxSessionsPerClient, warnings());
  }
}
