#!/usr/bin/env bash
# A Debian package of a program that is built already: the program, its manual pages, completions for three shells and the licences of what is in it.
#   packaging/deb.sh PROGRAM OUT     leaves OUT/darkload_VERSION_ARCH.deb
set -euo pipefail
cd "$(dirname "$0")/.."
program=$(realpath "${1:?give the program}")
out=${2:?give a folder for the package}
version=$("$program" --version | cut -d' ' -f2)
arch=$(dpkg --print-architecture)
glibc=$(python3 packaging/glibc.py "$program")
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
chmod 755 "$root"

install -Dm755 "$program" "$root/usr/bin/darkload"
install -dm755 "$root/usr/share/man/man1" "$root/usr/share/bash-completion/completions" "$root/usr/share/zsh/vendor-completions" "$root/usr/share/fish/vendor_completions.d"
"$program" manual --out "$root/usr/share/man/man1"
gzip -9n "$root"/usr/share/man/man1/*.1
"$program" completions bash > "$root/usr/share/bash-completion/completions/darkload"
"$program" completions zsh > "$root/usr/share/zsh/vendor-completions/_darkload"
"$program" completions fish > "$root/usr/share/fish/vendor_completions.d/darkload.fish"
install -Dm644 README.md "$root/usr/share/doc/darkload/README.md"
{
  printf 'Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\nUpstream-Name: darkload\n\nFiles: *\nCopyright: the authors of darkload\nLicense: MIT or Apache-2.0\n'
  printf 'Comment: the program holds crates under the licences that Cargo.lock and deny.toml name.\n'
} > "$root/usr/share/doc/darkload/copyright"
find "$root" -type f -exec chmod go+r,go-w {} +

mkdir -p "$root/DEBIAN" "$out"
cat > "$root/DEBIAN/control" <<CONTROL
Package: darkload
Version: $version
Architecture: $arch
Maintainer: the authors of darkload <darkload@localhost>
Depends: libc6 (>= $glibc)
Section: science
Priority: optional
Installed-Size: $(du -sk "$root/usr" | cut -f1)
Description: finds hidden crypto-mining load in meter data
 Reads a dump of meter readings and writes a ranked, explained list of usage
 points and grid nodes whose load fits a hidden farm. Opens no network
 connection.
CONTROL
dpkg-deb -Zgzip --root-owner-group --build "$root" "$out/darkload_${version}_$arch.deb" >/dev/null
echo "$out/darkload_${version}_$arch.deb"
