"""A snapshot's tables as SQLAlchemy sees them: columns, constraints and indexes, each object's made when first used.

The one place that says what a field is in PostgreSQL: queries, DDL and doctor all ask here. The names of constraints
and indexes have a double underscore, so that they can't collide with tables of users.
"""

from collections.abc import Iterator, Mapping, Sequence
from hashlib import blake2b
from itertools import permutations
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Alias,
    CheckConstraint,
    Column,
    ColumnClause,
    ColumnElement,
    Computed,
    ForeignKeyConstraint,
    FromClause,
    Index,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    TableClause,
    func,
    literal,
)
from sqlalchemy import column as named_column
from sqlalchemy import table as named_table
from sqlalchemy.sql.schema import SchemaItem

from armature.metadata.formula.fields import is_formula, value_of
from armature.metadata.formula.values import result
from armature.metadata.kinds import KINDS
from armature.metadata.model import Between, Field, Object, OnDelete, Snapshot
from armature.metadata.names import LONGEST
from armature.metadata.stored import stored

SCHEMA = "$workspace"
"""Stands for the workspace's schema in statements shared between workspaces, to be replaced as text before running.
No API name, alias or placeholder has this text in it."""


class Records(Alias):
    """A table under a name of its own, as reads need it: a column is made when it is first used, for there are many."""

    inherit_cache = False

    def __init__(self, table: str, name: str, held: Mapping[str, Field]) -> None:
        self._init(named_table(table, schema=SCHEMA), name=name)
        self._found = Columns(self, held)

    @property
    def c(self) -> Any:
        return self._found


class Columns:
    """By name: as an item, or as an attribute where the name is known to the program."""

    def __init__(self, records: FromClause, held: Mapping[str, Field]) -> None:
        self._records = records
        self._held = held
        self._made: dict[str, ColumnClause[Any]] = {}

    def __getitem__(self, name: str) -> ColumnClause[Any]:
        if name not in self._made:
            field = self._held[name]
            made = named_column(name, KINDS[field.kind].column_type(field.settings), _selectable=self._records)
            self._made[name] = made
        return self._made[name]

    __getattr__ = __getitem__

    def __iter__(self) -> Iterator[ColumnClause[Any]]:
        return map(self.__getitem__, self._held)


def queried(of: Object) -> TableClause:
    """A table as statements need it, columns and their types: made in a fraction of the time that DDL's takes."""
    columns: list[ColumnClause[object]] = [
        named_column(column_name(each), KINDS[each.kind].column_type(each.settings)) for each in stored_fields(of)
    ]
    return named_table(of.table, *columns, schema=SCHEMA)


class Tables:
    """The tables of one snapshot in one MetaData, deleted objects included. Costs nothing until used."""

    def __init__(self, snapshot: Snapshot, schema: str = SCHEMA) -> None:
        self._snapshot = snapshot
        self._schema = schema
        self._metadata = MetaData()
        self._made: dict[UUID, Table] = {}

    def __getitem__(self, object_id: UUID) -> Table:
        found = self._made.get(object_id)
        if found is None:
            found = self._made[object_id] = self._make(self._snapshot.objects[object_id])
        return found

    def complete(self) -> MetaData:
        """The MetaData with every table in it."""
        for object_id in self._snapshot.objects:
            self[object_id]
        return self._metadata

    def _make(self, of: Object) -> Table:
        items: list[SchemaItem] = []
        for field in stored_fields(of):
            required = is_not_null(self._snapshot, field)
            items += [
                column(of, field, is_required=required),
                *checks(of, field),
                *foreign_keys(self._snapshot, of, field, self._schema),
            ]
        items += [at_most_one(of, united) for united in unions(of)]
        table = Table(of.table, self._metadata, *items, primary_key(of), schema=self._schema)
        for field in stored_fields(of):
            add_indexes(table, of, field)
        for between in self._snapshot.pairs.get(of.id, {}).values():
            add_pair_indexes(table, between)
        return table


