"""A mutation, as data."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from armature.schema_builder.compile.binds import Bind
from armature.schema_builder.compile.plan.conditions import EVERY_RECORD, Compare, Condition
from armature.schema_builder.compile.plan.levels import Rows
from armature.schema_builder.compile.plan.reads import Known
from armature.schema_builder.compile.plan.topics import Saying
from armature.schema_builder.view import ObjectView, Plain, ToMany, ToOne


@dataclass(frozen=True, slots=True)
class SetValue:
    """A column gets a value."""

    entry: Plain
    value: Bind


@dataclass(frozen=True, slots=True)
class SetLink:
    """A to-one relation gets the id of the one visible record that meets a condition; `place`: where it was written."""

    place: tuple[str | int, ...]
    column: str
    to: ObjectView
    condition: Compare


@dataclass(frozen=True, slots=True)
class SetNew:
    """A to-one relation gets the id of a record made just before; `data` is read as a plain dict."""

    entry: ToOne
    data: Bind
    place: tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Beside:
    """What is to happen to the records that refer to the one written; `data` is read as a plain dict."""

    entry: ToOne | ToMany
    data: Bind


@dataclass(frozen=True, slots=True)
class NewRows:
    """The records of a bulk create as the client sent them, a list of plain dicts, read when the statement runs."""

    rows: Bind


@dataclass(frozen=True, slots=True)
class Upsert:
    """Where a visible record has the same values of `by` already, it gets `updates`; None: all that are given."""

    by: tuple[Plain, ...]
    updates: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class Merge:
    """Several records become one: the first, unless `keep` names another. A dry run is undone once it is shown."""

    ids: Bind
    keep: Bind | None
    is_dry_run: Bind


@dataclass(frozen=True, slots=True)
class Shown:
    """What a mutation on many records answers under one response key."""

    key: str
    what: Literal["count", "records", "typename"]
    rows: Rows | None = None


@dataclass(frozen=True, slots=True)
class Write:
    """A root field of a mutation; `does` is a key of roots.MUTATIONS.

    `shown` is what it answers: one record, a list of them, or counts and records. `since` is what the one record must
    meet beside `condition`: that nobody changed it meanwhile.
    """

    key: str
    does: str
    object: ObjectView
    shown: Rows | tuple[Shown, ...]
    condition: Condition = EVERY_RECORD
    since: Compare | None = None
    sets: tuple[SetValue | SetLink | SetNew, ...] = ()
    beside: tuple[Beside, ...] = ()
    new: NewRows | None = None
    upsert: Upsert | None = None
    merge: Merge | None = None

    @property
    def is_nested(self) -> bool:
        """Whether other records are written with this one."""
        return bool(self.beside) or any(isinstance(each, SetNew) for each in self.sets)


@dataclass(frozen=True, slots=True)
class Writes:
    """A mutation: root fields in their order; each that writes is a transaction of its own."""

    fields: tuple[Write | Saying | Known, ...]

    @property
    def writes(self) -> Sequence[Write]:
        return [each for each in self.fields if isinstance(each, Write)]
