package dev.mptunnel.net;

import java.io.IOException;

/**
 * The error numbers of errno(3) on Linux, the same on all processors that there is a 64-bit Java
 * for, and what they mean: in English, whatever the locale, since {@link NetworkErrors} goes by it.
 */
final class Errno {

  static final int EPERM = 1;
  static final int EINTR = 4;
  static final int EIO = 5;
  static final int EBADF = 9;
  static final int EAGAIN = 11;
  static final int ENOMEM = 12;
  static final int EINVAL = 22;
  static final int ENOSYS = 38;
  static final int EMSGSIZE = 90;
  static final int ENOPROTOOPT = 92;
  static final int EOPNOTSUPP = 95;
  static final int ENOBUFS = 105;
  static final int ECONNREFUSED = 111;

  private Errno() {}

  /** The error as an exception, its message as {@code permission denied}. */
  static IOException exception(int number) {
    return new IOException(text(number));
  }

  private static String text(int number) {
    return switch (number) {
      case EPERM -> "operation not permitted";
      case 2 -> "no such file";
      case EIO -> "input/output error";
      case EBADF -> "bad file descriptor";
      case EAGAIN -> "resource temporarily unavailable";
      case ENOMEM -> "out of memory";
      case 13 -> "permission denied";
      case 19 -> "no such device";
      case EINVAL -> "invalid argument";
      case 23 -> "too many open files in the system";
      case 24 -> "too many open files";
      case ENOSYS -> "function not implemented";
      case EMSGSIZE -> "message too long";
      case ENOPROTOOPT -> "protocol not available";
      case 93 -> "protocol not supported";
      case EOPNOTSUPP -> "operation not supported";
      case 97 -> "address family not supported";
      case 98 -> "address already in use";
      case 99 -> "cannot assign requested address";
      case 100 -> "network is down";
      case 101 -> "network is unreachable";
      case ENOBUFS -> "no buffer space available";
      case ECONNREFUSED -> "connection refused";
      case 112 -> "host is down";
      case 113 -> "no route to host";
      default -> "error " + number;
    };
  }
}
