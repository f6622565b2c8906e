"""The command line in processes of its own, as people run it."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import psutil

BARE = {"DATABASE_URL": "", "REDIS_URL": "", "ARMATURE_SECRET_KEY": ""}
ARMATURE = (sys.executable, "-m", "armature")


@dataclass(frozen=True)
class Up:
    """`armature up`, ready. `ready` is what its ready file says, `printed` where its output goes."""

    process: "subprocess.Popen[bytes]"
    ready: dict[str, Any]
    printed: Path

    def ask(self, query: str, key: str | None = None, path: str = "/graphql") -> dict[str, Any]:
        headers = {"authorization": f"Bearer {key or self.ready['apiKey']}"}
        answer = httpx2.post(f"{self.ready['url']}{path}", json={"query": query}, headers=headers, timeout=None)
        found: dict[str, Any] = answer.json()
        return found

    def own_servers(self) -> list[psutil.Process]:
        """PostgreSQL and Valkey, where it has started them."""
        return [each for each, is_worker in self._children() if not is_worker]

    def worker(self) -> psutil.Process | None:
        """It is started a little after the first answer."""
        return next((each for each, is_worker in self._children() if is_worker), None)

    def _children(self) -> Iterator[tuple[psutil.Process, bool]]:
        """With whether it is a worker. Some may go while they are looked at."""
        for each in psutil.Process(self.process.pid).children():
            with suppress(psutil.NoSuchProcess):
                if is_alive(each):
                    yield each, "armature.workers.child" in each.cmdline()

    def end(self, number: signal.Signals = signal.SIGTERM) -> None:
        self.process.send_signal(number)
        assert self.process.wait() == 0, self.printed.read_text()


@contextmanager
def upped(data_dir: Path, *options: str, **environment: str) -> Iterator[Up]:
    """`armature up` from its first answer to its end."""
    ready_file, printed = data_dir / "ready.json", data_dir / "printed"
    ready_file.unlink(missing_ok=True)
    with printed.open("wb") as output, started(data_dir, *options, output=output, **environment) as process:
        while not ready_file.exists() and process.poll() is None:
            time.sleep(0.02)
        assert process.returncode is None, printed.read_text()
        up = Up(process, json.loads(ready_file.read_text()), printed)
        try:
            yield up
        finally:
            if process.poll() is None:
                up.end()


def started(data_dir: Path, *options: str, output: Any = None, **environment: str) -> "subprocess.Popen[bytes]":
    """`armature up` on any port, not yet ready."""
    return subprocess.Popen(
        [*ARMATURE, "up", "--port=0", f"--data-dir={data_dir}", f"--ready-file={data_dir / 'ready.json'}", *options],
        env={**os.environ, **BARE, **environment},
        stdout=output or subprocess.DEVNULL,
        stderr=subprocess.STDOUT,
    )


def armature(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Any command, run to its end."""
    return subprocess.run(
        [*ARMATURE, *arguments], env={**os.environ, **BARE, **environment}, capture_output=True, text=True
    )


def is_alive(process: psutil.Process) -> bool:
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE


def working_in(folder: Path) -> list[psutil.Process]:
    """Processes of any kind whose working directory is somewhere below the folder."""
    found = []
    for process in psutil.process_iter():
        try:
            if is_alive(process) and os.path.commonpath([process.cwd(), folder]) == str(folder):
                found.append(process)
        except (psutil.Error, OSError, ValueError):  # one that is just going has no folder any more
            continue
    return found
