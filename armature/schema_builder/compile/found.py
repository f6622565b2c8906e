"""A search as SQL: of each object the records that fit best, of all of these the best, and only then what is shown."""

from collections.abc import Sequence
from hashlib import blake2b
from typing import Any
from uuid import UUID

from sqlalchemy import Double, FromClause, Integer, Select, Text, Uuid, case, cast, literal_column, select, tuple_
from sqlalchemy import union_all as all_of
from sqlalchemy.types import TypeEngine

from armature.core.errors import BadUserInput
from armature.schema_builder.compile.binds import Bind, Changed, Constant
from armature.schema_builder.compile.cursors import CursorOfAnotherOrder, NotACursor, held, written
from armature.schema_builder.compile.plan.levels import Among, Cursor, Finds, FoundField, OneOf, Score
from armature.schema_builder.compile.sought import BEST, score_sql
from armature.schema_builder.compile.statement import Parts, Sql, keyed


class CursorOfOtherObjects(BadUserInput):
    def __init__(self) -> None:
        super().__init__(
            "after is the cursor of a search of other objects.",
            hint="Search the objects that the cursor came from, or begin anew without it.",
            field="after",
        )


KINDS: Sequence[TypeEngine[Any]] = (Integer(), Uuid(), Integer())
"""Of what records are ordered by: their score, their id, and the number of their object."""


def finds_json(build: Parts, finds: Finds) -> Select[Any]:
    last = _last(build, finds)
    best = [_best(build, finds, each, at, last) for at, each in enumerate(finds.among)]
    found = (all_of(*best) if len(best) > 1 else best[0]).subquery("f")
    page = select(found).order_by(*_order(found)).limit(build.count(finds.limit)).subquery("p")
    columns = [keyed(each.key, _column(build, finds, each, page)) for each in finds.fields]
    return build.as_list(select(*columns).select_from(page).order_by(*_order(page)))


def _order(found: FromClause) -> Sequence[Sql]:
    return found.c.score.desc(), found.c.id.desc(), found.c.at.desc()


def _best(build: Parts, finds: Finds, among: Among, at: int, last: Sequence[Sql]) -> Select[Any]:
    """The first page of one object's records, as if there were no others; its OFFSET has each score made once."""
    table = build.alias(among.object)
    scored = select(table.c.id, score_sql(build.searched(among.sought, table)).label("score")).select_from(table)
    rows = build.narrowed(scored, among, table, None, None).offset(literal_column("0")).subquery(f"s{build.level()}")
    place: Sql = literal_column(str(at), Integer())
    found = select(rows.c.score, rows.c.id, place.label("at"))
    if last:
        found = found.where(tuple_(rows.c.score, rows.c.id, place) < tuple_(*last))
    return found.order_by(rows.c.score.desc(), rows.c.id.desc()).limit(build.count(finds.limit))


def _column(build: Parts, finds: Finds, field: FoundField, page: FromClause) -> Sql:
    match field:
        case Score():
            return cast(page.c.score, Double()).op("/")(literal_column(str(BEST)))
        case Cursor():
            mark = build.bound(Constant(_mark(finds)), Text())
            return written(mark, page.c.score, page.c.id, page.c.at)
        case OneOf(links=links):
            records = [build.json(each.rows, each, page).scalar_subquery() for each in links]
            return records[0] if len(records) == 1 else case(*_by_object(records, page.c.at))
        case _:
            return build.type_name(field)


def _by_object(records: Sequence[Sql], at: Sql) -> Sequence[tuple[Any, Sql]]:
    return [(at == literal_column(str(number)), record) for number, record in enumerate(records)]


def _mark(finds: Finds) -> str:
    """A cursor counts the objects that were searched, so it belongs to these; renaming changes none."""
    tables = [each.object.object.table for each in finds.among]
    return blake2b(repr(tables).encode(), digest_size=6).hexdigest()


def _last(build: Parts, finds: Finds) -> Sequence[Sql]:
    """Where the page before this one ended."""
    cursor = finds.after
    if cursor is None:
        return ()
    mark = _mark(finds)

    def reader(at: int) -> Bind:
        return Changed(cursor, lambda text: _place(mark, text)[at])

    return [build.bound(reader(at), kind) for at, kind in enumerate(KINDS)]


def _place(mark: str, text: str) -> tuple[int, UUID, int]:
    try:
        score, id_, at = held("after", mark, text, len(KINDS))
        return min(int(score), BEST), UUID(id_), int(at)
    except CursorOfAnotherOrder:
        raise CursorOfOtherObjects from None
    except (TypeError, ValueError, AttributeError):
        raise NotACursor("after") from None
