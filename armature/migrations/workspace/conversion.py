"""Before values are converted: lock the table, learn what becomes of texts that only Python can read, count failures.

The lock is the one that the change needs anyway: asked before it, a question could get an answer that a write makes
wrong. Texts are read before the lock, too, so that under it only those are left that came since.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import asyncpg
import msgspec
from sqlalchemy import ColumnElement, Text, and_, cast, column, exists, func, null, or_, select, true

from armature.core.db import DIALECT, Connection, fetch, fetch_one, fetch_value
from armature.core.errors import ArmatureError, ManyErrors
from armature.metadata.conversions.conversion import Given, Spell
from armature.metadata.conversions.matrix import (
    conversion_of,
    converted,
    is_convertible,
    is_there,
    spelling_table,
)
from armature.metadata.kinds.kind import Unfit
from armature.metadata.model import Field, Object
from armature.metadata.stored import stored
from armature.migrations.workspace.conflicts import DocumentTooDeep, Example, ValuesNotConvertible
from armature.migrations.workspace.locks import WAIT_NO_LONGER
from armature.migrations.workspace.render import default_sql, held_column, records_of, spelling_name
from armature.migrations.workspace.steps import ConvertValues, Step
from armature.schema_builder.tables import column_name

Parts: TypeAlias = Mapping[str, str | None]

MOST_EXAMPLES = 5
LONGEST_EXAMPLE = 100
TEXTS_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Conversion:
    """What becomes of a field's values. `records` have one, `failing` of them one that does not fit."""

    step: ConvertValues
    records: int
    failing: int
    examples: Sequence[Example]

    @property
    def is_refused(self) -> bool:
        return self.failing > 0 and self.step.on_failure == "REFUSE"


def refuse_failing(conversions: Sequence[Conversion]) -> None:
    """Raises ValuesNotConvertible for each field with values that don't fit, unless something else becomes of them."""
    errors: list[ArmatureError] = [
        ValuesNotConvertible(each.step.of, each.step.field, each.failing, each.examples)
        for each in conversions
        if each.is_refused
    ]
    if errors:
        raise errors[0] if len(errors) == 1 else ManyErrors(errors)


async def look_ahead(connection: Connection, steps: Sequence[Step], schema: str) -> list[Conversion]:
    """What the conversions among the steps will do. Their tables are locked from then on."""
    conversions = [each for each in steps if isinstance(each, ConvertValues)]
    if not conversions:
        return []
    spelt = [(each, spell) for each in conversions if (spell := conversion_of(each.before, each.field.kind).spell)]
    for step, spell in spelt:
        await _make_spelling(connection, step)
        await _spell(connection, step, spell, schema)
    await _lock(connection, {each.of.table for each in conversions}, schema)
    for step, spell in spelt:
        await _spell(connection, step, spell, schema)
    return [await _conversion(connection, each, schema) for each in conversions]


async def _lock(connection: Connection, tables: set[str], schema: str) -> None:
    quote = DIALECT.identifier_preparer.quote
    named = ", ".join(f"{quote(schema)}.{quote(each)}" for each in sorted(tables))
    await connection.execute(f"{WAIT_NO_LONGER};\nLOCK TABLE {named} IN ACCESS EXCLUSIVE MODE")


async def _conversion(connection: Connection, step: ConvertValues, schema: str) -> Conversion:
    found = converted(step.before, step.field, spelling_name(step.field))
    records = records_of(step.of, schema)
    counted = select(
        func.count().filter(found.is_there).label("there"), func.count().filter(found.fails).label("failing")
    ).select_from(records)
    try:
        row = await fetch_one(connection, counted)
    except asyncpg.StatementTooComplexError as error:
        raise DocumentTooDeep(step.field) from error
    assert row is not None  # noqa: S101  it counts
    if not row["failing"]:
        return Conversion(step, row["there"], 0, ())
    shown = func.left(cast(Given(step.before, step.field).text, Text()), LONGEST_EXAMPLE)
    failing = (
        select(cast(column("id"), Text()).label("id"), shown.label("value"))
        .select_from(records)
        .where(found.fails)
        .order_by(column("id"))
        .limit(MOST_EXAMPLES)
    )
    rows = await fetch(connection, failing)
    return Conversion(step, row["there"], row["failing"], [Example(each["id"], each["value"]) for each in rows])


async def own_values(connection: Connection, of: Object, aside: Field, field: Field, schema: str) -> int:
    """How many records have a value that does not follow from the one set aside, nor that one from it."""
    alike: list[ColumnElement[bool]] = []
    for before, after in ((aside, field), (field, aside)):
        if not is_convertible(before.kind, after.kind):
            continue
        step = ConvertValues(of, after, before, before, "NULL")
        if spell := conversion_of(before, after.kind).spell:
            await _make_spelling(connection, step)
            await _spell(connection, step, spell, schema)
        found = converted(before, after, spelling_name(after)).columns
        alike.append(and_(*(held_column(each).is_not_distinct_from(_value(found, each)) for each in stored(after))))
    own = and_(is_there(field), *(~each for each in alike), _is_no_default(field))
    counted: int = await fetch_value(connection, select(func.count()).select_from(records_of(of, schema)).where(own))
    return counted


def _value(found: Mapping[str, ColumnElement[Any]], held: Field) -> ColumnElement[Any]:
    return found.get(column_name(held), null())


def _is_no_default(field: Field) -> ColumnElement[bool]:
    if field.default is None:
        return true()
    return or_(*(held_column(each).is_distinct_from(default_sql(each)) for each in stored(field) if each.default))


# What becomes of each text


async def _make_spelling(connection: Connection, step: ConvertValues) -> None:
    """A hash index takes texts of any length."""
    name = spelling_name(step.field)
    await connection.execute(
        f"CREATE TEMPORARY TABLE {name} (armature__text text, armature__parts text) ON COMMIT DROP;\n"
        f"CREATE INDEX ON pg_temp.{name} USING hash (armature__text)"
    )


async def _spell(connection: Connection, step: ConvertValues, spell: Spell, schema: str) -> None:
    """For the texts that are not known yet."""
    known = spelling_table(spelling_name(step.field))
    text = Given(step.before, step.field).text
    texts = select(text.label("text")).select_from(records_of(step.of, schema)).distinct().subquery("texts")
    new = select(texts.c.text).where(
        texts.c.text.is_not(None), ~exists().where(known.c.armature__text == texts.c.text).correlate(texts)
    )
    name, canonical = spelling_name(step.field), spell(step.field.settings)
    statement = new.compile(dialect=DIALECT, compile_kwargs={"literal_binds": True})
    await connection.execute(f"DECLARE {name} CURSOR FOR {statement}")
    while rows := await connection.fetch(f"FETCH {TEXTS_AT_ONCE} FROM {name}"):
        spelt = await asyncio.to_thread(_spellings, canonical, [each["text"] for each in rows])
        await connection.copy_records_to_table(name, records=spelt, schema_name="pg_temp")
    await connection.execute(f"CLOSE {name}")


def _spellings(canonical: Callable[[str], Parts], texts: Sequence[str]) -> list[tuple[str, str | None]]:
    return [(each, _spelling(canonical, each)) for each in texts]


def _spelling(canonical: Callable[[str], Parts], text: str) -> str | None:
    try:
        return msgspec.json.encode(canonical(text)).decode()
    except Unfit:
        return None
