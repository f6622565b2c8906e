"""What records may stand in the way of a change, asked before it begins."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import ColumnElement, Select, TableClause, Text, cast, column, func, or_, select

from armature.core.db import Connection, fetch_one
from armature.core.errors import ArmatureError, ManyErrors
from armature.metadata.kinds import KINDS
from armature.metadata.model import Field, Object, Snapshot
from armature.migrations.workspace.conflicts import (
    COME_BACK,
    FILL_IN,
    DefaultNotUnique,
    JoinedTwice,
    OptionInUse,
    RecordsWithoutValue,
    SeveralUnited,
    ValuesDoNotFit,
    ValuesMissing,
    ValuesNotUnique,
)
from armature.migrations.workspace.render import converted_values, dangling, default_sql, held_column, records_of
from armature.migrations.workspace.steps import (
    AddAtMostOne,
    AddCheck,
    AddColumn,
    ClearDangling,
    ConvertValues,
    CreatePair,
    CreateUnique,
    FillNulls,
    SetNullable,
    Step,
)
from armature.schema_builder.tables import (
    column_name,
    has_default,
    has_unique,
    is_made_anew,
    is_required,
    rule,
    stored_fields,
)


@dataclass(frozen=True, slots=True)
class Guard:
    """A query that finds what stands in the way, and how to tell it; a row with a count of 0, or none, is harmless."""

    query: Select[Any]
    error: Callable[[asyncpg.Record], ArmatureError]


async def check_records(connection: Connection, steps: Sequence[Step], before: Snapshot, schema: str) -> None:
    """Raises every conflict between the records and the steps."""
    errors: list[ArmatureError] = []
    for guard in guards(steps, before, schema):
        row = await fetch_one(connection, guard.query)
        if row is not None and row["count"]:
            errors.append(guard.error(row))
    if errors:
        raise errors[0] if len(errors) == 1 else ManyErrors(errors)


def guards(steps: Sequence[Step], before: Snapshot, schema: str) -> Iterator[Guard]:
    """Nothing stands in the way in a table that is yet to be made."""
    conversions = [step for step in steps if isinstance(step, ConvertValues)]
    values = {name: value for step in conversions for name, value in converted_values(step, step.before).items()}
    added = {step.field.id for step in steps if isinstance(step, AddColumn)} - {step.field.id for step in conversions}
    cleared = {step.field.id: step for step in steps if isinstance(step, ClearDangling)}
    for step in steps:
        if step.of.id not in before.objects:
            continue
        match step:
            case AddColumn(of, field) if is_required(field) and not has_default(field) and not is_made_anew(field):
                yield _no_records(of, field, schema)
            case CreateUnique(of, field) if field.id not in added:
                yield _unique(of, field, _held(field, values), schema)
            case CreateUnique(of, field) if has_default(field) and not is_made_anew(field):
                yield _at_most_one_record(of, field, schema)
            case CreatePair() | AddAtMostOne():
                yield from _of_relations(step, added, schema)
            case FillNulls(of, field) if has_unique(field) and not is_made_anew(field):
                yield _at_most_one_filled(of, field, _held(field, values), schema)
            case SetNullable(of, field, is_nullable=False) if not has_default(field):
                was = _earlier(before.objects[of.id], field)
                hint = COME_BACK if was is not None and was.deleted_at is not None else FILL_IN
                yield _complete(of, field, _held(field, values), schema, cleared.get(field.id), hint)
            case AddCheck(of, field):
                yield from _allowed(of, _earlier(before.objects[of.id], field), field, schema)
            case _:
                pass


def _held(field: Field, values: Mapping[str, ColumnElement[Any]]) -> ColumnElement[Any]:
    """A column, or what it is about to be filled with."""
    return values.get(column_name(field), held_column(field))


def _no_records(of: Object, field: Field, schema: str) -> Guard:
    return Guard(_count(records_of(of, schema)), lambda row: RecordsWithoutValue(of, field, row["count"]))


def _at_most_one_record(of: Object, field: Field, schema: str) -> Guard:
    live = column("deleted_at").is_(None)
    counted = _count(records_of(of, schema)).where(live).having(func.count() > 1)
    return Guard(counted, lambda row: DefaultNotUnique(of, field, row["count"]))


def _at_most_one_filled(of: Object, field: Field, held: ColumnElement[Any], schema: str) -> Guard:
    """How many records would have the default value, once those without a value get it."""
    theirs = column("deleted_at").is_(None) & or_(held.is_(None), held == default_sql(field))
    counted = _count(records_of(of, schema)).where(theirs).having(func.count(held) < func.count(), func.count() > 1)
    return Guard(counted, lambda row: DefaultNotUnique(of, field, row["count"]))


def _unique(of: Object, field: Field, held: ColumnElement[Any], schema: str) -> Guard:
    live = select(held.label("value")).select_from(records_of(of, schema)).where(column("deleted_at").is_(None))
    values = live.subquery("values")
    held_twice = (
        select(cast(values.c.value, Text()).label("example"), func.count().label("records"))
        .where(values.c.value.is_not(None))
        .group_by(values.c.value)
        .having(func.count() > 1)
        .subquery("held_twice")
    )
    worst = select(func.count().over().label("count"), *held_twice.c).order_by(held_twice.c.records.desc()).limit(1)
    return Guard(worst, lambda row: ValuesNotUnique(of, field, row["count"], row["example"], row["records"]))


def _of_relations(step: CreatePair | AddAtMostOne, added: Collection[UUID], schema: str) -> Iterator[Guard]:
    """Of several relations of a record."""
    match step:
        case CreatePair(of, near, far) if near.id not in added and far.id not in added:
            yield _joined_once(of, near, far, schema)
        case AddAtMostOne(of, united):
            there = [each for each in united if each.id not in added]
            if len(there) > 1:
                yield _at_most_one(of, there, schema)


def _at_most_one(of: Object, united: Sequence[Field], schema: str) -> Guard:
    keys = [held_column(each) for each in united]
    query = _count(records_of(of, schema)).where(func.num_nonnulls(*keys) > 1)
    return Guard(query, lambda row: SeveralUnited(of, united, row["count"], row["example"]))


def _joined_once(of: Object, near: Field, far: Field, schema: str) -> Guard:
    keys = [held_column(near), held_column(far)]
    held_twice = (
        select(func.count().label("records"))
        .select_from(records_of(of, schema))
        .where(column("deleted_at").is_(None), *(each.is_not(None) for each in keys))
        .group_by(*keys)
        .having(func.count() > 1)
        .subquery("held_twice")
    )
    return Guard(
        select(func.count().label("count")).select_from(held_twice),
        lambda row: JoinedTwice(of, near, far, row["count"]),
    )


def _complete(
    of: Object, field: Field, held: ColumnElement[Any], schema: str, cleared: ClearDangling | None, hint: str
) -> Guard:
    records = records_of(of, schema, held_column(field))
    empty: ColumnElement[bool] = held.is_(None)
    if cleared is not None:
        empty = or_(empty, dangling(cleared, records, schema))
    query = _count(records).where(empty)
    return Guard(query, lambda row: ValuesMissing(of, field, row["count"], row["example"], hint))


def _earlier(of: Object, field: Field) -> Field | None:
    """What the column held in an earlier model."""
    return next((each for each in stored_fields(of) if each.column == field.column), None)


def _allowed(of: Object, before: Field | None, field: Field, schema: str) -> Iterator[Guard]:
    """Of a column that is there: a guard for each option that goes, or for the rule that comes."""
    choices, allowed = KINDS[field.kind].choices, rule(field)
    if before is None or allowed is None:
        return
    if choices is None:
        query = _count(records_of(of, schema)).where(~allowed)
        yield Guard(query, lambda row: ValuesDoNotFit(of, field, row["count"], row["example"]))
        return
    kept = {each.id for each in field.options}
    for value in (each.value for each in before.options if each.id not in kept):
        query = _count(records_of(of, schema)).where(choices.holds(held_column(before), value))
        yield Guard(query, lambda row, value=value: OptionInUse(of, field, value, row["count"], row["example"]))  # type: ignore[misc]


def _count(records: TableClause) -> Select[Any]:
    """How many records, deleted ones included, and the id of one."""
    columns: list[ColumnElement[Any]] = [
        func.count().label("count"),
        func.min(cast(column("id"), Text())).label("example"),
    ]
    return select(*columns).select_from(records)
