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
from itertools import zip_longest
from types import MappingProxyType
from typing import Any, Literal, TypeVar
from uuid import UUID

import msgspec

from armature.metadata.rights import OF_KEPT, Access, Right
from armature.metadata.roles import Role

T = TypeVar("T", "Object", "Field", "Relation", "Role")

OnDelete = Literal["CASCADE", "SET_NULL", "RESTRICT"]
IndexType = Literal["BTREE", "GIN", "TRIGRAM", "HNSW_COSINE", "HNSW_L2", "HNSW_INNER_PRODUCT"]
IndexOrder = Literal["ASC", "DESC", "ASC_NULLS_FIRST", "ASC_NULLS_LAST", "DESC_NULLS_FIRST", "DESC_NULLS_LAST"]
RelationSide = Literal["ONE_TO_MANY", "MANY_TO_ONE", "ONE_TO_ONE", "MANY_TO_MANY"]

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
    `relation_id` is set for kind RELATION, and the Relation tells which side this field is; `morph_id` is the
    MORPH_RELATION field that unites this to-one relation with others. `former_of` is the field whose values these were
    before its type changed: they are set aside. `is_settable`: a role's view may say no.
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
    morph_id: UUID | None = None
    former_of: UUID | None = None
    deleted_at: datetime | None = None
    is_settable: bool = True

    def __hash__(self) -> int:
        return hash(self.id)

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
            self.is_settable,
            self.deleted_at is None,
            msgspec.json.encode(self.default, order="deterministic"),
            msgspec.json.encode(dict(self.settings), order="deterministic"),
            [(option.value, option.label) for option in self.options],
        )


@dataclass(frozen=True, slots=True)
class Alike:
    """A value by which duplicates are told: a field, of a composite one part."""

    field: UUID
    part: str | None = None


Criterion = tuple[Alike, ...]
"""Two records that are alike in all of these count as duplicates."""


@dataclass(frozen=True, slots=True)
class IndexPart:
    """A field's column, or of a composite that of its `part`."""

    field: UUID
    part: str | None = None
    order: IndexOrder = "ASC"


@dataclass(frozen=True, slots=True)
class Index:
    """`where` is a filter of its object's records, as a client wrote it, with the names that fields have now."""

    id: UUID
    name: str
    parts: tuple[IndexPart, ...]
    type: IndexType = "BTREE"
    is_unique: bool = False
    where: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Object:
    """`table` was given at birth and stays. `fields` are in display order, deleted ones included.

    `access` is what a role's view lets do; None: everything. Records of one that `is_system` the server makes and ends.
    `indexes` are those that somebody asked for; fields bring others of their own.
    """

    id: UUID
    name_singular: str
    name_plural: str
    table: str
    label_singular: str
    label_plural: str
    description: str | None = None
    is_system: bool = False
    is_active: bool = True
    is_searchable: bool = True
    is_audited: bool = False
    duplicate_criteria: tuple[Criterion, ...] = ()
    deleted_at: datetime | None = None
    fields: Mapping[UUID, Field] = field(default_factory=dict)
    access: Access | None = None
    indexes: tuple[Index, ...] = ()

    @property
    def is_visible(self) -> bool:
        return self.is_active and self.deleted_at is None

    def may(self, *rights: Right) -> bool:
        """Whether records can be in sight for one of these."""
        asked = OF_KEPT.intersection(rights) if self.is_system else rights
        return bool(asked) and (self.access is None or self.access.may(*asked))

    @cached_property
    def visible_fields(self) -> Mapping[str, Field]:
        """By API name, in display order."""
        return {each.name: each for each in self.fields.values() if each.is_visible}

    @cached_property
    def kept_fields(self) -> Mapping[str, Field]:
        """By API name, those not deleted; inactive ones keep their names too."""
        return {each.name: each for each in self.fields.values() if each.deleted_at is None}

    @cached_property
    def unions(self) -> Mapping[UUID, tuple[Field, ...]]:
        """By MORPH_RELATION, the to-one relations that it unites: a record has at most one of them."""
        kept = self.kept_fields.values()
        morphs = [each.id for each in kept if each.kind == "MORPH_RELATION"]
        return {id_: tuple(each for each in kept if each.morph_id == id_) for id_ in morphs}

    @cached_property
    def rollups(self) -> tuple[Field, ...]:
        """Those not deleted."""
        return tuple(each for each in self.fields.values() if each.kind == "ROLLUP" and each.deleted_at is None)

    @cached_property
    def fingerprint(self) -> bytes:
        return _digest(
            self.name_singular,
            self.name_plural,
            self.table,
            self.label_singular,
            self.label_plural,
            self.description,
            self.is_system,
            self.is_active,
            self.deleted_at is None,
            self.access and self.access.fingerprint,
            self.is_searchable,
            [[self._alike_print(each) for each in found] for found in self.duplicate_criteria],
            *(each.fingerprint for each in self.fields.values()),
            *sorted(self._index_print(each) for each in self.indexes),
        )

    def _index_print(self, index: Index) -> tuple[str, str]:
        parts = [(self.fields[each.field].column, each.part, each.order) for each in index.parts]
        where = msgspec.json.encode(index.where, order="deterministic")
        return index.name, repr((parts, index.type, index.is_unique, where))

    def _alike_print(self, alike: Alike) -> tuple[str | None, str | None]:
        """A field that was purged has none."""
        field = self.fields.get(alike.field)
        return field.column if field else None, alike.part


