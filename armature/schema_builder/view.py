"""What one role may see of a model: the objects and their entries, by API name.

Types, plans and statements are made from a view and from nothing else, so what a view leaves out does not exist for its
role. Today there is one role, the administrator, who sees every visible object and field; roles narrow it here.
"""

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any, Protocol

from msgspec.json import encode
from sqlalchemy import TableClause

from armature.metadata.aggregates import COUNTING
from armature.metadata.duplicates import criteria
from armature.metadata.kinds import KINDS
from armature.metadata.model import Field, Object, Option, Snapshot
from armature.metadata.names import MEMBER, VECTOR_FIELDS, pascal
from armature.metadata.rights import Right
from armature.metadata.rollups import Rollup, seen_rollup
from armature.metadata.searched import is_searched, searched
from armature.metadata.stored import stored
from armature.schema_builder.tables import Records, column_name, is_key, queried, stored_fields


@dataclass(frozen=True, slots=True)
class Plain:
    """A value in a column. `scalar` is a key of SCALARS, or ENUM where the field has options.

    One `within` a composite is a part of it, and its field a plain one (metadata/stored.py).
    """

    name: str
    field: Field
    scalar: str
    column: str
    is_required: bool = False
    within: str | None = None

    @property
    def options(self) -> tuple[Option, ...]:
        return self.field.options

    @property
    def path(self) -> tuple[str, ...]:
        """Where a record's data has it."""
        return (self.name,) if self.within is None else (self.within, self.name)

    @property
    def mark(self) -> str:
        """Tells it apart from the other values of its object, whatever it is called."""
        return self.column


@dataclass(frozen=True, slots=True, kw_only=True)
class Rolled(Plain):
    """What many records come to, computed where it is asked for (compile/rollups.py). No column has such a name."""

    rollup: Rollup
    view: "View" = field(compare=False, repr=False)

    @property
    def mark(self) -> str:
        return encode(dict(self.field.settings), order="deterministic").decode()


@dataclass(frozen=True, slots=True)
class Composite:
    """A value of several parts by name, each in a column of its own; nothing where all of them are."""

    name: str
    field: Field
    parts: Mapping[str, Plain]

    @property
    def is_required(self) -> bool:
        return not self.field.is_nullable


@dataclass(frozen=True, slots=True)
class ToOne:
    """The one record whose column `far` holds what this one's column `near` does."""

    name: str
    field: Field
    target: str
    near: str
    far: str

    @property
    def has_key(self) -> bool:
        """Whether this record refers to that one, and not the other way round."""
        return self.field.column is not None


@dataclass(frozen=True, slots=True)
class Through:
    """The link object of a many-to-many relation: its column `near` leads here, and `far` to the target."""

    object: str
    near: str
    far: str


@dataclass(frozen=True, slots=True)
class ToMany:
    """The records whose column `far` holds what this one's column `near` does, if need be by way of link records."""

    name: str
    field: Field
    target: str
    near: str
    far: str
    through: Through | None = None


@dataclass(frozen=True, slots=True)
class Morph:
    """The record that one of several to-one relations leads to, of which at most one does."""

    name: str
    field: Field
    united: tuple[ToOne, ...]


Entry = Plain | Composite | ToOne | ToMany

FORMS: Mapping[str, str] = {"connection": "Connection", "aggregate": "Aggregate"}
"""What a to-many relation can be shown as beside a list, with the ends of the fields' names (names.TO_MANY_FIELDS)."""


SETTABLE = frozenset({"id", "position"})
"""The fields of every object that a client may set."""

OF_MEMBERS = frozenset({"name"})
"""The system fields of workspace members that a client may set."""


