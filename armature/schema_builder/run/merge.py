"""A merge, in the caller's transaction: the kept record wins, is filled from the others, and takes what is theirs."""

from collections.abc import Sequence
from uuid import UUID

from armature.core.db import Connection
from armature.core.errors import NotFound
from armature.schema_builder.compile.merge_statement import (
    delete_statement,
    fill_statement,
    lock_statement,
    move_statements,
)
from armature.schema_builder.compile.plan.writes import Merge
from armature.schema_builder.compile.references import DataRefused
from armature.schema_builder.run.fetch import fetch_ids, prepared
from armature.schema_builder.run.workplace import Workplace
from armature.schema_builder.view import ObjectView


class MergedNotFound(NotFound):
    def __init__(self, of: ObjectView, at: int, id_: UUID) -> None:
        super().__init__(f"ids[{at}]: there is no {of.object.label_singular} with id {id_}.", path=("ids", at))


async def merge_records(connection: Connection, at: Workplace, of: ObjectView, merge: Merge) -> UUID:
    """The id of the kept record. Raises DataRefused, MergedNotFound, and what PostgreSQL refuses."""
    ids: Sequence[UUID] = merge.ids.read(at.variables)
    at.tally.add(len(ids))
    kept = _kept(ids, merge.keep.read(at.variables) if merge.keep else None)
    values = {"kept": kept, "others": [each for each in ids if each != kept], "all": ids, **at.caller.variables}
    found = set(await fetch_ids(connection, lock_statement(of), at.schema, values))
    for place, id_ in enumerate(ids):
        if id_ not in found:
            raise MergedNotFound(of, place, id_)
    steps = (delete_statement(of), fill_statement(of), *move_statements(at.view.snapshot, of))
    for each in steps:
        sql, arguments = prepared(each, at.schema, values)
        await connection.execute(sql, *arguments)
    return kept


def _kept(ids: Sequence[UUID], keep: UUID | None) -> UUID:
    """The first, unless another one is asked for."""
    if len(ids) < 2:
        raise DataRefused(("ids",), "a merge takes two records or more.")
    places: dict[UUID, int] = {}
    for at, each in enumerate(ids):
        if places.setdefault(each, at) != at:
            raise DataRefused(("ids", at), "it is given twice.")
    if keep is not None and keep not in places:
        raise DataRefused(("keep",), "it is not among the ids.")
    return keep or ids[0]