def stored_fields(of: Object) -> Iterator[Field]:
    """What has a column: all but relations without a key here, parts of composites each by itself.

    Deleted and inactive ones included, but for deleted formulas: nothing is lost with those.
    """
    kept = (each for each in of.fields.values() if each.deleted_at is None or not is_formula(each))
    return (held for each in kept for held in stored(each))


def is_required(field: Field) -> bool:
    """Nobody can set a deactivated field, so it may be empty, unless PostgreSQL fills it."""
    return not field.is_nullable and (field.is_visible or KINDS[field.kind].generated is not None)


def is_not_null(snapshot: Snapshot, field: Field) -> bool:
    """Whether the column is NOT NULL: nor can anybody set a relation to an object that is deactivated."""
    return is_required(field) and (field.relation_id is None or snapshot.link(field).target.is_visible)


def has_unique(field: Field) -> bool:
    return field.is_unique and field.deleted_at is None and not is_key(field)


def rule(field: Field) -> ColumnElement[bool] | None:
    """What the column's CHECK says, if it has one; options count in whatever order."""
    if field.deleted_at is not None:
        return None
    kind = KINDS[field.kind]
    held: Column[Any] = Column(column_name(field), kind.column_type(field.settings))
    if kind.choices is not None:
        return kind.choices.check(held, sorted(each.value for each in field.options))
    check = kind.storage(field.settings).check
    return None if check is None else check(held)


def has_foreign_key(snapshot: Snapshot, field: Field) -> bool:
    """The foreign key goes while either object is set aside."""
    return field.relation_id is not None and field.deleted_at is None and snapshot.link(field).target.deleted_at is None


def has_default(field: Field) -> bool:
    """Nor may a record get a value in a field that nobody sees: where it is unique, the second would be refused."""
    return field.default is not None and field.is_visible


def is_made_anew(field: Field) -> bool:
    """Whether each record gets a value of its own. Adding such a column rewrites the table."""
    kind = KINDS[field.kind]
    if kind.generated is not None:
        return True
    special = kind.specials.get(field.default) if isinstance(field.default, str) else None
    return special is not None and special.is_anew and has_default(field)


def is_key(field: Field) -> bool:
    return field.is_system and field.column == "id"


def column(of: Object, field: Field, *, is_required: bool) -> Column[object]:
    kind = KINDS[field.kind]
    if is_formula(field):
        return Column(column_name(field), kind.column_type(field.settings), Computed(formula_sql(of, field), False))
    if kind.generated is not None:
        return Column(column_name(field), kind.column_type(field.settings), kind.generated(field.settings))
    default = kind.default_sql(field.default, field.settings) if has_default(field) else None
    return Column(
        column_name(field), kind.column_type(field.settings), nullable=not is_required, server_default=default
    )


def formula_sql(of: Object, field: Field) -> ColumnElement[Any]:
    return result(value_of(of, field))[2]


def column_name(field: Field) -> str:
    assert field.column is not None, f"{field.name} has no column"  # noqa: S101  a caller's bug
    return field.column


def primary_key(of: Object) -> PrimaryKeyConstraint:
    return PrimaryKeyConstraint("id", name=_name(of.table, "pkey"))


def checks(of: Object, field: Field) -> list[CheckConstraint]:
    allowed = rule(field)
    return [] if allowed is None else [CheckConstraint(allowed, name=check_name(of, field))]


def unions(of: Object) -> Iterator[tuple[Field, ...]]:
    """The relations of which a record has at most one."""
    return (each for each in of.unions.values() if len(each) > 1)


def at_most_one(of: Object, united: Sequence[Field]) -> CheckConstraint:
    kind = KINDS["RELATION"].column_type()
    keys: list[Column[Any]] = [Column(column_name(each), kind) for each in united]
    return CheckConstraint(func.num_nonnulls(*keys) <= literal(1), name=union_name(of, united))


