#!/bin/sh
# Makes the cache of loaded classes that the programs start from: runs mpclient for a moment, on this
# machine's loopback, for the JVM to write down what it had to load (JEP 514, 515). The other programs load
# much the same. A cache fits one JVM, the very paths of the jars, and much of the machine; so it is made
# where it is used. Whatever else is wrong, the programs start without it as well.
set -eu
home=$(CDPATH='' cd -P -- "${0%/*}/.." && pwd)
cache=$home/lib/mptunnel.aot
logs=$(TMPDIR=/tmp mktemp -d) # a socket is in it, whose path must be short
# What its caller has for programs of his own is not for these.
unset MPTUNNEL_SECRET MPTUNNEL_ENCRYPT
# Without counts of what was called how often: by those of so short a run a start would compile more than
# it gains.
recording='-XX:+IgnoreUnrecognizedVMOptions -XX:+UnlockDiagnosticVMOptions -XX:-AOTRecordTraining'
started=
# shellcheck disable=SC2317,SC2329 # called by the trap
clean_up() {
  # shellcheck disable=SC2086 # process ids are words
  [ -z "$started" ] || kill -9 $started 2>/dev/null || true
  rm -rf "$logs" "$cache".part*
}
trap clean_up EXIT
trap 'exit 1' INT TERM

# Starts a program, whose log is $1, with the arguments behind it.
start() {
  log=$logs/$1
  program=$2
  shift 2
  : >"$log"
  "$home/bin/$program" "$@" >"$log" 2>&1 &
  pid=$!
  started="$started $pid"
}

# Waits for some seconds until the log $1, of the process $3, has the words $2.
await() {
  tries=0
  until grep -q "$2" "$logs/$1"; do
    tries=$((tries + 1))
    [ $tries -lt 100 ] && kill -0 "$3" 2>/dev/null || return 1
    sleep 0.1
  done
}

# The process $1 has ended, and its number may be another's.
forget() {
  rest=
  for each in $started; do
    [ "$each" = "$1" ] || rest="$rest $each"
  done
  started=$rest
}

# A tunnel through the tunnel: what the second mpclient sends are datagrams of an application to the
# first one, and the server's target is the server. The first one is started as a service is, by a file
# that names a secret, and with a control socket: what is not done here loads slowly later.
train() {
  server=$1 first=$2 second=$3
  start server mpserver --protocol udp --control off --secret-file "$logs/secret" \
    "127.0.0.1:$server" "127.0.0.1:$server"
  serving=$pid
  printf 'listen = %s\n127.0.0.1 %s name=path1\n127.0.0.1 %s\nsecret-file = secret\ncontrol = control\n' \
    "127.0.0.1:$first" "$server" "$server" >"$logs/mpclient.conf"
  MPTUNNEL_JAVA_OPTS="$recording -XX:AOTCacheOutput=$logs/cache" start first mpclient "$logs/mpclient.conf"
  trained=$pid
  start second mpclient --control off --secret-file "$logs/secret" \
    --listen "127.0.0.1:$second" --bridge "127.0.0.1 $first"
  await server 'listening on' "$serving" && await first 'is up' "$trained" \
    && await second 'is up' "$pid" && done=yes || done=
  kill -TERM "$trained" 2>/dev/null || true
  wait "$trained" || true
  forget "$trained"
  [ -n "$done" ] && [ -f "$logs/cache" ]
}

rm -f "$cache" # or they would start from it
if ! "$home/bin/mpserver" keygen "$logs/secret" >"$logs/server" 2>&1; then
  echo 'make-cache: no cache was made, since mpserver does not run here:' >&2
  tail -n 5 "$logs/server" >&2
  exit 1
fi
port=$((20000 + $$ % 10000))
for try in 1 2 3; do
  if train $((port + try)) $((port + 10 + try)) $((port + 20 + try)); then
    cp "$logs/cache" "$cache.part"
    chmod 644 "$cache.part"
    mv "$cache.part" "$cache"
    exit 0
  fi
done
echo "make-cache: no cache was made; the programs start without one, but more slowly" >&2
tail -n 5 "$logs/server" "$logs/first" "$logs/second" >&2
exit 1
