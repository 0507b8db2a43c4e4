# shellcheck shell=bash
# ./mptunnel deb: a package for Debian 12 and newer, Ubuntu 22.04 and newer. Sourced by the launcher,
# after image.sh. What is installed where:
#
#   /usr/lib/mptunnel            the image; lib/mptunnel.aot is made when it is installed
#   /usr/bin/mp*                 links to its commands
#   /usr/lib/systemd/system      the services, of conf/systemd
#   /etc/mptunnel                is not in it: postinst makes the folder, and what is in it is the user's
#   /usr/share                   manual, completion, examples, documents, licences

debian_architecture() {
  case $system-$machine in
    linux-x86_64) echo amd64 ;;
    linux-aarch64) echo arm64 ;;
    *) die 2 "deb knows no Debian architecture for $system on $machine; ./mptunnel jars packs for any" ;;
  esac
}

# Says of the runtime and the native libraries in the image $1 what readelf finds by its option $2.
read_native() {
  find "$1/runtime/bin" "$1/runtime/lib" "$1/lib/native" -type f \
    \( -name '*.so' -o -path '*/bin/*' -o -name jspawnhelper -o -name jexec \) -exec readelf -W "$2" {} +
}

# The newest version of glibc's symbols that they ask for.
needed_glibc() {
  local newest
  newest=$(read_native "$1" --version-info | sed -n 's/.*Name: GLIBC_\(2\.[0-9.]*\) .*/\1/p' | sort -uV | tail -n 1)
  [[ -n $newest ]] || die 2 "deb finds no version of glibc that $jdk asks for"
  echo "$newest"
}

# Dies where they load what is neither there nor in libc6, the one package that ours depends on.
refuse_other_libraries() {
  local library
  while IFS= read -r library; do
    case $library in
      libc.so.6 | libm.so.6 | libdl.so.2 | libpthread.so.0 | librt.so.1 | ld-linux*.so.*) ;;
      *)
        [[ -n $(find "$1" -name "$library") ]] \
          || die 2 "deb needs a JDK that asks for no library but glibc, and $jdk asks for $library; Temurin's does (https://adoptium.net)"
        ;;
    esac
  done < <(read_native "$1" --dynamic | sed -n 's/.*(NEEDED).*\[\(.*\)\]$/\1/p' | sort -u)
}

# Puts the image and the links to it into $1.
install_image() {
  local home=$1/usr/lib/mptunnel program
  mkdir -p "$1/usr/bin" "$1/usr/lib"
  make_image "$home"
  rm -r "${home:?}"/{share,conf,docs,licences,README.md,README.zh-CN.md,CHANGELOG.md,LICENSE,NOTICE}
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
  cp "$sources"/conf/*.conf "$sources/conf/grafana.json" "$doc/examples/"
  cp -R "$sources"/{docs,README.md,README.zh-CN.md,NOTICE,CHANGELOG.md} "$doc/"
  extract_licences "$doc/licences"
  cp "$root/build/dist/debian/copyright" "$doc/"
  printf 'mptunnel (%s) stable; urgency=medium\n\n  * CHANGELOG.md.gz tells what is new.\n\n -- %s  %s\n' \
    "$deb_version" "$maintainer" "$(LC_ALL=C date -u -R -d "$built_at")" >"$doc/changelog"
  mkdir -p "$share/lintian/overrides"
  cp "$root/build/dist/debian/lintian-overrides" "$share/lintian/overrides/mptunnel"
  gzip -9n "$doc/changelog" "$doc/CHANGELOG.md" "$doc"/README*.md
}

# Puts the services into $1.
install_services() {
  mkdir -p "$1"/usr/lib/{systemd/system,sysusers.d,sysctl.d}
  cp "$sources"/conf/systemd/*.service "$1/usr/lib/systemd/system/"
  cp "$sources/conf/systemd/mptunnel.sysusers" "$1/usr/lib/sysusers.d/mptunnel.conf"
  # By a low number: what others and the admin say of the same comes later, and wins.
  cp "$sources/conf/systemd/mptunnel.sysctl" "$1/usr/lib/sysctl.d/10-mptunnel.conf"
}

# As dpkg-gencontrol counts, whatever the file system: a file in KiB, everything else as one.
installed_kilobytes() {
  (cd "$1" && find usr -printf '%y %s\n') \
    | awk '{ sum += $1 == "f" ? int(($2 + 1023) / 1024) : 1 } END { print sum }'
}

# Puts what dpkg reads into $1/DEBIAN.
write_control() {
  local control=$1/DEBIAN script glibc
  glibc=$(needed_glibc "$1/usr/lib/mptunnel")
  refuse_other_libraries "$1/usr/lib/mptunnel"
  mkdir "$control"
  sed -e "s|@VERSION@|$deb_version|" -e "s|@ARCHITECTURE@|$architecture|" \
    -e "s|@GLIBC@|$glibc|" -e "s|@KILOBYTES@|$(installed_kilobytes "$1")|" \
    "$root/build/dist/debian/control" >"$control/control"
  for script in postinst prerm postrm; do
    cp "$root/build/dist/debian/$script" "$control/$script"
  done
  (cd "$1" && find usr -type f -print0 | LC_ALL=C sort -z | xargs -0 md5sum) >"$control/md5sums"
}

# Sets $package.
make_deb() {
  local tree=$stage/deb sources=$stage/sources architecture deb_version maintainer
  command -v dpkg-deb >/dev/null && command -v readelf >/dev/null \
    || die 2 "deb needs dpkg-deb and readelf; install them (apt-get install dpkg binutils)"
  architecture=$(debian_architecture)
  deb_version=${version/-SNAPSHOT/'~snapshot'}
  maintainer=$(sed -n 's/^Maintainer: //p' "$root/build/dist/debian/control")
  mkdir "$tree" "$sources"
  copy_sources "$sources"
  install_image "$tree"
  install_documents "$tree"
  install_services "$tree"
  write_control "$tree"
  make_alike "$tree"
  chmod 755 "$tree"/DEBIAN/{postinst,prerm,postrm} "$tree/usr/lib/mptunnel/lib/make-cache"
  package=$root/target/dist/mptunnel_${deb_version}_$architecture.deb
  # One thread: several would cut what is compressed in as many pieces. By the environment: a dpkg before
  # 1.21.9 knows no such option.
  SOURCE_DATE_EPOCH=$(date -u -d "$built_at" +%s) DPKG_DEB_THREADS_MAX=1 dpkg-deb --root-owner-group -Zxz \
    --build "$tree" "$package" >"$stage/log" 2>&1 || die 1 "dpkg-deb failed: $(cat "$stage/log")"
}

deb() {
  start_packing deb "$@"
  make_deb
  echo "$package"
  say "to install: sudo apt-get install ${package#"$PWD"/}"
}