def union_name(of: Object, united: Sequence[Field]) -> str:
    return _name(of.table, *sorted(column_name(each) for each in united), "check")


def constraint_union(of: Object, constraint_name: str) -> Field | None:
    """The MORPH_RELATION field that a CHECK is about."""
    found = {union_name(of, united): id_ for id_, united in of.unions.items() if united}
    return of.fields[found[constraint_name]] if constraint_name in found else None


def foreign_keys(snapshot: Snapshot, of: Object, field: Field, schema: str) -> list[ForeignKeyConstraint]:
    """By name, so that the table referred to need not be made."""
    if not has_foreign_key(snapshot, field):
        return []
    link = snapshot.link(field)
    return [
        ForeignKeyConstraint(
            [column_name(field)],
            [f"{schema}.{link.target.table}.id"],
            name=foreign_key_name(of, field),
            ondelete=on_delete_sql(link.relation.on_delete),
        )
    ]


def on_delete_sql(on_delete: OnDelete) -> str:
    return on_delete.replace("_", " ")


def add_indexes(table: Table, of: Object, field: Field) -> list[Index]:
    """Uniqueness leaves out soft-deleted records; a relation's index serves nested lists in the order of ids too."""
    found = []
    held = table.c[column_name(field)]
    if has_unique(field):
        live = table.c.deleted_at.is_(None)
        found.append(Index(unique_name(of, field), held, unique=True, postgresql_where=live))
    if field.relation_id is not None:
        found.append(Index(index_name(of, field), held, table.c.id))
    return found


def add_pair_indexes(table: Table, between: Between) -> list[Index]:
    """Two records are joined once. From either end, an index alone gives the ids at the other, in their order."""
    near, far = (table.c[column_name(each)] for each in (between.near, between.far))
    live = table.c.deleted_at.is_(None)
    return [
        Index(pair_name(between.object, between.near, between.far), near, far, unique=True, postgresql_where=live),
        Index(way_back_name(between.object, between.near, between.far), far, near, postgresql_where=live),
    ]


def pair_name(of: Object, near: Field, far: Field) -> str:
    return _name(of.table, column_name(near), column_name(far), "key")


def way_back_name(of: Object, near: Field, far: Field) -> str:
    return _name(of.table, column_name(far), column_name(near), "idx")


def unique_name(of: Object, field: Field) -> str:
    return _name(of.table, column_name(field), "key")


def check_name(of: Object, field: Field) -> str:
    return _name(of.table, column_name(field), "check")


def foreign_key_name(of: Object, field: Field) -> str:
    return _name(of.table, column_name(field), "fkey")


def index_name(of: Object, field: Field) -> str:
    return _name(of.table, column_name(field), "idx")


def constraint_field(of: Object, constraint_name: str) -> Field | None:
    """The field a constraint or unique index of this object's table is about, for telling errors."""
    for field in stored_fields(of):
        names = {unique_name(of, field), check_name(of, field), foreign_key_name(of, field)}
        if constraint_name in names or (is_key(field) and constraint_name == _name(of.table, "pkey")):
            return field
    return None


def constraint_pair(of: Object, constraint_name: str) -> tuple[Field, Field] | None:
    """The fields of a link object that a unique index is about."""
    keys = [each for each in stored_fields(of) if each.relation_id is not None]
    return next((pair for pair in permutations(keys, 2) if pair_name(of, *pair) == constraint_name), None)


def _name(*parts: str) -> str:
    """`companies__domain_name__key`; one too long for PostgreSQL keeps its ends around a hash of the whole."""
    whole = "__".join(parts)
    if len(whole) <= LONGEST:
        return whole
    ending = f"__{blake2b(whole.encode(), digest_size=5).hexdigest()}__{parts[-1]}"
    return whole[: LONGEST - len(ending)] + ending
