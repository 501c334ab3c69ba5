#!/usr/bin/env bash
# The program for Linux systems from glibc 2.17 (2012) on: linked anew with the zig linker from PyPI; nothing is compiled a second time.
#   packaging/portable.sh OUT     leaves OUT/darkload
# Needs Rust and python3; installs the packages ziglang and cargo-zigbuild into a virtual environment of its own (DARKLOAD_ZIG, default target/zig).
set -euo pipefail
cd "$(dirname "$0")/.."
out=${1:?give a folder for the program}
zig=$(realpath -m "${DARKLOAD_ZIG:-target/zig}")
mkdir -p "$out"

if [ ! -x "$zig/bin/cargo-zigbuild" ]; then
  python3 -m venv "$zig"
  "$zig/bin/pip" install --quiet "ziglang==0.17.*" "cargo-zigbuild==0.24.*"
fi
arch=$(uname -m)
linker="$zig/link-$arch-2.17"
printf '#!/bin/sh\nPATH="%s:$PATH" exec "%s" zig cc -- -target %s-linux-gnu.2.17 "$@"\n' "$zig/bin" "$zig/bin/cargo-zigbuild" "$arch" > "$linker"
chmod +x "$linker"

# Arguments behind -- belong to the program's own crate: the library and all crates below it are taken as they were built.
built=$(cargo rustc --release --locked --bin darkload --message-format json -- -C "linker=$linker" |
  python3 -c 'import json, sys
for line in sys.stdin:
    message = json.loads(line)
    if message.get("reason") == "compiler-artifact" and message.get("executable"):
        print(message["executable"])' | tail -1)
cp "$built" "$out/darkload"
# A later build finds its own program again, not this one.
touch src/main.rs
python3 packaging/glibc.py "$out/darkload" 2.17
