"""Importing a file: read, check each cell, COPY, check what only the database knows, insert. One transaction.

The work is bounded by one record at a time, however long the file is.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import asyncpg
from uuid_utils.compat import uuid7

from armature.core.db import Connection, Database
from armature.core.errors import BadUserInput
from armature.core.notices import notify
from armature.metadata.kinds.kind import Unfit
from armature.metadata.model import Object, Snapshot
from armature.schema_builder.run.failures import told_of_write
from armature.schema_builder.transfer.files import Source
from armature.schema_builder.transfer.following import Following, followings
from armature.schema_builder.transfer.headers import Target, Wishes, targets
from armature.schema_builder.transfer.refusals import ImportRefused, Refusals
from armature.schema_builder.transfer.staging import AT_ONCE, Staging
from armature.schema_builder.transfer.values import MISSING, reader
from armature.schema_builder.view import ObjectView, View


@dataclass(frozen=True, slots=True)
class Import:
    """What is asked for. Without `skips`, one cell that can't be taken refuses the whole file."""

    snapshot: Snapshot
    object: str
    source: Source
    wishes: Wishes
    skips: bool = False
    dry_run: bool = False


class NotImported(BadUserInput):
    def __init__(self, of: Object) -> None:
        super().__init__(
            f"{of.label_plural} can't be imported: the server itself makes them.",
            field=of.name_singular,
        )


async def import_records(db: Database, asked: Import, refusals: Refusals) -> int:
    """How many records there are now that were not. Raises ImportRefused, NotImported, what is wrong with headers."""
    view = View(asked.snapshot)
    of = view[asked.object]
    if not of.object.may("CREATE"):
        raise NotImported(of.object)
    chosen = targets(view, of, asked.source.headers, asked.wishes)
    async with db.connection() as connection:
        transaction = connection.transaction()
        await transaction.start()
        try:
            made = await _imported(connection, view, of, asked, chosen, refusals)
            await notify(connection, {"events": str(asked.snapshot.workspace_id)})
        except BaseException:
            await transaction.rollback()
            raise
        await (transaction.rollback() if asked.dry_run else transaction.commit())
    return made


async def _imported(
    connection: Connection, view: View, of: ObjectView, asked: Import, chosen: dict[str, Target], refusals: Refusals
) -> int:
    following = list(followings(of, list(chosen.values())))
    made = [each.made for each in following if each.at is None]
    staging = Staging(connection, view, of, [*chosen.values(), *made])
    by_table = {each.table: each for each in asked.snapshot.objects.values()}
    try:
        await staging.fill(_rows(asked.source, chosen, following, refusals))
        while await _refuse(staging, refusals, skips=asked.skips):
            pass
        if refusals.count and not asked.skips:
            raise ImportRefused(refusals)
        return await staging.insert()
    except asyncpg.PostgresError as error:
        told = told_of_write(error, of.object, by_table, lambda field: (field.name,))
        if told is None:
            raise
        raise told from error


async def _refuse(staging: Staging, refusals: Refusals, *, skips: bool) -> bool:
    """Whether to look again: a line that goes may be what another refers to."""
    lines: list[int] = []
    async for each in staging.refused():
        refusals.add(each.line, each.column, each.value, each.reason)
        lines.append(each.line)
        if len(lines) >= AT_ONCE * AT_ONCE:
            break
    if not skips or not lines:
        return False
    await staging.drop(lines)
    return True


Reader = tuple[int, str, Callable[[Any], Any]]
"""The place of a cell, its header, and what makes a value of it."""


def _rows(
    source: Source, chosen: dict[str, Target], following: Sequence[Following], refusals: Refusals
) -> Iterator[tuple[Any, ...]]:
    """What is right, for COPY; the rest goes to the refusals."""
    readers = [
        (at, header, reader(chosen[header], is_text=source.is_text))
        for at, header in enumerate(source.headers)
        if header in chosen
    ]
    id_at = next((at for at, each in enumerate(chosen.values()) if each.column == "id"), None)
    for line, cells in source.records(refusals):
        values = _values(line, cells, readers, refusals)
        if values is not None and _are_followed(line, cells, values, readers, following, refusals):
            yield (line, values[id_at] if id_at is not None and values[id_at] else uuid7(), *values)


def _values(line: int, cells: Sequence[Any], readers: Sequence[Reader], refusals: Refusals) -> list[Any] | None:
    values: list[Any] = []
    is_fit = True
    for at, header, read in readers:
        try:
            values.append(read(cells[at]))
        except Unfit as unfit:
            is_fit = False
            refusals.add(line, header, None if cells[at] is MISSING else cells[at], f"must be {unfit}.")
    return values if is_fit else None


def _are_followed(
    line: int,
    cells: Sequence[Any],
    values: list[Any],
    readers: Sequence[Reader],
    following: Sequence[Following],
    refusals: Refusals,
) -> bool:
    """Fills in what follows; what the file has no column for comes last."""
    is_fit = True
    for each in following:
        if each.at is None:
            values.append(each.value(values, is_given=False))
            continue
        at, header, _ = readers[each.at]
        try:
            values[each.at] = each.value(values, is_given=cells[at] is not MISSING)
        except Unfit as unfit:
            is_fit = False
            refusals.add(line, header, cells[at], f"must be {unfit}.")
    return is_fit
