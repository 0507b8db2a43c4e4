package dev.mptunnel.secret;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Set;

/**
 * The file that says who was invited. It is replaced as a whole, so that whoever reads it, at any
 * time, sees all of the old one or all of the new one. All messages are for the user and name the
 * file.
 */
public final class ClientsFile {

  static final int MAX_FILE_BYTES = 4 << 20;

  private ClientsFile() {}

  /**
   * What tells, cheaply, whether the file is another than before. Take it before the file is read.
   *
   * @param fileKey the inode, where there is such a thing, or null
   */
  public record Stamp(FileTime modified, long bytes, Object fileKey) {}

  /** How the clients change; may refuse. */
  @FunctionalInterface
  public interface Change<E extends Exception> {
    Clients apply(Clients now) throws E;
  }

  /** The stamp of the file as it is now, or null where there is none. */
  public static Stamp stamp(Path file) throws IOException {
    try {
      BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
      return new Stamp(now.lastModifiedTime(), now.size(), now.fileKey());
    } catch (NoSuchFileException e) {
      return null;
    } catch (IOException e) {
      throw new IOException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }

  /**
   * Reads the file; where there is none, nobody was invited yet.
   *
   * @throws IOException also where others may read it, or a line is wrong
   */
  public static Clients read(Path file) throws IOException {
    try {
      if (Files.notExists(file)) {
        return Clients.parse(file.toString(), new byte[0]);
      }
      return Clients.parse(file.toString(), content(file));
    } catch (SecretException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  private static byte[] content(Path file) throws IOException {
    try {
      UserFile.requirePrivate(file);
      return UserFile.read(file, MAX_FILE_BYTES, "a clients file");
    } catch (IOException e) {
      throw new IOException(file + ": " + e.getMessage(), e);
    }
  }

  /**
   * Changes the file, or makes it. One change waits for the other, in this process and, by a lock
   * on {@code FILE.lock}, in others. That file is left there: whoever removed it would let a third
   * one lock another file of the same name.
   */
  public static synchronized <E extends Exception> void change(Path named, Change<E> change)
      throws IOException, E {
    // Behind a link the file itself is replaced, not the link.
    Path file = Files.exists(named) ? named.toRealPath() : named.toAbsolutePath();
    try (FileChannel _ = lock(file)) {
      replace(file, change.apply(read(file)).text());
    }
  }

  /** Locks until what this returns is closed. */
  private static FileChannel lock(Path file) throws IOException {
    Path lock = besides(file, ".lock");
    FileChannel channel = null;
    try {
      channel =
          FileChannel.open(
              lock,
              Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
              UserFile.privately(lock));
      keepOwner(file, lock);
      channel.lock();
      return channel;
    } catch (IOException e) {
      if (channel != null) {
        channel.close();
      }
      throw new IOException(lock + ": " + UserFile.notWritten(e).getMessage(), e);
    }
  }

  private static Path besides(Path file, String suffix) {
    return file.resolveSibling(file.getFileName() + suffix);
  }

  private static void replace(Path file, String text) throws IOException {
    Path fresh = besides(file, ".new");
    try {
      Files.deleteIfExists(fresh); // of a change that did not get to its end
      UserFile.createPrivate(fresh, text);
      keepOwner(file, fresh);
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new IOException(file + ": " + e.getMessage(), e);
    }
    try (FileChannel folder = FileChannel.open(file.getParent(), StandardOpenOption.READ)) {
      folder.force(true);
    } catch (IOException e) {
      // Not every system opens folders; there a power cut may undo the change, but never half of
      // it.
    }
  }

  /** When root invites, the user that the server runs as must be able to read on. */
  private static void keepOwner(Path file, Path besides) throws IOException {
    UserFile.giveToOwnerOf(Files.exists(file) ? file : file.getParent(), besides);
  }
}
