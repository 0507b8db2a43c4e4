package dev.mptunnel.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.access.AccessRules;
import dev.mptunnel.secret.ClientsFile;
import dev.mptunnel.secret.Invitation;
import dev.mptunnel.secret.SecretException;
import dev.mptunnel.secret.SharedSeed;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.LocalDate;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A server that invites tells its clients apart by name, and lets each do what it may. */
@Timeout(60)
class InvitedTest {

  private static final LocalDate TODAY = LocalDate.of(2026, 1, 1);

  private final SecureRandom random = new SecureRandom();
  private final SharedSeed secret = SharedSeed.random(random);
  @TempDir Path folder;
  private ServerOptions options;
  private Path clients;

  @BeforeEach
  void setOptions() {
    clients = folder.resolve("clients");
    options =
        ServerOptions.defaults()
            .withSecret(secret.text())
            .withClientsFile(clients)
            .withTargets(Set.of("news"));
  }

  private ClientOptions invite(String name, List<String> targets)
      throws IOException, SecretException {
    Invitation invitation = Invitation.random(secret.serverKeys().own().publicKey(), random);
    ClientsFile.change(
        clients,
        now -> now.invite(name, invitation.clientKeys(), TODAY, targets, AccessRules.NONE));
    return ClientOptions.defaults().withSecret(invitation.text());
  }

  @Test
  void eachIsCalledByItsName() throws Exception {
    ClientOptions alice = invite("alice", List.of());
    ClientOptions bob = invite("bob", List.of("news"));
    ClientOptions shared = ClientOptions.defaults().withSecret(secret.text());
    try (StripeServer server = StripeServer.bind(LocalPair.LOOPBACK, options);
        StripeClient first = StripeClient.connect(server.localAddress(), 1, alice);
        StripeClient second = StripeClient.connect(server.localAddress(), 1, bob);
        StripeClient third = StripeClient.connect(server.localAddress(), 1, shared)) {
      first.openConnection();
      assertEquals("alice", server.accept(LocalPair.SOON).peer().name());
      second.openConnection("news");
      assertEquals("bob", server.accept(LocalPair.SOON).peer().name());
      third.openConnection();
      assertEquals("", server.accept(LocalPair.SOON).peer().name());
      Connection notForBob = second.openConnection();
      assertThrows(ConnectException.class, () -> notForBob.read(ByteBuffer.allocate(1)));
      first.openSocket().send(new byte[] {1});
      assertEquals("alice", server.acceptSocket(LocalPair.SOON).peer().name());
    }
  }

  @Test
  void whoIsRevokedIsOut() throws Exception {
    ClientOptions alice = invite("alice", List.of());
    try (StripeServer server = StripeServer.bind(LocalPair.LOOPBACK, options);
        StripeClient client = StripeClient.connect(server.localAddress(), 1, alice);
        Connection ours = client.openConnection();
        Connection theirs = server.accept(LocalPair.SOON)) {
      assertTrue(ours.isOpen());
      Blocked reader = new Blocked(() -> theirs.inputStream().read());
      ClientsFile.change(clients, now -> now.revoke("alice", TODAY));
      assertInstanceOf(SocketException.class, reader.thrown());
      assertThrows(
          ConnectException.class, () -> StripeClient.connect(server.localAddress(), 1, alice));
    }
  }
}
