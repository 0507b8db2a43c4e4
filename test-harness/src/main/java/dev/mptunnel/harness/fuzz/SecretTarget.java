package dev.mptunnel.harness.fuzz;

import dev.mptunnel.secret.Invitation;
import dev.mptunnel.secret.Secret;
import dev.mptunnel.secret.SecretException;
import dev.mptunnel.secret.SharedSeed;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** What a user sets as secret: it is read, or refused in one line that does not repeat it. */
final class SecretTarget implements FuzzTarget {

  private static final int LONG_ENOUGH_TO_TELL = 12;

  @Override
  public void accept(byte[] input) {
    String text = new String(input, StandardCharsets.UTF_8);
    try {
      switch (Secret.parse(text)) {
        case SharedSeed seed -> Must.equal(seed.text(), again(seed.text()), "secret");
        case Invitation invitation ->
            Must.equal(invitation.text(), again(invitation.text()), "invitation");
        default -> {} // a password, to be stretched only when it is used
      }
    } catch (SecretException e) {
      String message = e.getMessage();
      Must.hold(message.lines().count() == 1, message);
      Must.hold(text.length() < LONG_ENOUGH_TO_TELL || !message.contains(text), "it is repeated");
    }
  }

  private static String again(String text) throws SecretException {
    return switch (Secret.parse(text)) {
      case SharedSeed seed -> seed.text();
      case Invitation invitation -> invitation.text();
      default -> "a password";
    };
  }

  @Override
  public List<byte[]> seeds() {
    SharedSeed seed = SharedSeed.WELL_KNOWN;
    byte[] serverKey = seed.serverKeys().own().publicKey();
    Invitation invitation = new Invitation(serverKey, seed.bytes());
    return List.of(
        seed.text().getBytes(StandardCharsets.UTF_8),
        invitation.text().getBytes(StandardCharsets.UTF_8));
  }
}