@dataclass(frozen=True)
class ObjectView:
    """One object; `entries` in display order, a relation with a foreign key giving two: `company` and `companyId`."""

    object: Object
    view: "View"

    @property
    def snapshot(self) -> Snapshot:
        return self.view.snapshot

    def rule(self, to: Right) -> Any:
        """The condition that records must meet for the caller to do this with them; None where all may be."""
        return None if self.view.rules is None else self.view.rules.rule(self, to)

    @property
    def has_rules(self) -> bool:
        """Whether any object of the view has a row rule."""
        return self.snapshot.sight is not None and self.snapshot.sight.has_rules

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
        """To write to; reads take an alias each."""
        return queried(self.object)

    @cached_property
    def _held(self) -> Mapping[str, Field]:
        return {column_name(each): each for each in stored_fields(self.object)}

    def alias(self, name: str) -> Records:
        return Records(self.object.table, name, self._held)

    @cached_property
    def entries(self) -> Mapping[str, Entry]:
        return {
            entry.name: entry
            for field in self.object.visible_fields.values()
            for entry in _entries(self.view, self.object, field)
        }

    @cached_property
    def rollups(self) -> Mapping[str, Rolled]:
        return {name: entry for name, entry in self.entries.items() if isinstance(entry, Rolled)}

    @cached_property
    def morphs(self) -> Mapping[str, Morph]:
        """What is shown only: filters, orders and writes name the relations themselves."""
        found = (_morph(self.view, self.object, each) for each in self.object.visible_fields.values())
        return {each.name: each for each in found if each is not None}

    @cached_property
    def sought(self) -> tuple[Plain, ...]:
        """What is searched of a record."""
        return tuple(self.plain[column_name(each)] for each in searched(self.object) if each.column in self.plain)

    @cached_property
    def criteria(self) -> tuple[tuple[Plain, ...], ...]:
        """By what duplicates are told, as far as it is in sight."""
        found = ([self.plain.get(column_name(each)) for each in criterion] for criterion in criteria(self.object))
        return tuple(tuple(each for each in criterion if each) for criterion in found if all(criterion))

    @cached_property
    def indexed(self) -> tuple[Field, ...]:
        """What everybody together searches of a record."""
        sight = self.snapshot.sight
        return tuple(searched(self.object if sight is None else sight.whole.objects[self.object.id]))

    @cached_property
    def vectors(self) -> Mapping[str, Field]:
        """What is filtered by only: a search of the whole record."""
        found = (each for each in self.object.visible_fields.values() if each.kind == "TS_VECTOR")
        return {each.name: each for each in found} if self.sought else {}

    @cached_property
    def shown(self) -> Mapping[str, tuple[str, Entry]]:
        """The fields of a record: each entry, to-many relations in each of their forms, keys of names.ROOTS; vectors
        also by their distance.
        """
        found: dict[str, tuple[str, Entry]] = {name: ("list", entry) for name, entry in self.entries.items()}
        for name, entry in self.entries.items():
            if isinstance(entry, ToMany):
                found |= {f"{name}{suffix}": (form, entry) for form, suffix in FORMS.items()}
            elif entry.field.kind == "VECTOR":
                found[VECTOR_FIELDS[1].format(name)] = ("distance", entry)
        return found

    @cached_property
    def values(self) -> Mapping[str, Plain]:
        """What aggregates and groups are made of: the city of `address` as `addressCity`, if no field has that name."""
        found = {name: entry for name, entry in self.entries.items() if isinstance(entry, Plain)}
        parts = {
            f"{entry.name}{pascal(name)}": part
            for entry in self.entries.values()
            if isinstance(entry, Composite)
            for name, part in entry.parts.items()
            if part.scalar != "ENUM"
        }
        return found | {name: part for name, part in parts.items() if name not in self.entries}

    @cached_property
    def plain(self) -> Mapping[str, Plain]:
        """By column, what has one: values and the parts of composites."""
        found: dict[str, Plain] = {}
        for entry in self.entries.values():
            for each in entry.parts.values() if isinstance(entry, Composite) else (entry,):
                if isinstance(each, Plain) and not isinstance(each, Rolled):
                    found[each.column] = each
        return found

    @cached_property
    def unique_entries(self) -> Mapping[str, Plain]:
        """What addresses one record: `id` and unique values, composites by their primary part."""
        return {
            each.within or each.name: each
            for each in self.plain.values()
            if each.field.is_unique or (each.name == "id" and each.within is None) or self._is_alone_in_index(each)
        }

    def _is_alone_in_index(self, each: Plain) -> bool:
        """Whether somebody has asked for an index that makes it unique among all records."""
        part = each.name if each.within is not None else None
        is_addressed = part is None or part == KINDS[self.object.fields[each.field.id].kind].primary
        return is_addressed and any(
            index.is_unique
            and index.where is None
            and [(one.field, one.part) for one in index.parts] == [(each.field.id, part)]
            for index in self.object.indexes
        )

    @cached_property
    def writable(self) -> Mapping[str, Entry]:
        """What a client may set: no relations without a key here, no times, nothing that PostgreSQL gives."""
        return {
            name: entry
            for name, entry in self.entries.items()
            if entry.field.column is not None
            and entry.field.is_settable
            and not (entry.field.is_system and name not in SETTABLE | OF_MEMBERS)
            and not KINDS[entry.field.kind].is_read_only
        }

    @cached_property
    def links(self) -> Set[str]:
        """The to-one relations that the record itself has the key of."""
        return {name for name, entry in self.writable.items() if isinstance(entry, ToOne)}

    @cached_property
    def related(self) -> frozenset[str]:
        """The relations, by the names under which other records may be written with one."""
        return frozenset({*self.links, *self.nested})

    @cached_property
    def nested(self) -> Mapping[str, ToOne | ToMany]:
        """The relations that have no key here: what a client may write beside a record, not in it."""
        return {
            name: entry
            for name, entry in self.entries.items()
            if isinstance(entry, ToOne | ToMany) and entry.field.column is None and self._may_nest(entry)
        }

    def _may_nest(self, entry: ToOne | ToMany) -> bool:
        """Whether a role may change who belongs to whom."""
        if self.object.access is None:
            return True
        link = self.snapshot.link(entry.field)
        if link.between is not None:
            return entry.field.is_settable and link.between.object.may("CREATE", "DELETE")
        return entry.field.is_settable and link.inverse.is_settable and link.target.may("CREATE", "UPDATE")


