#!/usr/bin/env python3
"""Tells the newest version of glibc that a program asks for, and fails where that is newer than wanted.

    packaging/glibc.py PROGRAM [MOST]
"""

import pathlib
import re
import sys


def newest(program):
    """The newest `GLIBC_x.y` among the versions that an ELF file names, as two numbers."""
    found = re.findall(rb"\0GLIBC_(\d+)\.(\d+)(?:\.\d+)?\0", pathlib.Path(program).read_bytes().replace(b"\0", b"\0\0"))
    return max((int(major), int(minor)) for major, minor in found)


def main():
    program, most = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else None
    version = newest(program)
    print("{}.{}".format(*version))
    if most and version > tuple(int(part) for part in most.split(".")):
        sys.exit(f"{program} asks for glibc {version[0]}.{version[1]}, wanted is {most} or older")


if __name__ == "__main__":
    main()
