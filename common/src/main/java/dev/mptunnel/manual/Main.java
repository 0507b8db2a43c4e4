package dev.mptunnel.manual;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes the manual and the completion of all programs: {@code Main FOLDER YYYY-MM-DD}. */
public final class Main {

  private Main() {}

  /**
   * Writes them into {@code man/man8}, {@code man/man5} and {@code bash-completion} of a folder.
   */
  public static void main(String[] args) throws IOException {
    Path folder = Path.of(args[0]);
    Path programs = Files.createDirectories(folder.resolve("man/man8"));
    Path files = Files.createDirectories(folder.resolve("man/man5"));
    Path completions = Files.createDirectories(folder.resolve("bash-completion"));
    for (Commands commands : Commands.all()) {
      ManualPage page = new ManualPage(commands, args[1]);
      Files.writeString(programs.resolve(commands.name() + ".8"), page.program());
      Files.writeString(files.resolve(commands.name() + ".conf.5"), page.file());
      Files.writeString(completions.resolve(commands.name()), Completion.bash(commands));
    }
  }
}
