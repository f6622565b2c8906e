"""Starting a server's process and recognising it again."""

import errno
import fcntl
import os
import random
import signal
import socket
import subprocess
import threading
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import TypedDict

import psutil

from armature.core.embedded.accounts import Account
from armature.core.embedded.home import Entrance, Home

NEVER_OUTGOING = range(20_000, 32_000)
TRIES = 100
INHERITED = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")


class Rights(TypedDict):
    """What of a process's rights `subprocess` can set; nobody else may read what it writes."""

    umask: int
    user: int | None
    group: int | None
    extra_groups: list[int] | None


def rights(account: Account | None) -> Rights:
    if account is None:
        return {"umask": 0o077, "user": None, "group": None, "extra_groups": None}
    return {"umask": 0o077, "user": account.uid, "group": account.gid, "extra_groups": []}


def spawn(home: Home, entrance: Entrance, command: Sequence[str | Path], input_text: str = "") -> int:
    """Start a server in a session of its own (Ctrl-C is not for it), its lock held by itself; return its pid."""
    running = os.open(home.running, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(running, fcntl.LOCK_EX)
        with home.log.open("ab") as log:
            process = subprocess.Popen(  # noqa: S603
                command,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                cwd=home.path,
                env=environment(),
                pass_fds=(running, *entrance.descriptors),
                start_new_session=True,
                **rights(home.account),
            )
    finally:
        os.close(running)
    # Waiting for it in a thread leaves no zombie behind when it ends, whoever ends it.
    threading.Thread(target=process.communicate, args=(input_text.encode(),), daemon=True).start()
    return process.pid


def run(home: Home, entrance: Entrance, command: Sequence[str | Path], input_text: str = "") -> str | None:
    """Run a program to its end, its output in the log; None, or its output where it failed."""
    with home.running.open("ab") as running:
        fcntl.flock(running, fcntl.LOCK_EX)
        done = subprocess.run(  # noqa: S603
            command,
            input=input_text,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=home.path,
            env=environment(),
            pass_fds=(running.fileno(), *entrance.descriptors),
            check=False,
            **rights(home.account),
        )
    with home.log.open("a") as log:
        log.write(done.stdout)
    return done.stdout if done.returncode else None


def environment() -> dict[str, str]:
    """Not ours: PGDATA and the like would have their say."""
    return {"LC_ALL": "C", "TZ": "UTC"} | {name: os.environ[name] for name in INHERITED if name in os.environ}


def lives_in(pid: int, folder: Path) -> bool:
    """Does the process work in this folder? A pid alone says nothing: it may have been given to another process."""
    try:
        return Path(psutil.Process(pid).cwd()) == folder
    except (psutil.Error, OSError):
        return False


def all_in(folder: Path) -> Iterator[psutil.Process]:
    return (each for each in psutil.process_iter() if lives_in(each.pid, folder))


def send(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def free_port(wanted: int | None = None) -> int:
    """A port nobody listens on just now: the one wanted, if possible. Another process may still be faster.

    Of those that a system doesn't give to outgoing connections (32768 and more on Linux): such a connection may hold
    the port of a server that starts again, even the connection of a client that waits for this server (RFC 9293,
    simultaneous open).
    """
    for port in chain([wanted] if wanted else [], random.SystemRandom().sample(NEVER_OUTGOING, TRIES)):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError as error:
                if error.errno not in {errno.EADDRINUSE, errno.EACCES}:
                    raise
            else:
                return port
    raise OSError(errno.EADDRINUSE, f"{TRIES} ports were in use.")
