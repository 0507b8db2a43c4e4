package dev.mptunnel.secret;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileOwnerAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * A file that a user named. The message of what is thrown is for the user, and does not name the
 * file, since the caller knows where it was named.
 */
public final class UserFile {

  private static final Set<PosixFilePermission> OTHERS_READ =
      Set.of(PosixFilePermission.GROUP_READ, PosixFilePermission.OTHERS_READ);

  private static final Set<PosixFilePermission> OWNERS_OWN =
      PosixFilePermissions.fromString("rwx------");

  private static final Set<PosixFilePermission> OWNER_READS_AND_WRITES =
      PosixFilePermissions.fromString("rw-------");

  private static final Integer ROOT = 0;

  private UserFile() {}

  /**
   * Reads all of it; a pipe or a device as well.
   *
   * @param expected what should stand there, such as {@code a configuration file}
   */
  public static byte[] read(Path file, int maxBytes, String expected) throws IOException {
    byte[] content;
    try (InputStream in = Files.newInputStream(file)) {
      content = in.readNBytes(maxBytes + 1);
    } catch (NoSuchFileException e) {
      throw new IOException("there is no such file; expected " + expected, e);
    } catch (AccessDeniedException e) {
      throw new IOException("may not be read; expected a file that this user can read", e);
    } catch (IOException e) {
      throw new IOException("cannot be read: " + e.getMessage() + "; expected " + expected, e);
    }
    if (content.length > maxBytes) {
      throw new IOException("is too long; expected at most " + maxBytes + " bytes");
    }
    return content;
  }

  /**
   * Refuses a file that holds a secret and that not only its owner has rights to. Asks this of
   * regular files only, and where the file system knows of such rights.
   */
  public static void requirePrivate(Path file) throws IOException {
    if (isOpenAlready(file) || !Files.isRegularFile(file)) {
      return;
    }
    Set<PosixFilePermission> rights;
    try {
      rights = Files.getPosixFilePermissions(file);
    } catch (UnsupportedOperationException e) {
      return;
    }
    if (!OWNERS_OWN.containsAll(rights)) {
      boolean read = rights.stream().anyMatch(OTHERS_READ::contains);
      throw new IOException(
          "others can " + (read ? "read" : "change") + " this file; chmod 600 " + file);
    }
  }

  /** What whoever started us opened may be a regular file, but how it is named tells no more. */
  private static boolean isOpenAlready(Path file) {
    return file.startsWith("/dev/stdin")
        || file.startsWith("/dev/fd")
        || file.startsWith("/proc/self/fd");
  }

  /** Makes a file that only its owner may read, and has the disk hold it before this returns. */
  static void createPrivate(Path file, String content) throws IOException {
    Set<OpenOption> options = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    try (FileChannel channel = FileChannel.open(file, options, privately(file))) {
      writeAll(channel, content, file);
    } catch (FileAlreadyExistsException e) {
      throw new IOException("exists already; move it away first, or name another file", e);
    } catch (IOException e) {
      throw notWritten(e);
    }
  }

  /**
   * Gives what root has made to whoever owns another file, since that one must be able to read on,
   * such as the user that a service runs as. What anybody else has made stays theirs. Links are not
   * followed: whoever owns a folder may put one there meanwhile.
   *
   * @param like a file or a folder, which exists
   */
  static void giveToOwnerOf(Path like, Path made) throws IOException {
    if (!made.getFileSystem().supportedFileAttributeViews().contains("unix")
        || !ROOT.equals(Files.getAttribute(made, "unix:uid", LinkOption.NOFOLLOW_LINKS))) {
      return;
    }
    Files.getFileAttributeView(made, FileOwnerAttributeView.class, LinkOption.NOFOLLOW_LINKS)
        .setOwner(Files.getOwner(like));
  }

  private static void writeAll(FileChannel channel, String content, Path file) throws IOException {
    ByteBuffer bytes = StandardCharsets.UTF_8.encode(content);
    try {
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    } catch (IOException e) {
      Files.delete(file); // A full disk may hold half a secret.
      throw e;
    }
  }

  /** How a file is created that only its owner may read, where the file system knows of that. */
  static FileAttribute<?>[] privately(Path file) {
    return file.getFileSystem().supportedFileAttributeViews().contains("posix")
        ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(OWNER_READS_AND_WRITES)}
        : new FileAttribute<?>[0];
  }

  /** The same trouble in a person's words. */
  static IOException notWritten(IOException e) {
    String trouble =
        switch (e) {
          case NoSuchFileException _ -> "there is no such folder; expected one that is there";
          case AccessDeniedException _ ->
              "may not be written; expected a folder that this user can write to";
          case FileSystemException f when f.getReason() != null ->
              "cannot be written: " + f.getReason();
          default -> "cannot be written: " + e.getMessage();
        };
    return new IOException(trouble, e);
  }
}
