#!/usr/bin/env python3
"""Makes an OCI image of a program that is built already: one layer with the program and the libraries that it loads, nothing else.

    packaging/image.py PROGRAM OUT.tar

The archive is an OCI image layout (opencontainers/image-spec 1.1), as `podman load`, `docker load` (from 25) and `skopeo copy oci-archive:` take it:

    docker run --rm --network none -v "$PWD:/data" darkload scan /data/readings --out /data/result

The same program and libraries give the same bytes.
"""

import gzip
import hashlib
import io
import json
import pathlib
import platform
import re
import subprocess
import sys
import tarfile

ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}


def tar(files):
    """An uncompressed archive of (path, content, mode), with the folders above; owned by root, from the first moment of time."""
    buffer, folders = io.BytesIO(), set()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for path, content, mode in files:
            above = [str(folder) for folder in reversed(pathlib.PurePosixPath(path).parents) if str(folder) != "."]
            for folder in [folder for folder in above if folder not in folders]:
                folders.add(folder)
                entry = tarfile.TarInfo(folder)
                entry.type, entry.mode = tarfile.DIRTYPE, 0o1777 if folder in ("tmp", "data") else 0o755
                archive.addfile(entry)
            entry = tarfile.TarInfo(path)
            if content is None:
                entry.type, entry.mode = tarfile.DIRTYPE, mode
                archive.addfile(entry)
            else:
                entry.size, entry.mode = len(content), mode
                archive.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()


def libraries(program):
    """What the loader finds for the program, at the paths where it finds it."""
    told = subprocess.run(["ldd", program], capture_output=True, text=True, check=True).stdout
    return sorted(set(re.findall(r"(?:=> )?(/\S+) \(0x", told)))


def blob(content):
    return "sha256:" + hashlib.sha256(content).hexdigest(), len(content)


def main():
    program, out = sys.argv[1], pathlib.Path(sys.argv[2])
    files = [("usr/bin/darkload", pathlib.Path(program).read_bytes(), 0o755)]
    files += [(library.lstrip("/"), pathlib.Path(library).read_bytes(), 0o755) for library in libraries(program)]
    layer = tar([*files, ("tmp", None, 0o1777), ("data", None, 0o1777)])
    packed = gzip.compress(layer, mtime=0)
    config = json.dumps({"architecture": ARCHITECTURES[platform.machine()], "os": "linux", "rootfs": {"type": "layers", "diff_ids": [blob(layer)[0]]},
                         "config": {"Entrypoint": ["/usr/bin/darkload"], "WorkingDir": "/data", "Env": ["PATH=/usr/bin"], "User": "65534:65534"}}).encode()
    of = lambda kind, content: {"mediaType": f"application/vnd.oci.image.{kind}", "digest": blob(content)[0], "size": len(content)}
    manifest = json.dumps({"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json", "config": of("config.v1+json", config),
                           "layers": [of("layer.v1.tar+gzip", packed)]}).encode()
    index = json.dumps({"schemaVersion": 2, "manifests": [{**of("manifest.v1+json", manifest), "annotations": {"org.opencontainers.image.ref.name": "darkload"}}]}).encode()
    blobs = [(f"blobs/sha256/{blob(content)[0][7:]}", content, 0o644) for content in (config, packed, manifest)]
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_bytes(tar([("oci-layout", b'{"imageLayoutVersion": "1.0.0"}', 0o644), ("index.json", index, 0o644), *blobs]))
    print(out)


if __name__ == "__main__":
    main()
