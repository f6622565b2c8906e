"""What the commands share: options, the database they work on, how they print."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TypeVar

import click
import msgspec

from armature.core.acting import ACTING, Acting
from armature.core.errors import Unavailable
from armature.core.settings import read_settings
from armature.server.local import DATA_DIR, NoCatalog, database_url

if TYPE_CHECKING:
    from armature.core.db import Database

T = TypeVar("T")

data_dir_option = click.option(
    "--data-dir",
    type=click.Path(file_okay=False, path_type=Path),
    default=DATA_DIR,
    show_default=True,
    help="Where `up` keeps its servers' data, and its secrets. Not looked at where DATABASE_URL is set.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, for scripts.")
workspace_option = click.option(
    "--workspace", "workspace_id", type=click.UUID, help="Its id.  [default: the only one there is]"
)


class CutOff(Unavailable):
    def __init__(self) -> None:
        super().__init__(
            "The connection to the database broke off.", hint="What was not finished is undone: run it again."
        )


def opened(path: Path | None, mode: str) -> IO[Any]:
    """A file to write that is there when all of it is, or standard output. Raises click.FileError."""
    encoding = None if "b" in mode else "utf-8"
    try:
        return click.open_file("-" if path is None else str(path), mode, encoding, atomic=path is not None)
    except OSError as error:
        raise click.FileError(str(path), error.strerror) from error


def on_database(data_dir: Path, work: "Callable[[Database], Awaitable[T]]") -> T:
    import asyncpg

    from armature.core.db import BROKEN_OFF, open_database

    async def worked(url: str) -> T:
        ACTING.set(Acting(click.get_current_context().command_path))
        db = await open_database(url, pool_size=2)
        try:
            return await work(db)
        except (asyncpg.UndefinedTableError, asyncpg.InvalidSchemaNameError) as error:
            raise NoCatalog from error
        except (*BROKEN_OFF, asyncpg.InterfaceError) as error:
            if isinstance(error, asyncpg.InterfaceError) and "closed" not in str(error):
                raise
            raise CutOff from error
        finally:
            await db.close()

    with database_url(read_settings(os.environ), data_dir.absolute()) as url:
        return asyncio.run(worked(url))


def say(as_json: bool, known: object, text: str) -> None:
    click.echo(msgspec.json.encode(known).decode() if as_json else text)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in (head, *rows)]
    return "\n".join(line.rstrip() for line in lines)
