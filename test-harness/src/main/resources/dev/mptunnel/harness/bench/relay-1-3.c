/*
 * relay-1-3 [--no-gro] [--no-gso] LISTEN PATH...
 *
 * The least that mpclient must do: each datagram that comes to LISTEN is copied to every PATH, an
 * address of relay-3-1; of what comes back over the paths, the first copy goes to whoever sent to
 * LISTEN last. See relay.h for how.
 */
#include "relay.h"

int main(int count, char **arguments) {
  int at = parse_options(count, arguments);
  int paths = count - at - 1;
  if (paths < 1 || paths > PATHS) {
    fprintf(stderr, "usage: relay-1-3 [--no-gro] [--no-gso] LISTEN PATH... (up to %d)\n", PATHS);
    return 2;
  }
  prepare_receiving();
  struct pollfd sockets[1 + PATHS];
  sockets[0] = (struct pollfd){listen_at(arguments[at]), POLLIN, 0};
  for (int i = 1; i <= paths; i++) {
    sockets[i] = (struct pollfd){connect_to(arguments[at + i]), POLLIN, 0};
  }
  static struct window window;
  struct sockaddr_in application = {0};
  puts("relay-1-3: ready");
  fflush(stdout);

  while (poll(sockets, (nfds_t)(1 + paths), -1) >= 0 || errno == EINTR) {
    if (sockets[0].revents) {
      int messages = receive(sockets[0].fd);
      add_all(NULL, messages);
      for (int path = 1; path <= paths; path++) flush(sockets[path].fd);
      forget();
      if (messages > 0) application = in.sources[messages - 1];
    }
    for (int path = 1; path <= paths; path++) {
      if (!sockets[path].revents) continue;
      int messages = receive(sockets[path].fd);
      for (int i = 0; i < messages && application.sin_port; i++) {
        add_first_ones(&window, &application, i);
      }
      flush(sockets[0].fd);
      forget();
    }
  }
  die("poll");
}
