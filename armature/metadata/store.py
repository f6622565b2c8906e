"""Reads snapshots in one statement, so that what is read is of one moment; writes them in parts of another.

What is deleted is set aside in a snapshot, so a newer one is an older one and the rows changed since; only where
something was purged in between, it is read as a whole. Only options are removed, and they go with their field.
"""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import replace
from functools import cache
from itertools import zip_longest
from typing import Any, TypeVar
from uuid import UUID

import msgspec
from asyncpg import Record
from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Table,
    Uuid,
    bindparam,
    column,
    delete,
    func,
    literal_column,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import JSON, insert
from sqlalchemy.sql.dml import Delete, Insert
from sqlalchemy.sql.selectable import TableValuedAlias

from armature.core.db import Connection, Rendered, render
from armature.core.errors import NotFound
from armature.metadata.model import Field, Object, Option, Relation, Snapshot
from armature.metadata.roles import Role
from armature.metadata.rows import (
    ROWS,
    FieldRow,
    ModelRows,
    ObjectRow,
    field_of,
    field_row,
    object_of,
    object_row,
    option_of,
    option_rows,
    relation_of,
    relation_row,
    role_of,
    role_row,
)
from armature.metadata.tables import fields, objects, options, relations, roles, workspaces

LARGE = 100_000
"""Characters of JSON: a model of more than this is put together beside the event loop, which others wait for."""

T = TypeVar("T", Object, Field, Relation, Role)


class WorkspaceNotFound(NotFound):
    def __init__(self, workspace_id: UUID) -> None:
        super().__init__(f'There is no workspace "{workspace_id}".')


async def current_version(connection: Connection, workspace_id: UUID) -> int:
    """Raises WorkspaceNotFound."""
    return await _version(connection, workspace_id, _CURRENT)


async def lock_version(connection: Connection, workspace_id: UUID) -> int:
    """The version, which nobody else changes until this transaction ends: changesets queue here."""
    return await _version(connection, workspace_id, _LOCKED)


async def load_snapshot(connection: Connection, workspace_id: UUID, known: Snapshot | None = None) -> Snapshot:
    """The newest snapshot. With an older one `known`, only what changed is read, and the rest is the very same objects.

    Raises WorkspaceNotFound.
    """
    statement = _load_statement()
    since = known.version if known is not None else 0
    row = await connection.fetchrow(statement.sql, *statement.arguments({"workspace": workspace_id, "since": since}))
    if row is None:
        raise WorkspaceNotFound(workspace_id)
    base = known or Snapshot(workspace_id, row["schema"], 0, {}, {})
    if row["version"] == base.version:
        return base
    if 0 < base.version < row["purged_version"]:  # what was purged since is in no row any more
        return await load_snapshot(connection, workspace_id)
    if len(row["model"]) > LARGE:
        return await asyncio.to_thread(_next, base, row)
    return _next(base, row)


def _next(base: Snapshot, row: Record) -> Snapshot:
    """With its fingerprint, which takes as long to find out, and is asked for first."""
    found = replace(with_rows(base, _decoded(row["model"])), version=row["version"])
    found.succeed(base)
    _ = found.fingerprint
    return found


def _decoded(model: str) -> ModelRows:
    """A large model row by row: nothing else runs in this process while one value is decoded."""
    if len(model) <= LARGE:
        return msgspec.json.decode(model, type=ModelRows)
    raw = msgspec.json.decode(model, type=dict[str, list[msgspec.Raw]])
    rows = {name: [msgspec.json.decode(each, type=kind) for each in raw[name]] for name, kind in ROWS.items()}
    return ModelRows(**rows)  # type: ignore[arg-type]  # each list has its own type


async def _version(connection: Connection, workspace_id: UUID, statement: Rendered) -> int:
    found: int | None = await connection.fetchval(statement.sql, *statement.arguments({"workspace": workspace_id}))
    if found is None:
        raise WorkspaceNotFound(workspace_id)
    return found


# Rows between snapshots


def changed_rows(before: Snapshot | None, after: Snapshot) -> ModelRows:
    """The rows of all that is new in `after` or stands at another place."""
    found = ModelRows([], [], [], [], [])
    old_objects = before.objects if before else {}
    for position, of in _new(old_objects, after.objects):
        old = old_objects.get(of.id)
        found.objects.append(object_row(position, of))
        for at, field in _new(old.fields if old else {}, of.fields):
            found.fields.append(field_row(at, of, field))
            found.options.extend(option_rows(field))
    new_relations = _new(before.relations if before else {}, after.relations)
    found.relations.extend(relation_row(position, each) for position, each in new_relations)
    new_roles = _new(before.roles if before else {}, after.roles)
    found.roles.extend(role_row(position, each) for position, each in new_roles)
    return found


def changed_tables(before: Snapshot | None, rows: ModelRows) -> Set[str]:
    """The names of those to be written to."""
    changed = {table.name for table in _TABLES if getattr(rows, table.name)}
    had_options = before is not None and any(_options(before, each) for each in rows.fields)
    return changed | {options.name} if had_options else changed


def _options(before: Snapshot, row: FieldRow) -> Sequence[Option]:
    old = before.objects.get(row.object_id)
    field = old.fields.get(row.id) if old else None
    return field.options if field else ()


