"""autocannon, locked in npm/, run by the machine's Node or that of `requirements/node.txt`."""

import subprocess
from functools import partial
from pathlib import Path

import msgspec

from bench.load.request import Generator, Load, Request
from web.build import machine_node, wheel_node

HERE = Path(__file__).parent / "npm"
SCRIPT = HERE / "node_modules" / "autocannon" / "autocannon.js"


def find_autocannon() -> Generator | None:
    try:
        node = machine_node(lambda *_: True) or wheel_node()
        node.install(HERE, "--ignore-scripts")
    except subprocess.CalledProcessError:
        return None
    return partial(run, node.node)


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


def run(node: str, request: Request, connections: int, seconds: int) -> Load:
    if request.keys:
        raise SystemExit("Requests of many workspaces need wrk: `apt-get install wrk`.")
    command = [node, str(SCRIPT), "--json", "--no-progress", "-c", str(connections), "-d", str(seconds)]
    if request.key is not None:
        command += ["-H", f"Authorization=Bearer {request.key}"]
    if request.body is not None:
        command += ["-m", "POST", "-H", "Content-Type=application/json", "-b", request.body]
    done = subprocess.run([*command, request.url], capture_output=True, text=True, check=True)
    found = msgspec.json.decode(done.stdout, type=_Result)
    return Load(found.requests.total, found.duration, found.latency.p50, found.latency.p99, found.errors + found.non2xx)
