package dev.mptunnel.observe;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class JsonTest {

  @Test
  void objectsArraysAndWhatIsInThem() {
    Json json = new Json().object();
    json.field("a", 1).field("b", "x").nothing("c").field("d", true);
    json.array("e").value(1).value(2.5).value("y").endArray();
    json.object("f").endObject().array("g").endArray().endObject();
    assertEquals(
        "{\"a\":1,\"b\":\"x\",\"c\":null,\"d\":true,\"e\":[1,2.5,\"y\"],\"f\":{},\"g\":[]}",
        json.toString());
  }

  @Test
  void numbersAreShortAndWhatIsNoneIsNull() {
    assertEquals("0", number(0));
    assertEquals("0", number(-1e-9));
    assertEquals("-0.25", number(-0.25));
    assertEquals("0.000001", number(0.000001));
    assertEquals("0.1", number(0.1f));
    assertEquals("174300.123457", number(174_300.1234567));
    assertEquals("1700000000000", number(1.7e12));
    assertEquals("null", number(Double.NaN));
    assertEquals("null", number(Double.POSITIVE_INFINITY));
    assertEquals("12", new Json().value(12.345, 0).toString());
  }

  private static String number(double value) {
    return new Json().value(value).toString();
  }

  @Test
  void whateverTextThereIsEndsNoStringAndNoScript() {
    assertEquals("\"\\\"\\\\\\n\\u0000\\u001b\"", new Json().value("\"\\\n\0\033").toString());
    assertEquals("\"\\u003c/script\\u003e\"", new Json().value("</script>").toString());
    assertEquals("\"\\ud800x\\udc00\"", new Json().value("\ud800x\udc00").toString());
    assertEquals("\"\ud83d\ude00é\"", new Json().value("\ud83d\ude00é").toString());
  }
}
