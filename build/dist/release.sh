# shellcheck shell=bash
# ./mptunnel release: all that is given to people, into target/release, with what it is made of and its
# sums. Two runs on the same commit and JDK make the same bytes. Sourced by the launcher, after the others.

# Writes what the programs are made of, as CycloneDX, to $1: Maven knows its libraries, and we the rest.
write_sbom() {
  local log=$stage/sbom.log goal jdk_version key value more
  # With the root: it runs there alone, and lists what the modules beside it need. Never offline: its goal
  # refuses that.
  goal=(-q -Dquick -pl "$(IFS=, && echo ".,${programs[*]}")" org.cyclonedx:cyclonedx-maven-plugin:makeAggregateBom
    -DoutputReactorProjects=false "-DoutputDirectory=$stage/sbom")
  maven -U -ntp "${goal[@]}" >"$log" 2>&1 \
    || die 1 "the list of what it is made of could not be made: $(tail -n 20 "$log")"
  while IFS='=' read -r key value; do
    case $key in
      IMPLEMENTOR) more=${value//\"/} ;;
      JAVA_RUNTIME_VERSION) jdk_version=${value//\"/} ;;
    esac
  done <"$jdk/release"
  sed "s|@JDK@|$jdk_version|g; s|@JDK_SUPPLIER@|$more|" "$root/build/dist/sbom-more.json" >"$stage/more"
  # Behind the line that begins the list of components.
  sed "/^  \"components\" : \[/r $stage/more" "$stage/sbom/bom.json" >"$1"
  grep -qF "pkg:generic/openjdk@$jdk_version" "$1" \
    || die 1 "the list of what it is made of has another form than we know: the JDK could not be added"
}

release() {
  local out=$root/target/release uncommitted
  if [[ -e $root/.git ]]; then
    uncommitted=$(git -C "$root" status --porcelain)
    [[ -z $uncommitted ]] || die 1 "release takes what is committed, and that is not: $uncommitted"
  fi
  start_packing release "$@"
  [[ $version != "$release" ]] || grep -q "^## \[$release\] - " "$root/CHANGELOG.md" \
    || die 1 "CHANGELOG.md has no section '## [$release] - DATE': cut it, as CONTRIBUTING.md says"
  grep -qF "mptunnel_${release}_" "$root/README.md" \
    || die 1 "README.md speaks of another version than $release"
  rm -rf "$out" "$out.part"
  mkdir -p "$out.part"
  make_archive
  mv "$archive" "$out.part/"
  make_jars_archive
  mv "$archive" "$out.part/"
  make_deb
  mv "$package" "$out.part/"
  write_sbom "$out.part/mptunnel-$version.cdx.json"
  (cd "$out.part" && LC_ALL=C sha256sum -- * >"$stage/sums" && mv "$stage/sums" SHA256SUMS)
  mv "$out.part" "$out"
  cat "$out/SHA256SUMS"
  say "all of it is in $out"
}
