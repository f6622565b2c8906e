"""What a workspace is: objects, fields and relations, frozen.

A Snapshot is one version of one workspace's model. Nothing here does I/O or knows SQL; `edit.py` makes the next
snapshot, `check.py` says whether it may be, `store.py` reads and writes it.

Deleted and deactivated objects and fields stay in a snapshot (their tables and columns exist); what clients see is
`visible_objects` and `visible_fields`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from hashlib import blake2b
from types import MappingProxyType
from typing import Any, Literal
from uuid import UUID

import msgspec

OnDelete = Literal["CASCADE", "SET_NULL", "RESTRICT"]
RelationSide = Literal["ONE_TO_MANY", "MANY_TO_ONE", "ONE_TO_ONE"]

EMPTY: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a SELECT; `value` is its GraphQL enum value and what the column holds."""

    id: UUID
    value: str
    label: str
    color: str | None = None


@dataclass(frozen=True)
class Field:
    """`name` is the API's and may change; `column` was given at birth and stays.

    `column` is None where the record holds nothing: the to-many side of a relation. `kind` is a key of kinds.KINDS.
    `default` is JSON as the client wrote it, already checked by the kind; None means no default.
    `relation_id` is set for kind RELATION, and the Relation tells which side this field is.
    """

    id: UUID
    name: str
    kind: str
    column: str | None
    label: str
    description: str | None = None
    is_nullable: bool = True
    is_unique: bool = False
    is_system: bool = False
    is_active: bool = True
    default: Any = None
    settings: Mapping[str, Any] = field(default_factory=lambda: EMPTY)
    options: tuple[Option, ...] = ()
    relation_id: UUID | None = None
    deleted_at: datetime | None = None

    @property
    def is_visible(self) -> bool:
        return self.is_active and self.deleted_at is None

    @cached_property
    def fingerprint(self) -> bytes:
        """Everything types, plans and statements depend on; the same in two workspaces with the same model."""
        return _digest(
            self.name,
            self.kind,
            self.column,
            self.label,
            self.description,
            self.is_nullable,
            self.is_unique,
            self.is_system,
            self.is_active,
            self.deleted_at is None,
            msgspec.json.encode(self.default, order="deterministic"),
            sorted(self.settings.items()),
            [(option.value, option.label) for option in self.options],
        )


@dataclass(frozen=True)
class Object:
    """`table` was given at birth and stays. `fields` are in display order, deleted ones included."""

    id: UUID
    name_singular: str
    name_plural: str
    table: str
    label_singular: str
    label_plural: str
    description: str | None = None
    is_system: bool = False
    is_active: bool = True
    deleted_at: datetime | None = None
    fields: Mapping[UUID, Field] = field(default_factory=dict)

    @property
    def is_visible(self) -> bool:
        return self.is_active and self.deleted_at is None

    @cached_property
    def visible_fields(self) -> Mapping[str, Field]:
        """By API name, in display order."""
        return {each.name: each for each in self.fields.values() if each.is_visible}

    @cached_property
    def kept_fields(self) -> Mapping[str, Field]:
        """By API name, those not deleted; inactive ones keep their names too."""
        return {each.name: each for each in self.fields.values() if each.deleted_at is None}

    @cached_property
    def fingerprint(self) -> bytes:
        return _digest(
            self.name_singular,
            self.name_plural,
            self.table,
            self.label_singular,
            self.label_plural,
            self.description,
            self.is_active,
            self.deleted_at is None,
            *(each.fingerprint for each in self.fields.values()),
        )


@dataclass(frozen=True, slots=True)
class Relation:
    """A pair of fields. The many side (`many_field`, MANY_TO_ONE) holds the foreign key to the one side's object.

    Where that field is unique, the relation is one-to-one.
    """

    id: UUID
    many_object: UUID
    many_field: UUID
    one_object: UUID
    one_field: UUID
    on_delete: OnDelete = "SET_NULL"


@dataclass(frozen=True, slots=True)
class Link:
    """A relation seen from one of its fields: where it leads. Of a one-to-one, the field with a column has the key."""

    relation: Relation
    side: RelationSide
    target: Object
    inverse: Field


@dataclass(frozen=True)
class Snapshot:
    """One version of a workspace's model. `schema` is its PostgreSQL schema, `workspace_<id as 32 hex digits>`."""

    workspace_id: UUID
    schema: str
    version: int
    objects: Mapping[UUID, Object]
    relations: Mapping[UUID, Relation]

    @cached_property
    def visible_objects(self) -> Mapping[str, Object]:
        """By singular API name, in the order of creation."""
        return {each.name_singular: each for each in self.objects.values() if each.is_visible}

    @cached_property
    def kept_objects(self) -> Mapping[str, Object]:
        """By singular API name, those not deleted; inactive ones keep their names too."""
        return {each.name_singular: each for each in self.objects.values() if each.deleted_at is None}

    def link(self, of: Field) -> Link:
        """Where a RELATION field leads. The target may be deleted or inactive: ask `target.is_visible`."""
        assert of.relation_id is not None, f"{of.name} is no relation"  # noqa: S101  a caller's bug
        relation = self.relations[of.relation_id]
        if of.id == relation.many_field:
            target = self.objects[relation.one_object]
            side: RelationSide = "ONE_TO_ONE" if of.is_unique else "MANY_TO_ONE"
            return Link(relation, side, target, target.fields[relation.one_field])
        target = self.objects[relation.many_object]
        key = target.fields[relation.many_field]
        return Link(relation, "ONE_TO_ONE" if key.is_unique else "ONE_TO_MANY", target, key)

    @cached_property
    def fingerprint(self) -> bytes:
        """Equal for two workspaces whose models are the same but for ids: they share types, plans and statements."""
        objects = b"".join([each.fingerprint for each in self.objects.values()])
        return _digest(objects, *sorted(self._relation_prints()))

    def _relation_prints(self) -> Iterator[tuple[str, str, str, str, str]]:
        for relation in self.relations.values():
            many, one = self.objects[relation.many_object], self.objects[relation.one_object]
            yield (
                many.table,
                many.fields[relation.many_field].name,
                one.table,
                one.fields[relation.one_field].name,
                relation.on_delete,
            )


def _digest(*parts: object) -> bytes:
    return blake2b(repr(parts).encode(), digest_size=16).digest()
