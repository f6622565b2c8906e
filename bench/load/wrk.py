"""wrk, one thread; installed from Debian where we may."""

import os
import shutil
import subprocess
from pathlib import Path

import msgspec

from bench.load.request import Generator, Load, Request

SCRIPT = Path(__file__).with_name("wrk.lua")


def find_wrk() -> Generator | None:
    return run if shutil.which("wrk") or _installed() else None


def _installed() -> bool:
    """Only root of a Debian can; it is told what happens."""
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return False
    print("Installing wrk with apt-get ...", flush=True)
    for command in (("update",), ("install", "--yes", "--no-install-recommends", "wrk")):
        if subprocess.run(["apt-get", "-qq", *command], check=False).returncode:
            return False
    return shutil.which("wrk") is not None


def run(request: Request, connections: int, seconds: int) -> Load:
    given = {
        "BENCH_METHOD": "GET" if request.body is None else "POST",
        "BENCH_BODY": request.body,
        "BENCH_KEY": request.key,
        "BENCH_KEYS": " ".join(request.keys),
    }
    done = subprocess.run(
        ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "30s", "-s", str(SCRIPT), request.url],
        env={**os.environ, **{name: value for name, value in given.items() if value is not None}},
        capture_output=True,
        text=True,
        check=True,
    )
    return msgspec.json.decode(done.stdout.strip().splitlines()[-1], type=Load)
