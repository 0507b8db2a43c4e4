/*
 * relay-3-1 [--no-gro] [--no-gso] LISTEN TARGET
 *
 * The least that mpserver must do: of the copies that relay-1-3 sends to LISTEN from several
 * sources, the first goes to TARGET; what TARGET answers is copied to all of the sources. See
 * relay.h for how.
 */
#include "relay.h"

static struct sockaddr_in sources[PATHS];
static int source_count;

static void remember(const struct sockaddr_in *source) {
  for (int i = 0; i < source_count; i++) {
    if (sources[i].sin_addr.s_addr == source->sin_addr.s_addr &&
        sources[i].sin_port == source->sin_port) {
      return;
    }
  }
  if (source_count < PATHS) sources[source_count++] = *source;
}

int main(int count, char **arguments) {
  int at = parse_options(count, arguments);
  if (count - at != 2) {
    fprintf(stderr, "usage: relay-3-1 [--no-gro] [--no-gso] LISTEN TARGET\n");
    return 2;
  }
  prepare_receiving();
  struct pollfd sockets[2] = {
    {listen_at(arguments[at]), POLLIN, 0},
    {connect_to(arguments[at + 1]), POLLIN, 0},
  };
  int tunnel = sockets[0].fd;
  int target = sockets[1].fd;
  static struct window window;
  puts("relay-3-1: ready");
  fflush(stdout);

  while (poll(sockets, 2, -1) >= 0 || errno == EINTR) {
    if (sockets[0].revents) {
      int messages = receive(tunnel);
      for (int i = 0; i < messages; i++) {
        remember(&in.sources[i]);
        add_first_ones(&window, NULL, i);
      }
      flush(target);
      forget();
    }
    if (sockets[1].revents) {
      int messages = receive(target);
      for (int path = 0; path < source_count; path++) {
        add_all(&sources[path], messages);
        flush(tunnel);
        forget();
      }
    }
  }
  die("poll");
}
