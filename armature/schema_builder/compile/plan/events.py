"""Change events of one object, as data: which of them, and what is shown of each."""

from dataclasses import dataclass

from armature.schema_builder.compile.binds import Bind
from armature.schema_builder.compile.plan.conditions import Condition
from armature.schema_builder.compile.plan.levels import Rows
from armature.schema_builder.compile.plan.outputs import TypeName
from armature.schema_builder.view import ObjectView


@dataclass(frozen=True, slots=True)
class Fact:
    """`what` is position, action, at or recordId."""

    key: str
    what: str


@dataclass(frozen=True, slots=True)
class Named:
    """Parts of a change or of an actor: response keys with the parts' names, or with a type's."""

    parts: tuple[tuple[str, str], ...]
    type_name: str


@dataclass(frozen=True, slots=True)
class Actor:
    key: str
    shown: Named


@dataclass(frozen=True, slots=True)
class Changes:
    key: str
    shown: Named


@dataclass(frozen=True, slots=True)
class Changed:
    """The record; `rows` has nothing but what is shown of it."""

    key: str
    rows: Rows


EventField = Fact | Actor | Changes | Changed | TypeName


@dataclass(frozen=True, slots=True)
class Events:
    """`on` None: all actions; `after` None: from now on."""

    object: ObjectView
    fields: tuple[EventField, ...]
    condition: Condition
    on: Bind | None
    after: Bind | None

    @property
    def asked(self) -> Rows:
        """What each event asks for, as a read of its record."""
        shown = (output for each in self.fields if isinstance(each, Changed) for output in each.rows.outputs)
        return Rows(self.object, tuple(shown), self.condition)
