"""Nested writes of many-to-many relations, run: link records come and go."""

from collections.abc import Sequence

from armature.core.db import Connection
from armature.schema_builder.compile.bulk_statement import (
    ABOVE,
    bulk_join,
    bulk_unjoin,
    bulk_unjoin_others,
    held_together,
)
from armature.schema_builder.compile.plan.conditions import Via
from armature.schema_builder.run.bulk import telling
from armature.schema_builder.run.fetch import prepared
from armature.schema_builder.run.members import check_among, records_of
from armature.schema_builder.run.nested import Member, Release, Side
from armature.schema_builder.run.permits import check_none
from armature.schema_builder.run.records import NO_KEYS, NewRecord
from armature.schema_builder.run.workplace import Workplace
from armature.schema_builder.view import Through, View


def via(view: View, through: Through) -> Via:
    return Via(view[through.object], through.near, through.far)


async def join(connection: Connection, at: Workplace, side: Side, members: Sequence[Member]) -> None:
    """Those that are joined already stay so."""
    link, records = _link(at, side), records_of(members)
    values = {"id": [each.id for each in records], ABOVE: [each.above.id for each in members]}
    sql, arguments = prepared(bulk_join(link), at.schema, {**values, **at.caller.variables})
    with telling(at, link.object, records, {link.near: values[ABOVE], link.far: values["id"]}):
        at.written.note(link.object, "CREATE", [row[0] for row in await connection.fetch(sql, *arguments)])


async def unjoin(connection: Connection, at: Workplace, side: Side, members: Sequence[Member]) -> None:
    """Raises NotAmongThem for one that is not joined to the one above."""
    link, records = _link(at, side), records_of(members)
    values = {"id": [each.id for each in records], ABOVE: [each.above.id for each in members]}
    sql, arguments = prepared(bulk_unjoin(link), at.schema, {**values, **at.caller.variables})
    with telling(at, link.object, records, {}):
        found = {(row[0], row[1]) for row in await connection.fetch(sql, *arguments)}
    check_among(members, found)


async def unjoin_others(connection: Connection, at: Workplace, side: Side, releases: Sequence[Release]) -> None:
    """All but those to be kept."""
    link = _link(at, side)
    records = [NewRecord(each.above.id, {}, each.path, NO_KEYS) for each in releases]
    kept = [(release.above.id, each.id) for release in releases for each in release.kept]
    values = {
        "all": [each.id for each in records],
        ABOVE: [above for above, _ in kept],
        "id": [each for _, each in kept],
    }
    await check_none(connection, at, link.object, "DELETE", held_together(link), values)
    sql, arguments = prepared(bulk_unjoin_others(link), at.schema, {**values, **at.caller.variables})
    with telling(at, link.object, records, {}):
        await connection.execute(sql, *arguments)


def _link(at: Workplace, side: Side) -> Via:
    assert side.through is not None  # noqa: S101  asked before
    return via(at.view, side.through)
