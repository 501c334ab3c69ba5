#!/usr/bin/env bash
# Everything that can be handed to people without Rust, made and started once here: the program for old Linux systems, a Python wheel, a Debian package,
# an OCI image.
#   packaging/all.sh OUT
set -euo pipefail
cd "$(dirname "$0")/.."
out=$(realpath -m "${1:?give a folder}")
mkdir -p "$out"
try=$(mktemp -d)
trap 'rm -rf "$try"' EXIT

packaging/portable.sh "$out"
program=$out/darkload
"$program" --version

wheel=$(python3 packaging/wheel.py "$program" "$out")
python3 -m venv "$try/venv"
"$try/venv/bin/pip" install --quiet --no-index "$wheel"
echo "wheel: $(env -i "$try/venv/bin/darkload" --version)"

if command -v dpkg-deb >/dev/null; then
  deb=$(packaging/deb.sh "$program" "$out")
  dpkg-deb -x "$deb" "$try/deb"
  echo "deb: $(env -i "$try/deb/usr/bin/darkload" --version), $(find "$try/deb/usr/share/man" -name '*.gz' | wc -l) manual pages"
fi

image=$(python3 packaging/image.py "$program" "$out/darkload-image.tar")
if [ "$(id -u)" = 0 ]; then
  mkdir -p "$try/image" "$try/root"
  tar -xf "$image" -C "$try/image"
  # The layer is the one blob that is a gzip archive.
  for blob in "$try"/image/blobs/sha256/*; do tar -xzf "$blob" -C "$try/root" 2>/dev/null || true; done
  cp -r samples/head_end_csv "$try/root/data/"
  chroot "$try/root" /usr/bin/darkload scan /data/head_end_csv/readings.csv --out /data/result --quiet
  echo "image: a scan in an empty root left $(find "$try/root/data/result" -type f | wc -l) files"
fi
ls -l "$out"
