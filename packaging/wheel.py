#!/usr/bin/env python3
"""Makes a Python wheel that holds the program, so that `pip install` puts `darkload` on the path.

    packaging/wheel.py PROGRAM OUT

The wheel is a zip archive of the program and three files about it (PyPA, "Binary distribution format"). It is tagged by the glibc that the program asks
for. The same program gives the same bytes.
"""

import base64
import hashlib
import os
import pathlib
import platform
import re
import sys
import tomllib
import zipfile

from glibc import newest

ROOT = pathlib.Path(__file__).resolve().parent.parent
# The first moment that a zip archive can name.
EPOCH = (1980, 1, 1, 0, 0, 0)


def digest(data):
    return "sha256=" + base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()


def main():
    program, out = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    package = tomllib.loads((ROOT / "Cargo.toml").read_text())["package"]
    name, version = package["name"], package["version"]
    major, minor = newest(program)
    tag = f"py3-none-manylinux_{major}_{minor}_{platform.machine()}"
    about, data = f"{name}-{version}.dist-info", f"{name}-{version}.data"
    readme = re.sub(r"\]\((?!https?:)[^)]*\)", "]", (ROOT / "README.md").read_text())
    metadata = (f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\nSummary: {package['description']}\nLicense: {package['license']}\n"
                f"Requires-Python: >=3.7\nDescription-Content-Type: text/markdown\n\n{readme}")
    files = [
        (f"{data}/scripts/{name}", program.read_bytes(), 0o755),
        (f"{about}/METADATA", metadata.encode(), 0o644),
        (f"{about}/WHEEL", f"Wheel-Version: 1.0\nGenerator: darkload packaging\nRoot-Is-Purelib: false\nTag: {tag}\n".encode(), 0o644),
    ]
    record = "".join(f"{path},{digest(content)},{len(content)}\n" for path, content, _ in files) + f"{about}/RECORD,,\n"
    files.append((f"{about}/RECORD", record.encode(), 0o644))
    out.mkdir(parents=True, exist_ok=True)
    wheel = out / f"{name}-{version}-{tag}.whl"
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content, mode in files:
            entry = zipfile.ZipInfo(path, EPOCH)
            entry.external_attr, entry.compress_type = (0o100000 | mode) << 16, zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    print(os.fspath(wheel))


if __name__ == "__main__":
    main()
