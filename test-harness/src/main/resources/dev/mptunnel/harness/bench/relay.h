/*
 * What relay-1-3.c and relay-3-1.c share: sockets read and written in batches. What recvmmsg(2)
 * brought is sent on from where it lies; nothing is copied, nothing is allocated.
 *
 * A received message is one datagram, or with UDP_GRO several of one size (the last may be
 * shorter). It leaves as it came, by UDP_SEGMENT, or cut into datagrams where that is off.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif
#ifndef UDP_GRO
#define UDP_GRO 104
#endif

enum {
  PATHS = 8,             /* at most */
  JOINED_SLOTS = 16,     /* messages in a read, of up to 64 datagrams each */
  SINGLE_SLOTS = 64,     /* the same where a message is one datagram */
  SLOT_BYTES = 65536,    /* no message is longer */
  OUT_MESSAGES = 4096,   /* JOINED_SLOTS of at most 128 datagrams (UDP_MAX_SEGMENTS) and more */
  BUFFER_BYTES = 4 << 20 /* of a socket, each way, as mpclient and mpserver ask for */
};

static bool use_gro = true;
static bool use_gso = true;

static void die(const char *what) {
  perror(what);
  exit(1);
}

/* --- addresses, sockets ----------------------------------------------------------------------- */

/* "127.0.0.1:4000" */
static struct sockaddr_in parse_address(const char *text) {
  struct sockaddr_in address = {.sin_family = AF_INET};
  char host[16];
  unsigned port;
  if (sscanf(text, "%15[0-9.]:%u", host, &port) != 2 || port > 65535 ||
      inet_pton(AF_INET, host, &address.sin_addr) != 1) {
    fprintf(stderr, "%s: expected an address such as 127.0.0.1:4000\n", text);
    exit(2);
  }
  address.sin_port = htons((uint16_t)port);
  return address;
}

/* The kernel may give less without CAP_NET_ADMIN. */
static void set_buffer(int fd, int forced, int polite) {
  int bytes = BUFFER_BYTES;
  if (setsockopt(fd, SOL_SOCKET, forced, &bytes, sizeof bytes) < 0) {
    setsockopt(fd, SOL_SOCKET, polite, &bytes, sizeof bytes);
  }
}

static int new_socket(void) {
  int fd = socket(AF_INET, SOCK_DGRAM, 0);
  if (fd < 0) die("socket");
  set_buffer(fd, SO_RCVBUFFORCE, SO_RCVBUF);
  set_buffer(fd, SO_SNDBUFFORCE, SO_SNDBUF);
  int one = 1;
  if (use_gro && setsockopt(fd, SOL_UDP, UDP_GRO, &one, sizeof one) < 0) die("UDP_GRO");
  return fd;
}

static int listen_at(const char *text) {
  struct sockaddr_in address = parse_address(text);
  int fd = new_socket();
  if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0) die(text);
  return fd;
}

static int connect_to(const char *text) {
  struct sockaddr_in address = parse_address(text);
  int fd = new_socket();
  if (connect(fd, (struct sockaddr *)&address, sizeof address) < 0) die(text);
  return fd;
}

/* --- receiving -------------------------------------------------------------------------------- */

union control {
  char bytes[CMSG_SPACE(sizeof(int))];
  struct cmsghdr aligned;
};

static struct {
  struct mmsghdr headers[SINGLE_SLOTS];
  struct iovec vectors[SINGLE_SLOTS];
  struct sockaddr_in sources[SINGLE_SLOTS];
  union control controls[SINGLE_SLOTS];
  char (*memory)[SLOT_BYTES];
} in;

static void prepare_receiving(void) {
  in.memory = aligned_alloc(4096, (size_t)SINGLE_SLOTS * SLOT_BYTES);
  if (!in.memory) die("memory");
  for (int i = 0; i < SINGLE_SLOTS; i++) {
    in.vectors[i] = (struct iovec){in.memory[i], SLOT_BYTES};
    in.headers[i].msg_hdr.msg_iov = &in.vectors[i];
    in.headers[i].msg_hdr.msg_iovlen = 1;
    in.headers[i].msg_hdr.msg_name = &in.sources[i];
    in.headers[i].msg_hdr.msg_control = &in.controls[i];
  }
}

/* How many messages came; 0 for none. */
static int receive(int fd) {
  int slots = use_gro ? JOINED_SLOTS : SINGLE_SLOTS;
  for (int i = 0; i < slots; i++) {
    in.headers[i].msg_hdr.msg_namelen = sizeof in.sources[i];
    in.headers[i].msg_hdr.msg_controllen = sizeof in.controls[i];
  }
  int count = recvmmsg(fd, in.headers, (unsigned)slots, MSG_DONTWAIT, NULL);
  return count < 0 ? 0 : count; /* nothing there, or an earlier send was refused */
}

/* How long each datagram of a message is. */
static unsigned segment_bytes(int index) {
  struct msghdr *header = &in.headers[index].msg_hdr;
  for (struct cmsghdr *c = CMSG_FIRSTHDR(header); c; c = CMSG_NXTHDR(header, c)) {
    if (c->cmsg_level == SOL_UDP && c->cmsg_type == UDP_GRO) {
      int bytes;
      memcpy(&bytes, CMSG_DATA(c), sizeof bytes);
      if (bytes > 0) return (unsigned)bytes;
    }
  }
  return in.headers[index].msg_len;
}

