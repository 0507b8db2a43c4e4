#!/bin/sh
# Runs @PROGRAM@ on the Java that stands beside it. Works from any folder, and through links to this
# file. MPTUNNEL_JAVA_OPTS holds more options for the JVM.
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

# A list, not lib/*: the cache of loaded classes (lib/make-cache) serves only the very path that it was
# made with. It saves time and memory; where it does not fit, the program starts without it and says
# nothing.
jars='@JARS@'
class_path=
for jar in $jars; do
  class_path=$class_path${class_path:+:}$home/lib/$jar
done
set -- -cp "$class_path" dev.mptunnel.@MAIN@.Main "$@"
if [ -f "$home/lib/mptunnel.aot" ]; then
  set -- "-XX:AOTCache=$home/lib/mptunnel.aot" '-Xlog:aot*=off' "$@"
fi
# What the JVM's compilers took while the program started goes back to the system every 10 s, which
# takes less than a millisecond; malloc would keep it.
# shellcheck disable=SC2086 # options are words
exec "$home/runtime/bin/java" @OPTIONS@ -XX:TrimNativeHeapInterval=10000 \
  -Xlog:trimnative=off "-Djava.library.path=$home/lib/native" \
  ${MPTUNNEL_JAVA_OPTS:-} "$@"
