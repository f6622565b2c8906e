"""Workspaces begin: their row in the catalog, their schema, their first model, their first records."""

from collections.abc import AsyncIterable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import MetaData, insert, select
from sqlalchemy.schema import CreateIndex, CreateSchema, CreateTable, ExecutableDDLElement
from uuid_utils.compat import uuid7

from armature.core.db import DIALECT, Connection, Database, execute, fetch
from armature.core.lru import Lru
from armature.core.notices import notify
from armature.jobs.ledger import enqueue
from armature.metadata.changes import Change
from armature.metadata.edit import apply_changes
from armature.metadata.edits.members import with_members
from armature.metadata.model import Snapshot
from armature.metadata.resolve import find_object
from armature.metadata.roles import OWNER
from armature.metadata.tables import memberships, workspaces
from armature.migrations.workspace.apply import run_statements
from armature.migrations.workspace.diff import diff
from armature.migrations.workspace.index_jobs import index_jobs
from armature.migrations.workspace.journal import Actor, entry_of, record_of, write_down
from armature.migrations.workspace.render import render_steps
from armature.schema_builder.event_table import events_table

_STAND_IN = f"workspace_{uuid4().hex}"  # nobody can have written it into a default value
_rendered: Lru[bytes, list[str]] = Lru(100)


@dataclass(frozen=True, slots=True)
class Workspace:
    id: UUID
    name: str
    schema: str
    version: int
    created_at: datetime


async def create_workspace(db: Database, name: str, *, owner: UUID | None, changes: Sequence[Change] = ()) -> Snapshot:
    """A workspace with the model that `changes` make, such as a pack's; its owner becomes its administrator."""
    async with db.transaction() as connection:
        return await add_workspace(connection, name, owner=owner, changes=changes)


async def add_workspace(
    connection: Connection, name: str, *, owner: UUID | None, changes: Sequence[Change] = ()
) -> Snapshot:
    """As `create_workspace`, in the transaction of the caller."""
    id_ = uuid7()
    first = _first(Snapshot(id_, f"workspace_{id_.hex}", 0, {}, {}), changes)
    await execute(connection, insert(workspaces).values(id=id_, name=name, schema=first.schema, version=first.version))
    await run_statements(connection, _first_statements(first))
    if owner is not None:  # who gets a record there, too
        await execute(connection, insert(memberships).values(user_id=owner, workspace_id=id_, role=OWNER))
        await notify(connection, {"identity": str(owner)})
    await write_down(connection, record_of(None, first, entry_of(None, first, changes, Actor(owner), None)))
    for job in index_jobs(None, first):
        await enqueue(connection, job)
    return first


def _first(empty: Snapshot, changes: Sequence[Change]) -> Snapshot:
    """With the object that every workspace has as the last one."""
    now = datetime.now(UTC)
    born = with_members(empty, now=now, new_id=uuid7)
    made = apply_changes(born, changes, now=now, new_id=uuid7)
    objects = {id_: each for id_, each in made.objects.items() if id_ not in born.objects}
    return replace(made, objects={**objects, **{id_: made.objects[id_] for id_ in born.objects}}, version=1)


def _first_statements(first: Snapshot) -> list[str]:
    """What makes a new workspace's schema: rendered once for all of one shape, but for the name."""
    shape = first.fingerprint
    statements = _rendered.get(shape) or _rendered.put(
        shape, [*_schema_statements(), *render_steps(diff(None, first), _STAND_IN)]
    )
    return [each.replace(_STAND_IN, first.schema) for each in statements]


def _schema_statements() -> Iterator[str]:
    """What every workspace has, whatever its model is."""
    events = events_table(MetaData(), _STAND_IN)
    made: list[ExecutableDDLElement] = [CreateSchema(_STAND_IN), CreateTable(events)]
    made += [CreateIndex(each) for each in sorted(events.indexes, key=lambda index: str(index.name))]
    for each in made:
        yield str(each.compile(dialect=DIALECT)).strip()


async def list_workspaces(connection: Connection) -> list[Workspace]:
    """In the order of creation."""
    columns = (getattr(workspaces.c, each) for each in Workspace.__slots__)
    rows = await fetch(connection, select(*columns).where(workspaces.c.deleted_at.is_(None)).order_by(workspaces.c.id))
    return [Workspace(**row) for row in rows]


async def load_rows(
    connection: Connection,
    snapshot: Snapshot,
    object_name: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]] | AsyncIterable[Sequence[Any]],
) -> int:
    """Copy rows into an object's table, as fast as PostgreSQL takes them; how many they were."""
    of = find_object(snapshot, object_name)
    tag = await connection.copy_records_to_table(of.table, schema_name=snapshot.schema, columns=columns, records=rows)
    return int(tag.removeprefix("COPY "))
