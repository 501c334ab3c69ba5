#!/usr/bin/env bash
# Programs for systems other than the one this runs on: Linux without glibc (musl) and Windows. NOT RUN where darkload is developed: the standard
# libraries of these targets cannot be fetched there. Run it where `rustup target add` works, and try what comes out before giving it to anybody.
#   packaging/release.sh OUT
set -euo pipefail
cd "$(dirname "$0")/.."
out=${1:?give a folder}
mkdir -p "$out"
python3 -m venv target/zig
target/zig/bin/pip install --quiet "ziglang==0.17.*" "cargo-zigbuild==0.24.*"
export PATH="$PWD/target/zig/bin:$PATH"
for target in x86_64-unknown-linux-musl aarch64-unknown-linux-musl aarch64-unknown-linux-gnu.2.17 x86_64-pc-windows-gnu; do
  rustup target add "${target%.2.17}"
  cargo zigbuild --release --locked --target "$target" --bin darkload
  built=target/${target%.2.17}/release/darkload
  case $target in
    *windows*) cp "$built.exe" "$out/darkload-$target.exe" ;;
    *) cp "$built" "$out/darkload-$target" ;;
  esac
done
(cd "$out" && sha256sum darkload-* > SHA256SUMS)