/* --- sending ---------------------------------------------------------------------------------- */

static struct {
  struct mmsghdr headers[OUT_MESSAGES];
  struct iovec vectors[OUT_MESSAGES];
  union control controls[OUT_MESSAGES];
  unsigned count;
} out;

/* Sends what was added, and keeps it for other sockets until forget(). */
static void flush(int fd) {
  unsigned sent = 0;
  while (sent < out.count) {
    int now = sendmmsg(fd, out.headers + sent, out.count - sent, 0);
    if (now > 0) {
      sent += (unsigned)now;
    } else if (errno != EINTR) {
      sent++; /* this one is lost, as on any link */
    }
  }
}

static void forget(void) { out.count = 0; }

static void add_message(const struct sockaddr_in *to, char *bytes, unsigned length,
                        unsigned segment) {
  struct msghdr *header = &out.headers[out.count].msg_hdr;
  out.vectors[out.count] = (struct iovec){bytes, length};
  memset(header, 0, sizeof *header);
  header->msg_iov = &out.vectors[out.count];
  header->msg_iovlen = 1;
  if (to) {
    header->msg_name = (void *)to;
    header->msg_namelen = sizeof *to;
  }
  if (length > segment) {
    header->msg_control = &out.controls[out.count];
    header->msg_controllen = CMSG_SPACE(sizeof(uint16_t));
    struct cmsghdr *c = CMSG_FIRSTHDR(header);
    c->cmsg_level = SOL_UDP;
    c->cmsg_type = UDP_SEGMENT;
    c->cmsg_len = CMSG_LEN(sizeof(uint16_t));
    uint16_t value = (uint16_t)segment;
    memcpy(CMSG_DATA(c), &value, sizeof value);
  }
  out.count++;
}

/* Adds datagrams that lie one behind another; `to` is NULL on a connected socket. */
static void add(const struct sockaddr_in *to, char *bytes, unsigned length, unsigned segment) {
  unsigned step = use_gso ? length : segment;
  unsigned done = 0;
  do {
    unsigned part = length - done < step ? length - done : step;
    if (out.count < OUT_MESSAGES) add_message(to, bytes + done, part, segment);
    done += part;
  } while (done < length);
}

/* Adds what was received. */
static void add_all(const struct sockaddr_in *to, int messages) {
  for (int i = 0; i < messages; i++) {
    add(to, in.memory[i], in.headers[i].msg_len, segment_bytes(i));
  }
}

/* --- the window ------------------------------------------------------------------------------- */

/*
 * Which sequence numbers have been taken: a bitmap in words of 64 bits, as wide as mpserver's. A
 * datagram begins with its number, 64 bits in network byte order.
 */
enum { WINDOW = 65536 };

struct window {
  uint64_t taken[WINDOW / 64];
  uint64_t next; /* one more than the highest that was taken */
};

/* Whether it is the first of its number; if so it is taken. */
static bool take(struct window *window, uint64_t number) {
  if (number >= window->next) {
    if (number - window->next >= WINDOW) {
      memset(window->taken, 0, sizeof window->taken);
    } else {
      for (uint64_t i = window->next; i <= number; i++) {
        window->taken[i / 64 % (WINDOW / 64)] &= ~(UINT64_C(1) << i % 64);
      }
    }
    window->next = number + 1;
  } else if (window->next - number > WINDOW) {
    return false;
  }
  uint64_t *word = &window->taken[number / 64 % (WINDOW / 64)];
  uint64_t bit = UINT64_C(1) << number % 64;
  if (*word & bit) return false;
  *word |= bit;
  return true;
}

static bool is_first(struct window *window, const char *datagram, unsigned length) {
  uint64_t number;
  if (length < sizeof number) return false;
  memcpy(&number, datagram, sizeof number);
  return take(window, be64toh(number));
}

/*
 * Adds those datagrams of a received message that are the first of their numbers; those that follow
 * each other stay together.
 */
static void add_first_ones(struct window *window, const struct sockaddr_in *to, int index) {
  unsigned length = in.headers[index].msg_len;
  unsigned segment = segment_bytes(index);
  unsigned run = 0; /* where those that are to be sent begin */
  for (unsigned at = 0; at < length; at += segment) {
    unsigned part = length - at < segment ? length - at : segment;
    if (!is_first(window, in.memory[index] + at, part)) {
      if (at > run) add(to, in.memory[index] + run, at - run, segment);
      run = at + part;
    }
  }
  if (length > run) add(to, in.memory[index] + run, length - run, segment);
}

/* Reads --no-gro and --no-gso; returns the index of the first argument behind them. */
static int parse_options(int count, char **arguments) {
  int at = 1;
  for (; at < count && strncmp(arguments[at], "--", 2) == 0; at++) {
    if (strcmp(arguments[at], "--no-gro") == 0) {
      use_gro = false;
    } else if (strcmp(arguments[at], "--no-gso") == 0) {
      use_gso = false;
    } else {
      fprintf(stderr, "%s: expected --no-gro or --no-gso\n", arguments[at]);
      exit(2);
    }
  }
  return at;
}
