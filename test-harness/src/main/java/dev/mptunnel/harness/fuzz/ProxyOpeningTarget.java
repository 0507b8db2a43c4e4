package dev.mptunnel.harness.fuzz;

import dev.mptunnel.config.HostPort;
import dev.mptunnel.config.ProxyUser;
import dev.mptunnel.proxy.DatagramHead;
import dev.mptunnel.proxy.Opening;
import dev.mptunnel.proxy.ProxyPlace;
import dev.mptunnel.proxy.Request;
import dev.mptunnel.wire.Destination;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * What applications say to a proxy. In whatever pieces it comes, it comes to the same; what is
 * answered and kept is bounded; nobody gets in without the password.
 */
final class ProxyOpeningTarget implements FuzzTarget {

  private static final ProxyUser USER = new ProxyUser("alice", "a password that no fuzzer finds");
  private static final ProxyPlace PLACE = new ProxyPlace(new HostPort("127.0.0.1", 1080), false);
  private static final int MOST_ANSWERED_BYTES = 4_096;

  @Override
  public void accept(byte[] input) {
    if (input.length == 0) {
      return;
    }
    byte[] said = Arrays.copyOfRange(input, 1, input.length);
    Outcome whole = feed(null, said, said.length);
    Outcome pieces = feed(null, said, 1 + (input[0] & 0x1f));
    Must.equal(whole, pieces, "in pieces");
    Must.hold(feed(USER, said, said.length).to == null, "in without the password");
    datagram(said);
  }

  private record Outcome(Opening.State state, Request.Kind kind, Destination to, String answer) {}

  private static Outcome feed(ProxyUser user, byte[] said, int pieceBytes) {
    Opening opening = new Opening(user, PLACE);
    StringBuilder answer = new StringBuilder();
    Opening.State state = Opening.State.MORE;
    int at = 0;
    while (at < said.length && state == Opening.State.MORE) {
      int length = Math.min(Math.max(1, pieceBytes), said.length - at);
      state = opening.take(ByteBuffer.wrap(said, at, length));
      answer.append(StandardCharsets.ISO_8859_1.decode(opening.answer()));
      at += length;
    }
    Must.hold(answer.length() <= MOST_ANSWERED_BYTES, answer.length() + " bytes answered");
    Request request = opening.request();
    Must.equal(state == Opening.State.ASKS, request != null, "a request");
    if (request != null) {
      int behind = opening.behind().remaining();
      Must.hold(behind <= said.length, behind + " bytes behind");
      for (int code = -1; code < 12; code++) {
        Must.hold(request.refused(code).length > 0, "no answer");
      }
      Must.hold(request.granted(null).length > 0, "no answer");
    }
    opening.close();
    return new Outcome(
        state,
        request == null ? null : request.kind(),
        request == null ? null : request.to(),
        answer.toString());
  }

  private static void datagram(byte[] said) {
    ByteBuffer datagram = ByteBuffer.wrap(said);
    Destination to = DatagramHead.read(datagram);
    if (to == null) {
      return;
    }
    ByteBuffer written = ByteBuffer.allocate(DatagramHead.MAX_BYTES);
    DatagramHead.put(written, to);
    Must.equal(to, DatagramHead.read(written.flip()), "read again");
    Must.equal(0, written.remaining(), "bytes left");
  }

  @Override
  public List<byte[]> seeds() {
    return List.of(
        bytes("\1\5\1\0\5\1\0\3\6a.test\0\120"),
        bytes("\3\5\1\2\1\5alice\6sesame\5\3\0\1\177\0\0\1\0\120"),
        bytes("\7\4\1\0\120\0\0\0\1me\0a.test\0behind"),
        bytes("\7\4\1\0\120\0\0\0\1me\0a..test\0"), // which the codec finds again at its end
        bytes("\1\0\0\0\3\6a.test\0\120payload"),
        bytes("\5CONNECT a.test:80 HTTP/1.1\r\nHost: a.test\r\n\r\nbehind"),
        bytes("\5GET /proxy.pac HTTP/1.1\r\nHost: a.test:1080\r\n\r\n"));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }
}