@dataclass(frozen=True, slots=True)
class Relation:
    """A pair of fields. The many side (`many_field`, MANY_TO_ONE) holds the foreign key to the one side's object.

    Where that field is unique, the relation is one-to-one. A many-to-many relation has no key: it goes `through` two
    relations of a link object, one to `many_object` and one to `one_object`.
    """

    id: UUID
    many_object: UUID
    many_field: UUID
    one_object: UUID
    one_field: UUID
    on_delete: OnDelete = "SET_NULL"
    through: tuple[UUID, UUID] | None = None


@dataclass(frozen=True, slots=True)
class Between:
    """What a many-to-many relation goes through: the link object, its field that leads here, and the one beyond."""

    object: Object
    near: Field
    far: Field

    @property
    def is_visible(self) -> bool:
        return self.object.is_visible and self.object.may("READ") and self.near.is_visible and self.far.is_visible


@dataclass(frozen=True, slots=True)
class Link:
    """A relation seen from one of its fields: where it leads. Of a one-to-one, the field with a column has the key."""

    relation: Relation
    side: RelationSide
    target: Object
    inverse: Field
    between: Between | None = None

    @property
    def is_visible(self) -> bool:
        """Whether it leads anywhere."""
        is_there = self.target.is_visible and self.target.may("READ")
        return is_there and (self.between is None or self.between.is_visible)


@dataclass(frozen=True, slots=True)
class Sight:
    """Whose view a snapshot is: of the `whole` model, with what is shown of each object (access.py).

    `documents_only`: it runs stored documents only, of these names; None: all.
    """

    whole: "Snapshot"
    objects: Mapping[UUID, Any]
    has_rules: bool
    may_introspect: bool
    documents_only: bool
    documents: frozenset[str] | None


