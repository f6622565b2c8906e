"""A text that becomes a choice without saying of what: the options are made of the values that there are."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import count
from typing import Any

from msgspec import UNSET
from sqlalchemy import Text, func, select

from armature.core.db import Connection, fetch
from armature.core.errors import ArmatureError
from armature.metadata.changes import Change, NewOption, UpdateField
from armature.metadata.conversions.conversion import Given, items_of, trimmed
from armature.metadata.conversions.matrix import is_convertible
from armature.metadata.edits.draft import Path
from armature.metadata.kinds import KINDS
from armature.metadata.model import Field, Object, Snapshot
from armature.metadata.names import option_value_of
from armature.metadata.resolve import as_id
from armature.migrations.workspace.render import records_of

MOST_OPTIONS = 100
CHOICES = frozenset(name for name, kind in KINDS.items() if kind.has_options)


class TooManyValues(ArmatureError):
    """No setting raises this."""

    code = "LIMIT_EXCEEDED"

    def __init__(self, field: Field, path: Path) -> None:
        super().__init__(
            f'"{field.name}" has more than {MOST_OPTIONS} different values: too many to make options of.',
            hint="Give the options.",
            field=field.name,
            path=path,
        )


async def with_found_options(
    connection: Connection, before: Snapshot, changes: Sequence[Change], paths: Sequence[Path] | None
) -> Sequence[Change]:
    """The changes with options where they need some. What is wrong with them, `edit` says. Raises TooManyValues."""
    found = list(changes)
    for position, each in enumerate(changes):
        if isinstance(each, UpdateField) and each.type in CHOICES and each.options is UNSET:
            path = paths[position] if paths else ("changes", position, "updateField")
            found[position] = await _with_options(connection, before, each, (*path, "type"))
    return changes if found == changes else found


async def _with_options(connection: Connection, before: Snapshot, change: UpdateField, path: Path) -> UpdateField:
    of, field = _named(before, change)
    kind = str(change.type)
    if of is None or field is None or KINDS[field.kind].has_options or not is_convertible(field.kind, kind):
        return change
    texts = await _texts(connection, before.schema, of, field, kind)
    if len(texts) > MOST_OPTIONS:
        raise TooManyValues(field, path)
    return replace(change, options=tuple(_options(texts))) if texts else change


def _named(before: Snapshot, change: UpdateField) -> tuple[Object | None, Field | None]:
    of = before.kept_objects.get(change.object) or before.objects.get(as_id(change.object))
    field = (of.kept_fields.get(change.field) or of.fields.get(as_id(change.field))) if of else None
    return of, field


async def _texts(connection: Connection, schema: str, of: Object, field: Field, kind: str) -> list[str]:
    """Those that differ by more than capitals."""
    text: Any = Given(field, field).text
    if kind == "MULTI_SELECT":
        text = func.unnest(items_of(text), type_=Text())
    listed = select(trimmed(text).label("text")).select_from(records_of(of, schema)).subquery("listed")
    spelt = select(func.min(listed.c.text).label("text")).where(listed.c.text.is_not(None))
    alike = spelt.group_by(func.lower(listed.c.text)).order_by(func.lower(listed.c.text)).limit(MOST_OPTIONS + 1)
    return [each["text"] for each in await fetch(connection, alike)]


def _options(texts: Sequence[str]) -> list[NewOption]:
    taken: set[str] = set()
    found: list[NewOption] = []
    for text in texts:
        value = option_value_of(text)
        numbered = (f"{value}_{number}" for number in count(2))
        value = value if value not in taken else next(each for each in numbered if each not in taken)
        taken.add(value)
        found.append(NewOption(value=value, label=text))
    return found
