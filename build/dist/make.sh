# shellcheck shell=bash
# ./mptunnel dist: one archive to unpack on a machine that has no Java. Sourced by the launcher, whose
# variables and functions it uses.
#
# Everything in it is the same for the same sources and JDK, but for lib/mptunnel.aot, which holds what
# a JVM saw when it ran.

# What our classes and the libraries refer to, less what they do without: Netty's events for Flight
# Recorder (jdk.jfr), and BouncyCastle's certificates from directories and data bases (java.naming,
# java.sql).
runtime_modules=java.base,java.logging,jdk.net,jdk.unsupported

# Sets $system, $machine and $netty_machine: what the JDK, and so the archive, is made for.
read_machine() {
  local key value libc=
  while IFS='=' read -r key value; do
    value=${value//\"/}
    case $key in
      OS_NAME) system=$(tr '[:upper:]' '[:lower:]' <<<"$value") ;;
      OS_ARCH) machine=$value ;;
      LIBC) libc=$value ;;
    esac
  done <"$jdk/release"
  netty_machine=${machine/aarch64/aarch_64}
  [[ $libc != musl ]] || system=$system-musl
}

# Puts the Java runtime into $1.
link_runtime() {
  local said
  said=$("$jdk/bin/jlink" --add-modules "$runtime_modules" --strip-java-debug-attributes \
    --no-header-files --no-man-pages --compress zip-0 --output "$1" 2>&1) \
    || die 1 "$jdk/bin/jlink failed: $said"
}

# Puts the jars into $1, of the native ones those for this machine.
copy_jars() {
  local jar
  mkdir "$1"
  for jar in "$built"/*.jar; do
    case $jar in
      *-"$system-$netty_machine".jar) cp "$jar" "$1" ;;
      *-linux-*.jar) ;;
      *) cp "$jar" "$1" ;;
    esac
  done
}

# Puts the licences that the libraries carry into $1; LICENSE has the others', NOTICE names them all.
extract_licences() {
  local library jar
  mkdir "$1"
  for library in HdrHistogram bcprov slf4j-api; do
    jar=$(cd "$built" && echo "$library"-*.jar)
    (cd "$1" && "$jdk/bin/jar" xf "$built/$jar" META-INF/LICENSE.txt META-INF/LICENSE.md)
    mv "$1"/META-INF/LICENSE.* "$1/$library.txt" || die 1 "there is no licence in $jar"
    rm -r "$1/META-INF"
  done
}

# Puts the three commands into $1.
write_programs() {
  local program jars
  mkdir "$1"
  jars=$(cd "$1/../lib" && echo *.jar)
  for program in mpclient mpserver bridge; do
    sed -e "s|@PROGRAM@|$program|" -e "s|@MAIN@|${program#mp}|" -e "s|@JARS@|$jars|" \
      -e "s|@OPTIONS@|${java_options[*]} $program_heap|" "$root/build/dist/program.sh" >"$1/$program"
    chmod 755 "$1/$program"
  done
}

# Runs mpclient once, for the JVM to write down in lib/mptunnel.aot what it loaded (JEP 514). The other
# programs load much the same.
make_cache() {
  local home=$1 log=$2 class_path port pid
  class_path=$(printf ':%s' "$home"/lib/*.jar)
  for _ in 1 2 3; do
    port=$((20000 + RANDOM % 12000))
    "$home/runtime/bin/java" "${java_options[@]}" "$program_heap" -XX:AOTCacheOutput="$home/lib/mptunnel.aot" \
      -cp "${class_path:1}" dev.mptunnel.client.Main --listen "127.0.0.1:$port" \
      --bridge "127.0.0.1 $port" >"$log" 2>&1 &
    pid=$!
    until grep -q 'listening on' "$log" || ! kill -0 "$pid" 2>/dev/null; do sleep 0.1; done
    kill -TERM "$pid" 2>/dev/null || true
    wait "$pid" || true
    [[ ! -f $home/lib/mptunnel.aot ]] || return 0
  done
  die 1 "the programs do not start on the runtime that was made for them: $(tail -n 5 "$log")"
}

# Everything gets the time that the build gives its jars.
set_times() {
  local time
  time=$(sed -n 's|.*<project.build.outputTimestamp>\(.*\)</.*|\1|p' "$root/pom.xml")
  find "$1" -exec touch -h -d "$time" {} +
}

make_dist() {
  local version name archive stage home
  (($# == 0)) || die 2 "dist takes no arguments, and '$1' is one"
  [[ -x $jdk/bin/jlink ]] \
    || die 2 "dist needs a JDK with jlink, which $jdk has not; install one (https://adoptium.net) and set JAVA_HOME"
  read_machine
  build programs "${programs[@]}"

  version=$(sed -n 's|^  <version>\(.*\)</version>$|\1|p' "$root/pom.xml")
  name=mptunnel-${version%-SNAPSHOT}
  archive=$name-$system-$machine.tar.gz
  mkdir -p "$root/target/dist"
  stage=$(mktemp -d "$root/target/dist/stage-XXXXXX")
  # shellcheck disable=SC2064 # now: the name is local
  trap "rm -rf '$stage'" EXIT
  home=$stage/$name
  mkdir "$home"
  say "packing…"
  link_runtime "$home/runtime"
  copy_jars "$home/lib"
  write_programs "$home/bin"
  extract_licences "$home/licences"
  cp -R "$root"/{conf,docs,README.md,README.zh-CN.md,CHANGELOG.md,LICENSE,NOTICE} "$home"
  chmod -R go=u,go-w "$home"
  set_times "$home"
  make_cache "$home" "$stage/log"
  set_times "$home"
  (cd "$stage" && find "$name" | LC_ALL=C sort | tar --no-recursion --owner=0 --group=0 \
    --numeric-owner -cf - -T -) | gzip -n >"$stage/archive"
  mv "$stage/archive" "$root/target/dist/$archive"

  echo "$root/target/dist/$archive"
  say "$(du -h "$root/target/dist/$archive" | cut -f 1), unpacked $(du -sh "$home" | cut -f 1)." \
    "On any $machine machine of the same system, without Java:"
  say "  to install: sudo tar -C /opt -xzf $archive && sudo ln -sf /opt/$name/bin/mp* /usr/local/bin/"
  say "  to run:     mpserver, mpclient, /opt/$name/bin/bridge (iproute2 has a 'bridge' too)"
  say "  to remove:  sudo rm -r /opt/$name /usr/local/bin/mpclient /usr/local/bin/mpserver"
}
