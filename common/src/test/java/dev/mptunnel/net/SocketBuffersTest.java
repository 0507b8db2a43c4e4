package dev.mptunnel.net;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

class SocketBuffersTest {

  @Test
  void whatIsSaidNamesTheLimitToRaiseAndTheValueToSet() {
    assertEquals(
        "the kernel gives sockets send buffers of 212992 bytes instead of 4194304; for more:"
            + " sysctl -w net.core.wmem_max=4194304",
        SocketBuffers.text("send", 212_992, 4 << 20, "net.core.wmem_max"));
  }

  @Test
  void theKernelTellsWhatItGave() throws IOException {
    try (NativeMemory memory = memory()) {
      NativeSocket socket = memory.newSocket(false);
      try {
        assertEquals(new SocketBuffers(100_000, 100_000), socket.setBufferBytes(100_000));
      } finally {
        socket.close();
      }
    }
  }

  private static NativeMemory memory() {
    try {
      return NativeMemory.open(System::nanoTime);
    } catch (IOException e) {
      return Assumptions.abort(e.getMessage());
    }
  }
}