def with_rows(base: Snapshot, rows: ModelRows) -> Snapshot:
    """The snapshot with what the rows say in place of what it says; the rest is the very same objects."""
    return replace(
        base,
        objects=_objects(base.objects, rows),
        relations=_merged(base.relations, ((each.position, relation_of(each)) for each in rows.relations)),
        roles=_merged(base.roles, ((each.position, role_of(each)) for each in rows.roles)),
    )


def _new(before: Mapping[UUID, T], after: Mapping[UUID, T]) -> Iterator[tuple[int, T]]:
    for position, (old, each) in enumerate(zip_longest(before.values(), after.values())):
        if each is not None and each is not old:
            yield position, each


def _objects(known: Mapping[UUID, Object], rows: ModelRows) -> Mapping[UUID, Object]:
    rows_of: dict[UUID, list[FieldRow]] = defaultdict(list)
    for row in rows.fields:
        rows_of[row.object_id].append(row)
    options_of: dict[UUID, list[Option]] = defaultdict(list)
    for option in rows.options:
        options_of[option.field_id].append(option_of(option))
    return _merged(
        known, ((each.position, _object(known, each, rows_of[each.id], options_of)) for each in rows.objects)
    )


def _object(
    known: Mapping[UUID, Object], row: ObjectRow, rows: Iterable[FieldRow], options_of: Mapping[UUID, list[Option]]
) -> Object:
    old = known.get(row.id)
    new = ((each.position, field_of(each, tuple(options_of.get(each.id, ())))) for each in rows)
    return replace(object_of(row), fields=_merged(old.fields if old else {}, new))


def _merged(known: Mapping[UUID, T], new: Iterable[tuple[int, T]]) -> Mapping[UUID, T]:
    """Both in their order: the new with their places, and what is not new where it stood."""
    placed = {id_: (position, each) for position, (id_, each) in enumerate(known.items())}
    changed = False
    for position, each in new:
        old = known.get(each.id)
        placed[each.id] = (position, old if old == each else each)
        changed = True
    if not changed:
        return known
    return {id_: each for id_, (_, each) in sorted(placed.items(), key=lambda item: item[1][0])}


# Statements

_WORKSPACE = bindparam("workspace", type_=Uuid())
_VERSION = bindparam("version", type_=BigInteger())
_ROWS: Any = bindparam("rows", type_=JSON())

_TABLES = (objects, fields, relations, options, roles)

_EXISTING = select(workspaces.c.version).where(workspaces.c.id == _WORKSPACE, workspaces.c.deleted_at.is_(None))
_CURRENT = render(_EXISTING)
_LOCKED = render(_EXISTING.with_for_update(key_share=True))


@cache
def _load_statement() -> Rendered:
    since = bindparam("since", type_=BigInteger())
    parts: list[Any] = []
    for table in (objects, fields, relations, roles):
        parts += [_quoted(table), _aggregated(table, table.c.version > since)]
    recent = select(fields.c.id).where(fields.c.workspace_id == _WORKSPACE, fields.c.version > since)
    parts += [_quoted(options), _aggregated(options, options.c.field_id.in_(recent))]
    model = func.json_build_object(*parts, type_=JSON()).label("model")
    existing = (workspaces.c.id == _WORKSPACE, workspaces.c.deleted_at.is_(None))
    columns = (workspaces.c.schema, workspaces.c.version, workspaces.c.purged_version)
    return render(select(*columns, model).where(*existing))


def _aggregated(table: Table, *conditions: Any) -> Any:
    rows = select(*table.c).where(table.c.workspace_id == _WORKSPACE, *conditions).order_by(table.c.position)
    found = rows.subquery(f"of_{table.name}")
    return select(func.coalesce(func.json_agg(found.table_valued()), func.json_build_array())).scalar_subquery()


def _quoted(table: Table) -> ColumnElement[str]:
    """The table's name as text."""
    return literal_column(f"'{table.name}'")


def writes(changed: Collection[str]) -> Iterator[CTE]:
    """What writes the version and the rows that changed; the workspace's row is there.

    Binds are `workspace`, `version` and `rows`, the ModelRows as JSON, which has rows of the tables in `changed`.
    """
    yield update(workspaces).where(workspaces.c.id == _WORKSPACE).values(version=_VERSION).cte("write_version")
    for table in _TABLES:
        if table.name in changed:
            yield _upsert(table).cte(f"write_{table.name}")
    if options.name in changed:
        yield _delete_options().cte("delete_options")


def _given(table: Table) -> TableValuedAlias:
    """The rows of a table in the one JSON document that is the parameter."""
    columns = [column(each.name, each.type) for each in table.c if each.name not in {"workspace_id", "version"}]
    found = func.json_to_recordset(_ROWS.op("->")(_quoted(table))).table_valued(*columns)
    return found.render_derived(name=f"given_{table.name}", with_types=True)


def _upsert(table: Table) -> Insert:
    given = _given(table)
    shared = {"workspace_id": _WORKSPACE} | ({"version": _VERSION} if "version" in table.c else {})
    names = [*shared, *given.c.keys()]
    writing = insert(table).from_select(names, select(*shared.values(), *given.c))
    changing = {name: writing.excluded[name] for name in names if name not in {"id", "workspace_id"}}
    return writing.on_conflict_do_update(index_elements=[table.c.id], set_=changing)


def _delete_options() -> Delete:
    of_fields = select(_given(fields).c.id)
    kept = select(_given(options).c.id)
    return delete(options).where(options.c.field_id.in_(of_fields), options.c.id.not_in(kept))
