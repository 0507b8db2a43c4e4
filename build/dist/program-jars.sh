#!/bin/sh
# Runs @PROGRAM@ on the Java 25 or newer of JAVA_HOME, or that of the PATH. Works from any folder, and
# through links to this file. MPTUNNEL_JAVA_OPTS holds more options for the JVM.
set -e
case $0 in
  */*) self=$0 ;;
  *) self=./$0 ;;
esac
while [ -L "$self" ]; do
  link=$(readlink "$self")
  case $link in
    /*) self=$link ;;
    *) self=${self%/*}/$link ;;
  esac
done
home=$(CDPATH='' cd -P -- "${self%/*}/.." && pwd)
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
version=$("$java" -version 2>&1) || version=
version=${version#*\"}
if ! [ "${version%%[!0-9]*}" -ge 25 ] 2>/dev/null; then
  echo "@PROGRAM@: needs Java 25 or newer; install one (https://adoptium.net) and set JAVA_HOME" >&2
  exit 2
fi
# shellcheck disable=SC2086 # options are words
exec "$java" @OPTIONS@ ${MPTUNNEL_JAVA_OPTS:-} -cp "$home/lib/*" dev.mptunnel.@MAIN@.Main "$@"
