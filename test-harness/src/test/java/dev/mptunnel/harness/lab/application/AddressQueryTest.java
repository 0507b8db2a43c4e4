package dev.mptunnel.harness.lab.application;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.net.InetAddress;
import java.util.HexFormat;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Messages as RFC 1035 has them. */
class AddressQueryTest {

  private static final String QUESTION = "0161066f726967696e00" + "00010001";
  private static final String RECORD = "c00c" + "00010001" + "00000000" + "0004" + "0a080101";

  private final AddressQuery query = new AddressQuery(0xfffe, "a.origin");

  private Optional<InetAddress> answer(String hex) throws IOException {
    byte[] bytes = HexFormat.of().parseHex("0000" + hex);
    return query.answer(bytes, 2, bytes.length - 2);
  }

  @Test
  void asksAndReadsTheAddress() throws IOException {
    String header = "fffe" + "0100" + "0001" + "0000" + "0000" + "0000";
    assertEquals(header + QUESTION, HexFormat.of().formatHex(query.message()));
    Optional<InetAddress> expected = Optional.of(InetAddress.ofLiteral("10.8.1.1"));
    assertEquals(expected, answer("fffe" + "8180" + "0001000100000000" + QUESTION + RECORD));
  }

  @Test
  void otherAnswersAreNotItsAndErrorsAreTold() throws IOException {
    assertEquals(
        Optional.empty(), answer("fffd" + "8180" + "0001000100000000" + QUESTION + RECORD));
    assertEquals(Optional.empty(), answer("fffe"));
    String refused = "fffe" + "8185" + "0001000000000000" + QUESTION;
    assertThrows(IOException.class, () -> answer(refused));
  }
}
