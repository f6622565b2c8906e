"""What one role may see of a model: the objects and their entries, by API name.

Types, plans and statements are made from a view and from nothing else, so what a view leaves out does not exist for its
role. Today there is one role, the administrator, who sees every visible object and field; roles narrow it here.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import TableClause

from armature.metadata.kinds import KINDS
from armature.metadata.model import Field, Object, Option, Snapshot
from armature.metadata.names import pascal
from armature.schema_builder.tables import queried


@dataclass(frozen=True, slots=True)
class Plain:
    """A value in a column. `scalar` is a key of SCALARS, or ENUM where the field has options."""

    name: str
    field: Field
    scalar: str
    column: str
    is_required: bool = False

    @property
    def options(self) -> tuple[Option, ...]:
        return self.field.options


@dataclass(frozen=True, slots=True)
class ToOne:
    """A record that this one refers to by `column`."""

    name: str
    field: Field
    target: str
    column: str


@dataclass(frozen=True, slots=True)
class ToMany:
    """The records that refer to this one by their `column`."""

    name: str
    field: Field
    target: str
    column: str


Entry = Plain | ToOne | ToMany


@dataclass(frozen=True)
class ObjectView:
    """One object; `entries` in display order, a to-one relation giving two: `company` and `companyId`."""

    object: Object
    snapshot: Snapshot

    @property
    def name(self) -> str:
        return self.object.name_singular

    @property
    def plural(self) -> str:
        return self.object.name_plural

    @cached_property
    def type_name(self) -> str:
        return pascal(self.object.name_singular)

    @cached_property
    def table(self) -> TableClause:
        return queried(self.object)

    @cached_property
    def entries(self) -> Mapping[str, Entry]:
        return {
            entry.name: entry
            for field in self.object.visible_fields.values()
            for entry in _entries(self.snapshot, field)
        }

    @cached_property
    def unique_entries(self) -> Mapping[str, Plain]:
        """What addresses one record: `id` and the unique fields."""
        return {
            name: entry
            for name, entry in self.entries.items()
            if isinstance(entry, Plain) and (entry.field.is_unique or name == "id")
        }

    @cached_property
    def writable(self) -> Mapping[str, Entry]:
        """What a client may set: everything but to-many relations and the system's own times."""
        return {
            name: entry
            for name, entry in self.entries.items()
            if not isinstance(entry, ToMany) and not (entry.field.is_system and name != "id")
        }


def _entries(snapshot: Snapshot, field: Field) -> Iterator[Entry]:
    if field.relation_id is None:
        required = not field.is_nullable
        scalar = "ID" if field.is_system and field.name == "id" else KINDS[field.kind].scalar(field.settings)
        assert field.column is not None and scalar is not None  # noqa: S101, PT018  only relations lack them
        yield Plain(field.name, field, scalar, field.column, required)
        return
    link = snapshot.link(field)
    if not link.target.is_visible:
        return
    if link.side == "ONE_TO_MANY":
        assert link.inverse.column is not None  # noqa: S101  the many side holds the key
        yield ToMany(field.name, field, link.target.name_singular, link.inverse.column)
        return
    assert field.column is not None  # noqa: S101
    yield Plain(f"{field.name}Id", field, "ID", field.column, not field.is_nullable)
    yield ToOne(field.name, field, link.target.name_singular, field.column)


class View:
    """The administrator's view of a snapshot. Objects are made ready when first asked for."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self._made: dict[str, ObjectView] = {}

    def __iter__(self) -> Iterator[ObjectView]:
        return (self[name] for name in self.snapshot.visible_objects)

    def __getitem__(self, name_singular: str) -> ObjectView:
        if name_singular not in self._made:
            found = self.snapshot.visible_objects[name_singular]
            self._made[name_singular] = ObjectView(found, self.snapshot)
        return self._made[name_singular]