def _entries(view: "View", of: Object, field: Field) -> Iterator[Entry]:
    if field.kind in ("MORPH_RELATION", "TS_VECTOR"):
        return
    if field.kind == "ROLLUP":
        yield from _rolled(view, of, field)
        return
    if KINDS[field.kind].parts:
        yield _composite(field)
        return
    if field.relation_id is None:
        yield _plain(field, field.name)
        return
    link = view.snapshot.link(field)
    if not link.is_visible:
        return
    target = link.target.name_singular
    if field.column is not None:
        yield Plain(f"{field.name}Id", field, "ID", field.column, not field.is_nullable)
        yield ToOne(field.name, field, target, field.column, "id")
    elif (between := link.between) is not None:
        through = Through(between.object.name_singular, column_name(between.near), column_name(between.far))
        yield ToMany(field.name, field, target, "id", "id", through)
    elif link.side == "ONE_TO_ONE":
        yield ToOne(field.name, field, target, "id", column_name(link.inverse))
    else:
        yield ToMany(field.name, field, target, "id", column_name(link.inverse))


@lru_cache(5_000)
def _composite(field: Field) -> Composite:
    held = zip(KINDS[field.kind].parts, stored(field), strict=True)
    return Composite(field.name, field, {name: _plain(each, name, within=field.name) for name, each in held})


def _morph(view: "View", of: Object, field: Field) -> Morph | None:
    """None where no relation is left to unite."""
    visible = (each for each in of.unions.get(field.id, ()) if each.is_visible)
    united = tuple(entry for each in visible for entry in _entries(view, of, each) if isinstance(entry, ToOne))
    return Morph(field.name, field, united) if united else None


def _rolled(view: "View", of: Object, field: Field) -> Iterator[Rolled]:
    rollup = seen_rollup(view.snapshot, of, field)
    if rollup is not None:
        is_required = rollup.function in COUNTING
        yield Rolled(field.name, field, rollup.result, f"({field.name})", is_required, rollup=rollup, view=view)


def _plain(field: Field, name: str, within: str | None = None) -> Plain:
    scalar = "ID" if is_key(field) else KINDS[field.kind].scalar(field.settings)
    assert scalar is not None  # noqa: S101  only relations and composites lack one
    return Plain(name, field, scalar, column_name(field), not field.is_nullable, within)


class Rules(Protocol):
    """Where the row rules of a view are conditions (compile/plan.py)."""

    def rule(self, of: ObjectView, to: Right) -> Any: ...


class View:
    """What a snapshot shows: all of it, or what a role sees. Objects are made ready when first asked for.

    Without `rules`, every record is in sight.
    """

    def __init__(self, snapshot: Snapshot, rules: Rules | None = None) -> None:
        self.snapshot = snapshot
        self.rules = rules
        self._made: dict[str, ObjectView] = {}

    def __iter__(self) -> Iterator[ObjectView]:
        return (self[name] for name in self.snapshot.visible_objects)

    def __getitem__(self, name_singular: str) -> ObjectView:
        if name_singular not in self._made:
            found = self.snapshot.visible_objects[name_singular]
            self._made[name_singular] = ObjectView(found, self)
        return self._made[name_singular]

    @property
    def members(self) -> ObjectView | None:
        """The users of the workspace, as records."""
        found = self.snapshot.visible_objects.get(MEMBER)
        return self[MEMBER] if found is not None and found.may("READ") else None

    @property
    def has_searchable(self) -> bool:
        return any(is_searched(each) and each.may("READ") for each in self.snapshot.visible_objects.values())

    @cached_property
    def searchable(self) -> Mapping[str, ObjectView]:
        """By name, the objects that have something to search by."""
        found = self.snapshot.visible_objects.items()
        return {name: self[name] for name, each in found if is_searched(each) and each.may("READ")}
