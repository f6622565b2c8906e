"""The servers all tests share: one PostgreSQL and one Valkey a run, whatever the number of workers."""

import asyncio
import itertools
import os
import secrets
import shutil
import tempfile
import threading
from collections.abc import Coroutine, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit, urlunsplit

import asyncpg
from redis import Redis

from armature.core.embedded import FAST_AND_LOSSY, start_postgres, start_valkey
from armature.core.embedded.home import Home

T = TypeVar("T")


def make_folder() -> Path:
    """For the servers' data; open enough for the user as whom root's servers run."""
    folder = Path(tempfile.mkdtemp(prefix="armature-tests-"))
    folder.chmod(0o711)
    return folder


def remove_folder(folder: Path) -> None:
    """Servers that a killed process left running in it are stopped first."""
    for name, start in {"postgres": start_postgres, "valkey": start_valkey}.items():
        home = Home(folder / name, None)
        if home.path.exists() and home.is_running():
            start(folder).release()
    shutil.rmtree(folder)


@contextmanager
def postgres(folder: Path) -> Iterator[str]:
    """The URL of a role that may create databases: DATABASE_URL's, or that of a server of our own."""
    if given := os.environ.get("DATABASE_URL"):
        yield given
        return
    with start_postgres(folder, settings=FAST_AND_LOSSY) as server:
        yield server.url


@contextmanager
def valkey(folder: Path, worker: int) -> Iterator[str]:
    """The URL of a database of this worker's own: the first has number 1, so that 0 is nobody's."""
    with ExitStack() as stack:
        given = os.environ.get("REDIS_URL")
        url = given or stack.enter_context(start_valkey(folder)).url
        yield urlunsplit(urlsplit(url)._replace(path=f"/{worker + 1}"))


def flush(redis_url: str) -> None:
    with Redis.from_url(redis_url) as client:
        client.flushdb()


class Databases:
    """Makes and drops databases on one server. Its connection lives in a thread, so that any test may call it."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._prefix = f"test_{secrets.token_hex(4)}"
        self._count = itertools.count(1)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self._connection = self._run(asyncpg.connect(url))

    def create(self, template: str | None = None) -> str:
        """The URL of a new database: empty, or a copy of the one whose URL is `template`."""
        name = f"{self._prefix}_{next(self._count)}"
        source = urlsplit(template).path.lstrip("/") if template else "template0"
        self._run(self._connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{source}"'))
        return urlunsplit(urlsplit(self._url)._replace(path=f"/{name}"))

    def drop(self, url: str) -> None:
        """Connections that are still open are closed by the server."""
        name = urlsplit(url).path.lstrip("/")
        self._run(self._connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))

    def close(self) -> None:
        self._run(self._connection.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()