@dataclass(frozen=True)
class Snapshot:
    """One version of a workspace's model. `schema` is its PostgreSQL schema, `workspace_<id as 32 hex digits>`.

    With a `sight`, it is what certain roles see of it.
    """

    workspace_id: UUID
    schema: str
    version: int
    objects: Mapping[UUID, Object]
    relations: Mapping[UUID, Relation]
    roles: Mapping[UUID, Role] = field(default_factory=dict)
    sight: Sight | None = None

    @cached_property
    def kept_roles(self) -> Mapping[str, Role]:
        """By name, those that are kept with the model and not deleted."""
        return {each.name: each for each in self.roles.values() if each.deleted_at is None}

    @cached_property
    def visible_objects(self) -> Mapping[str, Object]:
        """By singular API name, in the order of creation."""
        return {each.name_singular: each for each in self.objects.values() if each.is_visible}

    @cached_property
    def kept_objects(self) -> Mapping[str, Object]:
        """By singular API name, those not deleted; inactive ones keep their names too."""
        return {each.name_singular: each for each in self.objects.values() if each.deleted_at is None}

    def link(self, of: Field) -> Link:
        """Where a RELATION field leads. The target may be deleted or inactive: ask `is_visible`."""
        assert of.relation_id is not None, f"{of.name} is no relation"  # noqa: S101  a caller's bug
        relation = self.relations[of.relation_id]
        if relation.through is not None:
            return self._many_to_many(relation, relation.through, of)
        if of.id == relation.many_field:
            target = self.objects[relation.one_object]
            side: RelationSide = "ONE_TO_ONE" if of.is_unique else "MANY_TO_ONE"
            return Link(relation, side, target, target.fields[relation.one_field])
        target = self.objects[relation.many_object]
        key = target.fields[relation.many_field]
        return Link(relation, "ONE_TO_ONE" if key.is_unique else "ONE_TO_MANY", target, key)

    def _many_to_many(self, relation: Relation, through: tuple[UUID, UUID], of: Field) -> Link:
        near, far = (self.relations[each] for each in through)
        target, inverse = self.objects[relation.one_object], relation.one_field
        if of.id != relation.many_field:
            near, far = far, near
            target, inverse = self.objects[relation.many_object], relation.many_field
        link = self.objects[near.many_object]
        between = Between(link, link.fields[near.many_field], link.fields[far.many_field])
        return Link(relation, "MANY_TO_MANY", target, target.fields[inverse], between)

    @cached_property
    def pairs(self) -> Mapping[UUID, Mapping[tuple[UUID, UUID], Between]]:
        """By link object, the pairs of fields that many-to-many relations go by: no two live records hold the same."""
        found: dict[UUID, dict[tuple[UUID, UUID], Between]] = {}
        for relation in self.relations.values():
            if relation.through is None:
                continue
            field = self.objects[relation.many_object].fields[relation.many_field]
            if field.deleted_at is None:
                between = self.link(field).between
                assert between is not None  # noqa: S101  it goes through something
                found.setdefault(between.object.id, {})[between.near.id, between.far.id] = between
        return found

    @cached_property
    def fingerprint(self) -> bytes:
        """Equal for two workspaces whose models are the same but for ids: they share types, plans and statements."""
        objects = b"".join([each.fingerprint for each in self.objects.values()])
        return _digest(objects, self._relations_print)

    @cached_property
    def _relations_print(self) -> bytes:
        return _digest(sorted(self._relation_prints.values()))

    @cached_property
    def _relation_prints(self) -> Mapping[UUID, str]:
        return {each.id: self._relation_print(each) for each in self.relations.values()}

    def succeed(self, before: "Snapshot") -> None:
        """Take over what was found out about a snapshot that this one differs little from: large models have many
        relations, and a change concerns few.
        """
        known = before.__dict__.get("_relation_prints")
        if known is None:
            return
        concerned = {each.id for each in renewed(before.relations, self.relations)}
        for of in renewed(before.objects, self.objects):
            concerned |= {each.relation_id for each in of.fields.values() if each.relation_id is not None}
        concerned |= {id_ for id_, each in self.relations.items() if each.through and concerned & {*each.through}}
        prints = {**known, **{id_: self._relation_print(self.relations[id_]) for id_ in concerned}}
        if len(prints) == len(self.relations):
            self.__dict__["_relation_prints"] = prints
        if prints == known:
            self.__dict__["_relations_print"] = before._relations_print

    def _relation_print(self, relation: Relation) -> str:
        many, one = self.objects[relation.many_object], self.objects[relation.one_object]
        field = many.fields[relation.many_field]
        morph = None if field.morph_id is None else many.fields.get(field.morph_id)
        through = [self._key_print(each) for each in relation.through or ()]
        names = many.table, field.name, one.table, one.fields[relation.one_field].name, morph and morph.name
        return repr((*names, relation.on_delete, *through))

    def _key_print(self, relation_id: UUID) -> tuple[str, str | None]:
        relation = self.relations[relation_id]
        many = self.objects[relation.many_object]
        return many.table, many.fields[relation.many_field].column


def renewed(before: Mapping[UUID, T], after: Mapping[UUID, T]) -> Iterator[T]:
    """What is new in `after` or not the very same as before. Compared by place first: much faster than by id."""
    for old, each in zip_longest(before.values(), after.values()):
        if each is not None and each is not old and before.get(each.id) is not each:
            yield each


def _digest(*parts: object) -> bytes:
    return blake2b(repr(parts).encode(), digest_size=16).digest()
