package dev.mptunnel.harness.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A tunnel is told what it carries; beside it there is none to be told. */
class BerthTest {

  @ParameterizedTest
  @CsvSource({
    "STREAMS, VOICE, voice",
    "STREAMS, GAME, game",
    "WIREGUARD, WIREGUARD, vpn",
    "OPENVPN, OPENVPN, vpn"
  })
  void theClientIsToldWhatItCarries(Berth berth, PassengerKind kind, String traffic) {
    List<String> client = berth.tunnel(kind).client();
    assertEquals(traffic, client.get(client.indexOf("--for") + 1), client.toString());
    assertTrue(!berth.tunnel(kind).server().contains("--for"), "the server follows the client");
  }

  @ParameterizedTest
  @CsvSource({"STREAMS_BESIDE, VOICE", "WIREGUARD_BESIDE, WIREGUARD"})
  void besideItThereIsNoTunnel(Berth berth, PassengerKind kind) {
    assertEquals(List.of(), berth.tunnel(kind).client());
  }
}
