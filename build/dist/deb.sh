# shellcheck shell=bash
# ./mptunnel deb: a package for Debian 12 and newer, Ubuntu 22.04 and newer. Sourced by the launcher,
# after image.sh. What is installed where:
#
#   /usr/lib/mptunnel            the image; lib/mptunnel.aot is made when it is installed
#   /usr/bin/mp*                 links to its commands
#   /usr/lib/systemd/system      the services, of conf/systemd
#   /etc/mptunnel                empty: what is put there is the user's
#   /usr/share                   manual, completion, examples, documents, licences

debian_architecture() {
  case $machine in
    x86_64) echo amd64 ;;
    aarch64) echo arm64 ;;
    *) die 2 "deb knows no Debian architecture for $machine; ./mptunnel jars packs for any" ;;
  esac
}

# The newest version of glibc's symbols that the runtime and the native libraries ask for.
needed_glibc() {
  find "$1" -type f \( -name '*.so' -o -path '*/bin/*' -o -name jspawnhelper \) \
    -exec grep -aohE 'GLIBC_2\.[0-9]+(\.[0-9]+)?' {} + | sed 's/GLIBC_//' | sort -uV | tail -n 1
}

# Puts the image and the links to it into $1.
install_image() {
  local home=$1/usr/lib/mptunnel program
  mkdir -p "$1/usr/bin" "$1/usr/lib"
  make_image "$home"
  rm -r "${home:?}"/{share,conf,docs,licences,README.md,CHANGELOG.md,LICENSE,NOTICE}
  for program in "${installed_programs[@]}"; do
    ln -s "../lib/mptunnel/bin/$program" "$1/usr/bin/$program"
  done
}

# Puts manual, completion, examples and documents into $1.
install_documents() {
  local share=$1/usr/share doc=$1/usr/share/doc/mptunnel
  mkdir -p "$share/bash-completion/completions" "$doc/examples"
  write_manual "$1/usr"
  mv "$share"/bash-completion/mp* "$share/bash-completion/completions/"
  find "$share/man" -type f -exec gzip -9n {} +
  cp "$root"/conf/*.conf "$root/conf/grafana.json" "$doc/examples/"
  cp -R "$root/docs" "$doc/"
  cp "$root/README.md" "$root/NOTICE" "$doc/"
  cp "$root/CHANGELOG.md" "$doc/CHANGELOG.md"
  extract_licences "$doc/licences"
  cp "$root/build/dist/debian/copyright" "$doc/"
  printf 'mptunnel (%s) stable; urgency=medium\n\n  * CHANGELOG.md.gz tells what is new.\n\n -- %s  %s\n' \
    "$deb_version" "$maintainer" "$(LC_ALL=C date -u -R -d "$built_at")" >"$doc/changelog"
  mkdir -p "$share/lintian/overrides"
  cp "$root/build/dist/debian/lintian-overrides" "$share/lintian/overrides/mptunnel"
  gzip -9n "$doc/changelog" "$doc/CHANGELOG.md" "$doc/README.md"
}

# Puts the services into $1.
install_services() {
  mkdir -p "$1"/usr/lib/{systemd/system,sysusers.d,sysctl.d} "$1/etc/mptunnel"
  cp "$root"/conf/systemd/*.service "$1/usr/lib/systemd/system/"
  cp "$root/conf/systemd/mptunnel.sysusers" "$1/usr/lib/sysusers.d/mptunnel.conf"
  cp "$root/conf/systemd/mptunnel.sysctl" "$1/usr/lib/sysctl.d/50-mptunnel.conf"
}

# Puts what dpkg reads into $1/DEBIAN.
write_control() {
  local control=$1/DEBIAN script
  mkdir "$control"
  sed -e "s|@VERSION@|$deb_version|" -e "s|@ARCHITECTURE@|$architecture|" \
    -e "s|@GLIBC@|$(needed_glibc "$1/usr/lib/mptunnel")|" \
    -e "s|@KILOBYTES@|$(du -sk --apparent-size "$1" | cut -f 1)|" \
    "$root/build/dist/debian/control" >"$control/control"
  for script in postinst prerm postrm; do
    cp "$root/build/dist/debian/$script" "$control/$script"
  done
  (cd "$1" && find usr etc -type f -print0 | LC_ALL=C sort -z | xargs -0 md5sum) >"$control/md5sums"
}

# Sets $package.
make_deb() {
  local tree=$stage/deb architecture deb_version maintainer
  command -v dpkg-deb >/dev/null || die 2 "deb needs dpkg-deb; install it (apt-get install dpkg)"
  architecture=$(debian_architecture)
  deb_version=${version/-SNAPSHOT/'~snapshot'}
  maintainer=$(sed -n 's/^Maintainer: //p' "$root/build/dist/debian/control")
  mkdir "$tree"
  install_image "$tree"
  install_documents "$tree"
  install_services "$tree"
  write_control "$tree"
  make_alike "$tree"
  chmod 755 "$tree"/DEBIAN/{postinst,prerm,postrm} "$tree/usr/lib/mptunnel/lib/make-cache"
  package=$root/target/dist/mptunnel_${deb_version}_$architecture.deb
  # One thread: several would cut what is compressed in as many pieces.
  SOURCE_DATE_EPOCH=$(date -u -d "$built_at" +%s) dpkg-deb --root-owner-group -Zxz --threads-max=1 \
    --build "$tree" "$package" >"$stage/log" 2>&1 || die 1 "dpkg-deb failed: $(cat "$stage/log")"
}

deb() {
  start_packing deb "$@"
  make_deb
  echo "$package"
  say "to install: sudo apt-get install ${package#"$PWD"/}"
}
