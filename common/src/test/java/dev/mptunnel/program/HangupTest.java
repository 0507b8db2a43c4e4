package dev.mptunnel.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.config.ClientCommand;
import dev.mptunnel.config.ClientConfig;
import dev.mptunnel.net.Signals;
import dev.mptunnel.observe.Figures;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class HangupTest {

  /** A program that does nothing until it is ended. */
  private static final class Idle implements Program.Reloadable<ClientConfig> {

    private final CountDownLatch reloaded = new CountDownLatch(1);
    private final CompletableFuture<Void> ended = new CompletableFuture<>();

    @Override
    public List<String> reload(ClientConfig config) {
      reloaded.countDown();
      return List.of();
    }

    @Override
    public String summary() {
      return "idle";
    }

    @Override
    public CompletableFuture<Figures> figures(Figures.Wish wish) {
      return new CompletableFuture<>();
    }

    @Override
    public String table(Figures figures) {
      return "";
    }

    @Override
    public CompletableFuture<Void> ended() {
      return ended;
    }

    @Override
    public CompletableFuture<Void> answered() {
      return CompletableFuture.completedFuture(null);
    }

    @Override
    public void close() {}
  }

  private static void hangUp() throws IOException {
    String pid = Long.toString(ProcessHandle.current().pid());
    try {
      assertEquals(0, new ProcessBuilder("kill", "-HUP", pid).start().waitFor());
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  @Test
  void whatComesWhileAProgramStartsIsAReloadOnceItHas() throws Exception {
    Signals.on("HUP", () -> {}); // or one that the program does not take would end this process
    Idle idle = new Idle();
    Program<ClientConfig> program =
        new Program<>(
            new ClientCommand(Map.of()),
            ClientConfig::sockets,
            ClientConfig::status,
            (_, _) -> {
              hangUp();
              return idle;
            });
    PrintStream out = new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
    CompletableFuture<Integer> exit = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                String[] args = {"--bridge", "127.0.0.1 9", "--control", "off"};
                exit.complete(program.run(args, out, out));
              } catch (InterruptedException | RuntimeException e) {
                exit.completeExceptionally(e);
              }
            });
    assertTrue(idle.reloaded.await(10, TimeUnit.SECONDS));
    idle.ended.complete(null);
    assertEquals(1, exit.get(10, TimeUnit.SECONDS));
  }
}
