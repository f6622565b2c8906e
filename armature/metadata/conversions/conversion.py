"""How a value of one kind becomes one of another: SQL that never fails, and is null where the value does not fit.

PostgreSQL may look at the conditions of an AND in any order, at those of a CASE only in turn: what could raise an error
stands behind the condition that keeps it from that.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Text, case, column, func, literal
from sqlalchemy.dialects.postgresql import ARRAY

from armature.metadata.kinds import KINDS, Settings
from armature.metadata.model import Field
from armature.metadata.names import part_column

Sql: TypeAlias = ColumnElement[Any]
Parts: TypeAlias = Mapping[str, Sql]
"""By the name of the part; "" for a value of one part."""

BLANKS = " \t\r\n\u00a0"


@dataclass(frozen=True, slots=True)
class Given:
    """A field as it was and as it will be; what it holds is named without a table."""

    before: Field
    after: Field

    def held(self, part: str = "") -> Sql:
        return held(self.before, part)

    @property
    def text(self) -> Sql:
        """What it holds, as somebody would write it."""
        return TEXTS[self.before.kind](self.before)


Spell: TypeAlias = Callable[[Settings], Callable[[str], Mapping[str, str | None]]]
"""For some settings, what makes the parts of a value from a text; raises Unfit."""


@dataclass(frozen=True, slots=True)
class Conversion:
    """`parts` is the value in SQL; or `spell` makes it of a text, where only a library of Python's knows the rules."""

    parts: Callable[[Given], Parts] | None = None
    spell: Spell | None = None


def held(field: Field, part: str = "") -> Sql:
    """The column of a field, or of one of its parts."""
    kind, name = KINDS[field.kind], field.column
    assert name is not None  # noqa: S101  what is converted has a column
    if not part:
        return column(name, kind.column_type(field.settings))
    of = kind.parts[part]
    return column(part_column(name, part), of.kind.column_type(of.settings))


def single(value: Callable[[Given], Sql]) -> Conversion:
    return Conversion(lambda given: {"": value(given)})


def guarded(value: Sql, *conditions: Sql) -> Sql:
    """The value where all conditions hold, each looked at only after those before it; else null."""
    for condition in reversed(conditions):
        value = case((condition, value))
    return value


def matches(text: Sql, pattern: str) -> Sql:
    return text.op("~", is_comparison=True)(words(pattern))


def is_valid(text: Sql, type_name: str) -> Sql:
    """Whether PostgreSQL can read it as this type."""
    return func.pg_input_is_valid(text, words(type_name))


def words(text: str) -> Sql:
    return literal(text, Text())


def trimmed(text: Sql) -> Sql:
    """Without white space around it; null where nothing is left."""
    return func.nullif(func.btrim(text, words(BLANKS)), words(""), type_=Text())


def items_of(text: Sql) -> Sql:
    """A text that lists something, by commas, semicolons or lines."""
    items = func.regexp_split_to_array(trimmed(text), words(r"\s*[,;\n]\s*"))
    return func.array_remove(items, words(""), type_=ARRAY(Text()))


TEXTS: dict[str, Callable[[Field], Sql]] = {}
"""By kind; filled by texts.py."""
