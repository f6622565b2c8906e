"""`armature audit`: the log of who did what, out of the database and checked."""

import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import click
import msgspec

from armature.server.terminal import data_dir_option, json_option, on_database, say

if TYPE_CHECKING:
    from asyncpg import Record

    from armature.core.db import Database

which_option = click.option(
    "--workspace", "workspace_id", type=click.UUID, help="Its id.  [default: what concerns accounts and the server]"
)


@click.group()
def audit() -> None:
    """Who did what, when, from where: export it, check that nobody has changed it, remove what is old."""


@audit.command()
@which_option
@data_dir_option
def export(workspace_id: UUID | None, data_dir: Any) -> None:
    """Write the log to standard output as NDJSON, the oldest entry first."""
    from armature.audit.log import Wanted, oldest

    async def write(db: "Database") -> None:
        found: AsyncIterator[Record] = oldest(db, Wanted(workspace_id))
        async for each in found:
            sys.stdout.buffer.write(msgspec.json.encode(_shown(each)) + b"\n")

    on_database(data_dir, write)


@audit.command()
@data_dir_option
@json_option
def verify(data_dir: Any, as_json: bool) -> None:
    """Check all chains; status 1 where one is broken."""
    from armature.audit.chain import broken_chains

    found = on_database(data_dir, broken_chains)
    known = [{"workspaceId": each.workspace_id, "number": each.number, "what": each.what} for each in found]
    lines = [f"{each.workspace_id or 'the server'}, entry {each.number}: {each.what}." for each in found]
    say(as_json, known, "\n".join(lines) or "All chains are whole.")
    sys.exit(1 if found else 0)


@audit.command()
@which_option
@click.option("--days", type=click.IntRange(1), required=True, help="Entries older than this go.")
@data_dir_option
@json_option
def purge(workspace_id: UUID | None, days: int, data_dir: Any, as_json: bool) -> None:
    """Remove old entries; what is left is still one chain."""
    from armature.audit import log

    oldest = datetime.now(UTC) - timedelta(days=days)

    async def work(db: "Database") -> int:
        async with db.transaction() as connection:
            return await log.purge(connection, workspace_id, oldest)

    count = on_database(data_dir, work)
    say(as_json, {"purged": count}, f"{count:,} entries are removed.")


def _shown(row: "Record") -> dict[str, Any]:
    return {name: value.hex() if isinstance(value, bytes) else value for name, value in row.items()}
