"""Everything a run starts, in a folder of its own: PostgreSQL, Valkey, the server, the bare route. All end with it."""

import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

from armature.core.db import Database, open_database
from armature.core.embedded import Server, start_postgres, start_valkey
from armature.core.embedded.processes import free_port
from armature.migrations.catalog.migrate import migrate_catalog

POSTGRES = {
    "fsync": "on",
    "shared_buffers": "1GB",
    "jit": "off",
    # No checkpoint in the middle of a round.
    "max_wal_size": "8GB",
    "checkpoint_timeout": "1h",
}
SETTINGS = ("ARMATURE_", "DATABASE_", "DB_", "REDIS")
ARMATURE = Path(sys.executable).parent / "armature"


@dataclass(frozen=True, slots=True)
class Machine:
    folder: Path
    postgres: Server
    valkey: Server
    database: Database


@dataclass(frozen=True, slots=True)
class Serving:
    """A process that answers HTTP at `port`."""

    pid: int
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@asynccontextmanager
async def machine() -> AsyncIterator[Machine]:
    with _folder() as folder, start_postgres(folder, settings=POSTGRES) as postgres, start_valkey(folder) as valkey:
        await migrate_catalog(postgres.url)
        database = await open_database(postgres.url)
        try:
            yield Machine(folder, postgres, valkey, database)
        finally:
            await database.close()


@contextmanager
def _folder() -> Iterator[Path]:
    """Open enough for the account as whom root's servers run."""
    folder = Path(tempfile.mkdtemp(prefix="armature-bench-"))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


@contextmanager
def armature(on: Machine, command: Sequence[str | Path] = (ARMATURE, "serve")) -> Iterator[Serving]:
    """The server with its default settings."""
    port = free_port()
    settings = {
        "DATABASE_URL": on.postgres.url,
        "REDIS_URL": on.valkey.url,
        "ARMATURE_PORT": str(port),
        "ARMATURE_SECRET_KEY": secrets.token_urlsafe(32),
        "ARMATURE_RATE_LIMIT": "100000000",  # limits are counted, and never reached
    }
    with running(command, port, settings) as serving:
        yield serving


@contextmanager
def bare(on: Machine, schema: str) -> Iterator[Serving]:
    port = free_port()
    command = [sys.executable, "-m", "bench.bare", str(port), schema]
    with running(command, port, {"DATABASE_URL": on.postgres.url}) as serving:
        yield serving


@contextmanager
def running(command: Sequence[str | Path], port: int, settings: Mapping[str, str]) -> Iterator[Serving]:
    """A server while it answers."""
    process = subprocess.Popen(command, env=environment(settings), stdout=subprocess.DEVNULL)
    try:
        _await_answer(process, port)
        yield Serving(process.pid, port)
    finally:
        process.terminate()
        process.wait()


def environment(settings: Mapping[str, str]) -> dict[str, str]:
    """Settings of whoever runs the bench are not the server's."""
    return {name: value for name, value in os.environ.items() if not name.startswith(SETTINGS)} | dict(settings)


def _await_answer(process: "subprocess.Popen[bytes]", port: int) -> None:
    """Any answer to any request will do."""
    while process.poll() is None:
        connection = HTTPConnection("127.0.0.1", port)
        try:
            connection.request("GET", "/healthz")
            connection.getresponse().read()
        except OSError:
            time.sleep(0.02)
        else:
            return
        finally:
            connection.close()
    raise SystemExit(f"{process.args!r} ended with {process.returncode}; what it said is above.")
