"""The life of an embedded server, the same for PostgreSQL and Valkey: start or attach, share, stop with the last."""

import signal
import time
from pathlib import Path
from typing import Protocol

from armature.core.embedded.errors import EmbeddedServerFailed, StartedByOthers
from armature.core.embedded.home import Hold, Home
from armature.core.embedded.processes import all_in, free_port, lives_in, send

PAUSE = 0.005  # seconds between two looks
PATIENCE = 1.0  # seconds until children that outlived their server are told to go
TRIES = 10  # ports another process may snatch before us
LARGEST_LOG = 10_000_000  # bytes; a larger one is put aside at the next start


class Program(Protocol):
    """What tells the servers apart."""

    @property
    def name(self) -> str: ...
    @property
    def home(self) -> Home: ...
    @property
    def gentle(self) -> signal.Signals:
        """Ends it without waiting for its clients."""
        ...

    def prepare(self) -> str | None:
        """What has to be there before the first start; what went wrong, or None."""
        ...

    def launch(self, port: int) -> int:
        """Start it and return its pid."""
        ...

    def noted_pid(self) -> int | None:
        """The pid it wrote down, perhaps in an earlier life."""
        ...

    def is_ready(self, pid: int) -> bool:
        """Does the process `pid`, which is alive, take connections?"""
        ...

    def url(self, port: int) -> str: ...


class Server:
    """A running server, kept running until each of its holders, in whatever process, has released it."""

    def __init__(self, program: Program) -> None:
        """Start it, or attach to it. However long it has to recover from a crash, that is waited for."""
        self._program = program
        self._home = program.home
        self._hold = Hold(program.home)
        with self._hold.alone():
            self._hold.take()
            try:
                self._up()
            except BaseException:  # such as Ctrl-C: what has begun to start must not stay
                self._let_go()
                raise

    @property
    def url(self) -> str:
        return self._program.url(self._home.last_port() or 0)

    @property
    def folder(self) -> Path:
        """Where its files are, and its log."""
        return self._home.path

    @property
    def is_running(self) -> bool:
        return self._home.is_running()

    @property
    def pid(self) -> int | None:
        """None where it was killed and not started again."""
        pid = self._program.noted_pid()
        return pid if pid and self._home.is_running() and lives_in(pid, self._home.data) else None

    def revive(self) -> None:
        """Start it again where it was killed, on the same port if that is still free."""
        with self._hold.alone():
            self._up()

    def release(self) -> None:
        """Let go of it; the last holder stops it, and returns when it and all its children are gone."""
        with self._hold.alone():
            self._let_go()

    def __enter__(self) -> "Server":
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    def _let_go(self) -> None:
        if self._hold.let_go():
            self._down(self._program.gentle)
            self._home.remove_socket_folder()

    def _up(self) -> None:
        pid = self._find()
        while pid is None or not self._becomes_ready(pid):
            pid = self._launch()

    def _find(self) -> int | None:
        """The server that lives in our folder; None when nothing of one is left there."""
        since = time.monotonic()
        while self._home.is_running():
            pid = self._program.noted_pid()
            if pid is not None and lives_in(pid, self._home.data):
                return pid
            if time.monotonic() - since > PATIENCE:
                for orphan in all_in(self._home.data):
                    send(orphan.pid, signal.SIGQUIT)
            time.sleep(PAUSE)
        return None

    def _launch(self) -> int:
        """Returns when it takes connections."""
        stale = self._program.noted_pid()
        if stale is not None and lives_in(stale, self._home.data):
            raise StartedByOthers(self._program.name, stale, self._home.data)
        self._put_log_aside()
        if failure := self._program.prepare():
            raise EmbeddedServerFailed(self._program.name, self._home.log, failure)
        for _ in range(TRIES):
            written = self._home.log.stat().st_size if self._home.log.exists() else 0
            port = free_port(self._home.last_port())
            self._home.note_port(port)
            pid = self._program.launch(port)
            if self._becomes_ready(pid):
                return pid
            last_words = self._words_since(written)
            if "in use" not in last_words:
                break
        raise EmbeddedServerFailed(self._program.name, self._home.log, last_words)

    def _becomes_ready(self, pid: int) -> bool:
        """False if it ends instead."""
        while self._home.is_running():
            if self._program.is_ready(pid):
                return True
            time.sleep(PAUSE)
        return False

    def _down(self, number: signal.Signals) -> None:
        while (pid := self._find()) is not None:
            send(pid, number)
            while self._home.is_running() and lives_in(pid, self._home.data):
                time.sleep(PAUSE)

    def _put_log_aside(self) -> None:
        log = self._home.log
        if log.exists() and log.stat().st_size > LARGEST_LOG:
            log.replace(log.with_name("log.old"))

    def _words_since(self, offset: int) -> str:
        with self._home.log.open("rb") as log:
            log.seek(offset)
            return log.read()[-2_000:].decode(errors="replace")
