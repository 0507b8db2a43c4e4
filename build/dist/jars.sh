# shellcheck shell=bash
# ./mptunnel jars: an archive of the jars alone, for a Java 25 that is there already, on any processor and
# system. Sourced by the launcher, after image.sh.

# Puts all of it into $1.
make_jars() {
  mkdir "$1" "$1/lib"
  cp "$built"/*.jar "$1/lib"
  write_programs "$1" "$root/build/dist/program-jars.sh"
  copy_texts "$1"
  cp "$root/build/dist/jars.md" "$1/JARS.md"
  make_alike "$1"
  chmod 755 "$1"/bin/*
}

# Sets $archive.
make_jars_archive() {
  local name=mptunnel-$version-jars
  archive=$root/target/dist/$name.tar.gz
  make_jars "$stage/$name"
  pack "$stage" "$name" "$archive"
}

jars() {
  start_packing jars "$@"
  make_jars_archive
  echo "$archive"
}
