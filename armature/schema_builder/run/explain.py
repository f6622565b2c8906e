"""Which rights a role gives a caller on one record: the same rules as in every statement, asked by themselves."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Uuid, exists, select

from armature.core.db import Connection
from armature.metadata.access import visible
from armature.metadata.model import Snapshot
from armature.metadata.rights import RIGHTS, Right
from armature.metadata.roles import Role
from armature.schema_builder.compile.binds import FromVariable
from armature.schema_builder.compile.builder import Builder
from armature.schema_builder.compile.rules import RowRules
from armature.schema_builder.compile.statement import Statement
from armature.schema_builder.run.caller import Caller
from armature.schema_builder.run.fetch import fetch_row
from armature.schema_builder.types.schema import WorkspaceSchema
from armature.schema_builder.view import ObjectView, View

RECORD = "(record)"


@dataclass(frozen=True, slots=True)
class Explained:
    """One role's rights on a record, as a statement with a column for each right that it gives at all."""

    role: Role
    rights: Sequence[Right]
    statement: Statement | None


def explained(schema: WorkspaceSchema, role: Role, of: str) -> Explained:
    """`schema` is that of the whole model."""
    seen = visible(schema.view.snapshot, [role])
    if of not in seen.visible_objects:
        return Explained(role, (), None)
    view = View(seen, RowRules(lambda: schema))[of]
    rights = tuple(each for each in RIGHTS if view.object.may(each))
    return Explained(role, rights, _statement(view, rights))


async def rights_on(
    connection: Connection, snapshot: Snapshot, given: Explained, caller: Caller, record: UUID
) -> list[Right]:
    if given.statement is None:
        return []
    row = await fetch_row(connection, given.statement, snapshot.schema, {RECORD: record, **caller.me})
    return [right for right, has in zip(given.rights, row or (), strict=True) if has]


def _statement(of: ObjectView, rights: Sequence[Right]) -> Statement:
    build = Builder()
    columns = []
    for right in rights:
        table = build.alias(of)
        this = table.c.id == build.bound(FromVariable((RECORD,)), Uuid())
        found = exists().select_from(table).where(this, *build.allowed(of, table, right))
        columns.append(found.label(right.lower()))
    return build.statement(select(*columns))
