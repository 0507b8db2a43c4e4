package dev.mptunnel.harness.world;

import dev.mptunnel.core.HandshakeStatus;
import dev.mptunnel.core.Security;
import dev.mptunnel.crypto.Client;
import java.util.random.RandomGenerator;

/** A node's security, which tells of every key that it comes to have. */
final class KeyLog implements Security {

  private final Security security;
  private final CoreNode node;
  private final Keyring keys;

  KeyLog(Security security, CoreNode node, Keyring keys) {
    this.security = security;
    this.node = node;
    this.keys = keys;
  }

  @Override
  public Initiation initiate(byte[] head, RandomGenerator random) {
    Initiation initiation = security.initiate(head, random);
    return new Initiation() {
      @Override
      public byte[] body() {
        return initiation.body();
      }

      @Override
      public Established read(byte[] body) {
        Established established = initiation.read(body);
        if (established != null) {
          keys.established(head, body, established.protection());
        }
        return established;
      }
    };
  }

  @Override
  public Reception receive(byte[] head, byte[] body) {
    Reception reception = security.receive(head, body);
    return reception == null ? null : new LoggedReception(head, reception);
  }

  private final class LoggedReception implements Reception {

    private final byte[] head;
    private final Reception reception;

    LoggedReception(byte[] head, Reception reception) {
      this.head = head;
      this.reception = reception;
    }

    @Override
    public byte[] publicKey() {
      return reception.publicKey();
    }

    @Override
    public Client client() {
      return reception.client();
    }

    @Override
    public Answer answer(HandshakeStatus status, byte[] resetKey, RandomGenerator random) {
      Answer answer = reception.answer(status, resetKey, random);
      if (status == HandshakeStatus.WELCOME) {
        keys.answered(node, head, answer.body(), answer.protection());
      }
      return answer;
    }
  }

  @Override
  public byte[] macKey() {
    return security.macKey();
  }

  @Override
  public int mode() {
    return security.mode();
  }

  @Override
  public boolean answers(int mode) {
    return security.answers(mode);
  }

  @Override
  public boolean keysAge() {
    return security.keysAge();
  }

  @Override
  public byte[] resetKey(long sessionId) {
    return security.resetKey(sessionId);
  }

  @Override
  public Client client(byte[] publicKey) {
    return security.client(publicKey);
  }
}
