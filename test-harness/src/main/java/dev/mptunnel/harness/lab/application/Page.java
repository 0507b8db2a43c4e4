package dev.mptunnel.harness.lab.application;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * A page of many scripts and style sheets of 2 to 128 KiB. It says itself how many of them came,
 * and since each has an {@code integrity} (W3C, Subresource Integrity), the browser takes none
 * whose bytes are not the ones that were written here.
 */
final class Page {

  private static final int OBJECTS = 200;
  private static final int SMALLEST_BYTES = 2 << 10;
  private static final int LARGEST_BYTES = 128 << 10;

  private static final String HTML =
      """
      <!DOCTYPE html>
      <html>
      <head>
      <meta charset="utf-8">
      <title>%1$d objects</title>
      <link rel="icon" href="data:,">
      <script>let loaded = 0, failed = 0;</script>
      %2$s
      </head>
      <body>
      <p id="result">not loaded yet</p>
      <script>
      addEventListener("load", () => {
        const protocol = performance.getEntriesByType("navigation")[0].nextHopProtocol;
        document.getElementById("result").textContent =
            `${loaded} loaded, ${failed} failed, ${Math.round(performance.now())} ms, ${protocol}`;
      });
      </script>
      </body>
      </html>
      """;

  private static final String SCRIPT =
      "<script async src=\"%s\" integrity=\"sha256-%s\" onload=\"loaded++\""
          + " onerror=\"failed++\"></script>\n";

  private static final String STYLE =
      "<link rel=\"stylesheet\" href=\"%s\" integrity=\"sha256-%s\" onload=\"loaded++\""
          + " onerror=\"failed++\">\n";

  private Page() {}

  /** What the browser is to say of it when all has come. */
  static String complete() {
    return OBJECTS + " loaded, 0 failed, ";
  }

  /** The paths of its objects, relative to its own. */
  static List<String> objects() {
    return IntStream.range(0, OBJECTS).mapToObj(Page::object).toList();
  }

  private static String object(int number) {
    return "object" + number + (isScript(number) ? ".js" : ".css");
  }

  private static boolean isScript(int number) {
    return number % 2 == 1;
  }

  /** Bytes of all objects. */
  static long bytes() {
    return IntStream.range(0, OBJECTS).mapToLong(Page::bytes).sum();
  }

  /** From the smallest to the largest, each by the same factor larger than the one before. */
  private static int bytes(int number) {
    double share = number / (OBJECTS - 1.0);
    double factor = Math.pow((double) LARGEST_BYTES / SMALLEST_BYTES, share);
    return (int) Math.round(SMALLEST_BYTES * factor);
  }

  /** Writes the page and its objects into a folder. */
  static void write(Path folder, RandomGenerator random) throws IOException {
    StringBuilder elements = new StringBuilder();
    for (int number = 0; number < OBJECTS; number++) {
      byte[] object = comment(bytes(number), random);
      Files.write(folder.resolve(object(number)), object);
      String element = isScript(number) ? SCRIPT : STYLE;
      elements.append(element.formatted(object(number), sha256(object)));
    }
    Files.writeString(folder.resolve("index.html"), HTML.formatted(OBJECTS, elements));
  }

  /** A comment in both languages, which cannot be compressed by much. */
  private static byte[] comment(int bytes, RandomGenerator random) {
    byte[] noise = new byte[bytes];
    random.nextBytes(noise);
    String text = Base64.getEncoder().encodeToString(noise);
    String begin = "/* ";
    String end = " */\n";
    String whole = begin + text.substring(0, bytes - begin.length() - end.length()) + end;
    return whole.getBytes(StandardCharsets.US_ASCII);
  }

  private static String sha256(byte[] bytes) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
      return Base64.getEncoder().encodeToString(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java has SHA-256", e);
    }
  }
}
