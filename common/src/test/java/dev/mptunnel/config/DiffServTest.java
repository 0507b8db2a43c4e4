package dev.mptunnel.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DiffServTest {

  private final DiffServ type = new DiffServ();

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "63, 63",
    "046, 46",
    "cs0, 0",
    "CS5, 40",
    "cs7, 56",
    "af11, 10",
    "af23, 22",
    "af41, 34",
    "af43, 38",
    "ef, 46",
    "EF, 46",
    "va, 44",
    "le, 1"
  })
  void namesAndNumbersAreCodePoints(String text, int bits) throws ConfigException {
    assertEquals(bits, type.parse(text));
  }

  @ParameterizedTest
  @ValueSource(strings = {"64", "99999999999999999999", "-1", "cs8", "af44", "af51", "0x2e"})
  void othersAreNot(String text) {
    assertThrows(ConfigException.class, () -> type.parse(text));
  }
}
