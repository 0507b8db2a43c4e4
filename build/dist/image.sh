# shellcheck shell=bash
# ./mptunnel image: the programs with a Java runtime of their own, in a folder that can be put anywhere
# on machines like this one. Sourced by the launcher, whose variables and functions it uses.
#
# Everything in it is the same for the same sources and JDK.

# What our classes and the libraries refer to, less what they do without: Netty's events for Flight
# Recorder (jdk.jfr), and BouncyCastle's certificates from directories and data bases (java.naming,
# java.sql).
runtime_modules=java.base,java.logging,jdk.net,jdk.unsupported

# What the programs are called where they are installed; iproute2 has a 'bridge' of its own.
installed_programs=(mpclient mpserver mpbridge)

# Sets $system, $machine and $netty_machine: what the JDK, and so the image, is made for.
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

# Sets $version, $release (the version without -SNAPSHOT) and $built_at, the time that all files get.
# The pom has both.
read_version() {
  version=$(sed -n 's|^ *<revision>\(.*\)</revision>$|\1|p' "$root/pom.xml")
  release=${version%-SNAPSHOT}
  built_at=$(sed -n 's|.*<project.build.outputTimestamp>\(.*\)</.*|\1|p' "$root/pom.xml")
  [[ -n $version && -n $built_at ]] \
    || die 1 "pom.xml has no line <revision>…</revision>, or none of <project.build.outputTimestamp>"
}

# Puts the Java runtime into $1.
link_runtime() {
  local said
  said=$("$jdk/bin/jlink" --add-modules "$runtime_modules" --strip-java-debug-attributes \
    --no-header-files --no-man-pages --compress zip-0 --output "$1" 2>&1) \
    || die 1 "$jdk/bin/jlink failed: $said"
}

