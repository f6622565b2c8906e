"""What a role may not: told before anything is written, or found in what was written, which then is undone.

A record is checked before it changes, in the statement that changes it, and after: at the end of its root field, in the
same transaction, so that what was written with it counts.
"""

from collections.abc import Collection, Mapping
from uuid import UUID

from armature.core.db import Connection
from armature.core.errors import Forbidden
from armature.metadata.model import Object
from armature.metadata.rights import Right
from armature.schema_builder.compile.bulk_statement import not_allowed
from armature.schema_builder.compile.references import DataRefused, Path, shown_path
from armature.schema_builder.compile.statement import Statement
from armature.schema_builder.run.fetch import fetch_ids
from armature.schema_builder.run.workplace import Workplace
from armature.schema_builder.view import ObjectView

VERBS: dict[Right, str] = {
    "CREATE": "create",
    "UPDATE": "change",
    "DELETE": "delete or restore",
    "DESTROY": "destroy",
}


class NotPermitted(Forbidden):
    """Of a record that is in sight."""

    def __init__(self, of: Object, to: Right, path: Path | None = None) -> None:
        sentence = f"Your role does not let you {VERBS[to]} this {of.label_singular}."
        super().__init__(sentence if path is None else f"{shown_path(path)}: {sentence}", path=path)


class OutOfReach(Forbidden):
    def __init__(self, of: Object, to: Right) -> None:
        what = "create such a" if to == "CREATE" else "give these values to a"
        super().__init__(
            f"Your role does not let you {what} {of.label_singular}.",
            hint="Afterwards it must be one that you may write, too.",
        )


async def check_written(connection: Connection, at: Workplace) -> None:
    """Raises OutOfReach where what was written may not be so."""
    for (name, to), ids in at.written.ids.items():
        of = at.view[name]
        if await _refused(connection, at, of, to, ids):
            raise OutOfReach(of.object, to)


def check_may(of: ObjectView, to: Right, path: Path) -> None:
    """Whether there are records that it may be done with. Raises DataRefused."""
    if not of.object.may(to):
        raise DataRefused(path, f"your role does not let you {VERBS[to]} a {of.object.label_singular}.")


async def check_each(connection: Connection, at: Workplace, of: ObjectView, to: Right, ids: Collection[UUID]) -> None:
    """Raises NotPermitted where one of these, which are in sight, may not be written."""
    if of.rule(to) is not None and await _refused(connection, at, of, to, ids):
        raise NotPermitted(of.object, to)


async def check_none(
    connection: Connection, at: Workplace, of: ObjectView, to: Right, found: Statement, values: Mapping[str, object]
) -> None:
    """Raises NotPermitted where the statement finds a record that should be written, but only may be read."""
    if of.rule(to) is None:
        return
    if await fetch_ids(connection, found, at.schema, {**values, **at.caller.variables}):
        raise NotPermitted(of.object, to)


async def _refused(connection: Connection, at: Workplace, of: ObjectView, to: Right, ids: Collection[UUID]) -> bool:
    values = {"id": list(ids), **at.caller.variables}
    return bool(ids) and bool(await fetch_ids(connection, not_allowed(of, to), at.schema, values))
