package dev.mptunnel.secret;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** A file that holds a secret in its first line that is neither blank nor a {@code #} comment. */
public final class SecretFile {

  private static final int MAX_FILE_BYTES = 4 << 10;
  private static final String EXPECTED = "a file with a secret in it";

  private SecretFile() {}

  /**
   * The text of the secret, not yet understood.
   *
   * @throws IOException saying what is wrong with the file, but not naming it
   */
  public static String read(Path file) throws IOException {
    UserFile.requirePrivate(file);
    byte[] content = UserFile.read(file, MAX_FILE_BYTES, EXPECTED);
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(content)).toString();
    } catch (CharacterCodingException e) {
      throw new IOException("is not UTF-8; expected " + EXPECTED, e);
    }
    return text.replaceFirst("^\uFEFF", "")
        .lines()
        .map(String::strip)
        .filter(line -> !line.isEmpty() && !line.startsWith("#"))
        .findFirst()
        .orElseThrow(() -> new IOException("holds no secret; expected one in a line of its own"));
  }

  /**
   * Writes a secret into a new file that only its owner may read, who is that of the folder where
   * root writes it.
   *
   * @throws IOException also where there is such a file already; the message does not name it
   */
  public static void create(Path file, SharedSeed secret) throws IOException {
    UserFile.createPrivate(
        file, "# The secret of a tunnel: both ends need it, nobody else.\n" + secret.text() + "\n");
    UserFile.giveToOwnerOf(file.toAbsolutePath().getParent(), file);
  }
}