# Puts the jar $1, without the signature of whoever made it, as $2: the JVM caches no class that is
# signed, and BouncyCastle's signature is for providers of cryptography, which ours does not use. Of the
# manifest it keeps what stands before the first empty line: behind that is a sum of each of the 5,000
# classes, which a program would read whenever it starts.
copy_unsigned() {
  local classes=$stage/unsigned
  rm -rf "$classes"
  mkdir "$classes"
  (cd "$classes" && "$jdk/bin/jar" xf "$1" && rm -f META-INF/*.{SF,DSA,RSA,EC} \
    && sed '/^\r*$/q' META-INF/MANIFEST.MF >../manifest \
    && find . -type f ! -path ./META-INF/MANIFEST.MF | LC_ALL=C sort >../entries \
    && "$jdk/bin/jar" --create --file "$2" --manifest ../manifest --date "$built_at" @../entries)
}

# Puts the jars into $1. Of native libraries it has those for this machine, as files: a program would
# else unpack them into /tmp whenever it starts.
copy_jars() {
  local jar
  mkdir -p "$1/native"
  for jar in "$built"/*.jar; do
    case $jar in
      *-"$system-$netty_machine".jar)
        (cd "$1/native" && "$jdk/bin/jar" xf "$jar" META-INF/native)
        mv "$1"/native/META-INF/native/*.so "$1/native/"
        rm -r "$1/native/META-INF"
        ;;
      *-linux-*.jar) ;;
      */bcprov-*.jar) copy_unsigned "$jar" "$1/${jar##*/}" ;;
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

# Puts the commands into $1/bin, made from the template $2.
write_programs() {
  local home=$1 template=$2 program main jars
  mkdir -p "$home/bin"
  jars=$(cd "$home/lib" && echo *.jar)
  for program in "${installed_programs[@]}"; do
    main=${program#mp}
    sed -e "s|@PROGRAM@|$program|" -e "s|@MAIN@|$main|" -e "s|@JARS@|$jars|" \
      -e "s|@OPTIONS@|${java_options[*]} $program_heap|" "$template" >"$home/bin/$program"
    chmod 755 "$home/bin/$program"
  done
}

# Puts the manual and the shell's completion into $1/share.
write_manual() {
  local share=$1/share
  "$jdk/bin/java" -cp "$built/*" dev.mptunnel.manual.Main "$share" "${built_at%%T*}" \
    || die 1 "the manual could not be made"
}

# Gives everything the time that the build gives its jars, and rights that everybody may have.
make_alike() {
  chmod -R u=rwX,go=rX "$1"
  find "$1" -exec touch -h -d "$built_at" {} +
}

# Puts what is given of the tree into $1: of conf and docs what git knows, where there is one; whatever
# else lies there, such as somebody's secrets, is not for others.
copy_sources() {
  local list=(find conf docs ! -type d -print0)
  [[ ! -e $root/.git ]] || list=(git ls-files -z conf docs)
  (cd "$root" && "${list[@]}" | tar --null -cf - -T -) | tar -C "$1" -xof -
  cp "$root"/{README.md,README.zh-CN.md,CHANGELOG.md,LICENSE,NOTICE} "$1"
}

# Puts what both kinds of archives have into $1.
copy_texts() {
  copy_sources "$1"
  extract_licences "$1/licences"
  write_manual "$1"
}

need_jlink() {
  [[ -x $jdk/bin/jlink ]] \
    || die 2 "$1 needs a JDK with jlink, which $jdk has not; install one (https://adoptium.net) and set JAVA_HOME"
}

# Makes the image in $1, which is not there yet.
make_image() {
  mkdir "$1"
  link_runtime "$1/runtime"
  copy_jars "$1/lib"
  write_programs "$1" "$root/build/dist/program.sh"
  cp "$root/build/dist/make-cache.sh" "$1/lib/make-cache"
  copy_texts "$1"
  make_alike "$1"
  chmod 755 "$1/lib/make-cache"
}

# A folder in target that is removed when we end.
new_stage() {
  mkdir -p "$root/target/dist"
  stage=$(mktemp -d "$root/target/dist/stage-XXXXXX")
  # shellcheck disable=SC2064 # now: what it is called
  trap "rm -rf '$stage'" EXIT
}

# Takes no arguments; makes what all commands that pack need.
start_packing() {
  local command=$1
  shift
  (($# == 0)) || die 2 "$command takes no arguments, and '$1' is one"
  need_jlink "$command"
  # What is made is to depend on nobody's own. UTF-8, for Java to find folders whose names are not ASCII;
  # it sorts as C does, and where it is not known, it is C.
  export LC_ALL=C.UTF-8 TZ=UTC 2>/dev/null
  umask 022
  read_machine
  read_version
  build programs "${programs[@]}"
  new_stage
  say "packing…"
}

# Packs the folder $2 of the folder $1 into the archive $3.
pack() {
  (cd "$1" && find "$2" | LC_ALL=C sort | tar --no-recursion --owner=0 --group=0 --numeric-owner \
    --format=gnu -cf - -T -) | gzip -n >"$3.part"
  mv "$3.part" "$3"
}

# ./mptunnel image: into target/image, with a cache of its own, to be run there or copied.
image() {
  start_packing image "$@"
  make_image "$stage/image"
  rm -rf "$root/target/image"
  mv "$stage/image" "$root/target/image"
  "$root/target/image/lib/make-cache"
  echo "$root/target/image"
}

# ./mptunnel dist: the image as an archive.
make_archive() {
  local name=mptunnel-$version
  archive=$root/target/dist/$name-$system-$machine.tar.gz
  [[ -d $stage/$name ]] || make_image "$stage/$name"
  pack "$stage" "$name" "$archive"
}

dist() {
  start_packing dist "$@"
  make_archive
  local name=mptunnel-$version
  echo "$archive"
  say "$(du -h "$archive" | cut -f 1), unpacked $(du -sh "$stage/$name" | cut -f 1)." \
    "On any $machine machine of the same system, without Java:"
  say "  to install: sudo tar -C /opt -xzf ${archive##*/} && sudo ln -sf /opt/$name/bin/mp* /usr/local/bin/"
  say "  to have it start faster, with less memory: sudo /opt/$name/lib/make-cache"
  say "  to run:     mpserver, mpclient, mpbridge"
  say "  to remove:  sudo rm -r /opt/$name /usr/local/bin/mp{client,server,bridge}"
}
