"""The indexes of an object that workers build, as PostgreSQL should have them.

Those that somebody asked for are here; what the engine itself needs is another entry of SOURCES. A built index is told
by its name, `<what>__<key>_<definition>`, two hashes at the end. The key stays; another definition makes another name,
so that the old index serves until the new one is there.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, Text, and_, cast, column, false, literal, or_, true
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeEngine

from armature.core.db import DIALECT
from armature.metadata.duplicates import criteria
from armature.metadata.filters.tree import Holds, Leads, Node, Together
from armature.metadata.filters.values import sent_value
from armature.metadata.indexes import held_of, read_where
from armature.metadata.kinds import KINDS
from armature.metadata.model import Field, Index, IndexPart, IndexType, Object, Snapshot
from armature.metadata.names import snake_case
from armature.metadata.searched import searched
from armature.metadata.stored import stored
from armature.schema_builder.compile.binds import Constant
from armature.schema_builder.compile.comparisons import comparison_sql
from armature.schema_builder.compile.conditions import comparison
from armature.schema_builder.compile.plan.conditions import All, Compare, Condition, Either, Not
from armature.schema_builder.search import document, likeness, text_of
from armature.schema_builder.tables import column_name
from armature.schema_builder.view import Plain

quote = DIALECT.identifier_preparer.quote

NAME = re.compile(r".*__([0-9a-f]{16})_[0-9a-f]{8}\Z")
LONGEST_HINT = 35
"""Characters of a name that say what it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """An index of `of`'s table: `what` tells it from the others there, `id` is the subject of its jobs.

    `keys` and `condition` are SQL; `columns` those of a unique one. `extension` is what PostgreSQL needs for it, which
    is found by the session that builds it.
    """

    id: UUID
    of: Object
    what: str
    method: str
    keys: tuple[str, ...]
    condition: str | None = None
    is_unique: bool = False
    columns: tuple[str, ...] = ()
    extension: str | None = None

    @property
    def key(self) -> str:
        """The same in two workspaces with the same model."""
        return _key(self.of, self.what)

    @property
    def name(self) -> str:
        digest = blake2b(f"{self.is_unique} {self.definition}".encode(), digest_size=4).hexdigest()
        return f"{f'{self.of.table}__{self.what}'[:LONGEST_HINT]}__{self.key}_{digest}"

    @property
    def definition(self) -> str:
        """What CREATE INDEX says after the table."""
        where = "" if self.condition is None else f" WHERE {self.condition}"
        return f"USING {self.method} ({', '.join(self.keys)}){where}"

    def create(self, schema: str, how: str = "") -> str:
        """`how` is CONCURRENTLY, or nothing within a transaction."""
        words = ("CREATE", "UNIQUE" if self.is_unique else "", "INDEX", how, quote(self.name), "ON")
        return " ".join([*filter(None, words), f"{quote(schema)}.{quote(self.of.table)} {self.definition}"])


def key_in(name: str) -> str | None:
    """The key of the index that workers build under this name; None for one that is not theirs."""
    found = NAME.match(name)
    return found[1] if found else None


def index_named(of: Object, name: str) -> Index | None:
    """Which of the object's indexes PostgreSQL knows under this name, whatever it is at the moment."""
    key = key_in(name)
    return next((each for each in of.indexes if _key(of, snake_case(each.name)) == key), None) if key else None


def _key(of: Object, what: str) -> str:
    return blake2b(f"{of.table} {what}".encode(), digest_size=8).hexdigest()


def drop(schema: str, name: str) -> str:
    return f"DROP INDEX CONCURRENTLY IF EXISTS {quote(schema)}.{quote(name)}"


def built_indexes(snapshot: Snapshot, of: Object) -> Iterator[Built]:
    for source in SOURCES:
        yield from source(snapshot, of)


def all_indexes(snapshot: Snapshot, of: Object) -> Iterator[Built]:
    """With those that only objects of many records get."""
    yield from built_indexes(snapshot, of)
    yield from for_many(of)


def for_many(of: Object) -> Iterator[Built]:
    """What searches and duplicates are served by, where there are many records: small objects are looked through."""
    if of.is_visible:
        for source in FOR_MANY:
            yield from source(of)


def is_for_many(name: str) -> bool:
    """Whether an index of this name is, or was, one of `for_many`: no name of a client's begins with an underscore."""
    return any(f"__{each}_" in name for each in (SEARCH, DUPLICATES)) and key_in(name) is not None


def _for_search(of: Object) -> Iterator[Built]:
    fields = searched(of)
    if fields:
        keys = (f"({document(text_of(each) for each in fields)}) gin_trgm_ops",)
        yield Built(id=of.id, of=of, what=SEARCH, method="gin", keys=keys, extension="pg_trgm")


def _for_duplicates(of: Object) -> Iterator[Built]:
    for at, criterion in enumerate(criteria(of), start=1):
        keys = tuple(f"({_written(likeness(_scalar(each), _held(each)))})" for each in criterion)
        yield Built(id=of.id, of=of, what=f"{DUPLICATES}_{at}", method="btree", keys=keys)


def _held(field: Field) -> ColumnElement[Any]:
    return column(column_name(field), KINDS[field.kind].column_type(field.settings))


def _scalar(field: Field) -> str:
    return "ID" if field.relation_id is not None else KINDS[field.kind].scalar(field.settings) or ""


def _written(expression: ColumnElement[Any]) -> str:
    return str(expression.compile(dialect=DIALECT, compile_kwargs={"literal_binds": True}))


SEARCH, DUPLICATES = "_search", "_duplicates"
FOR_MANY: Sequence[Callable[[Object], Iterator[Built]]] = (_for_search, _for_duplicates)


def asked_for(snapshot: Snapshot, of: Object) -> Iterator[Built]:
    """One for each of the object's `indexes`, in their order."""
    return (built_of(snapshot, of, each) for each in of.indexes)


SOURCES: Sequence[Callable[[Snapshot, Object], Iterator[Built]]] = (asked_for,)


# What one that somebody asked for is in PostgreSQL

METHODS: Mapping[IndexType, tuple[str, str, str | None]] = {
    "BTREE": ("btree", "", None),
    "GIN": ("gin", "", None),
    "TRIGRAM": ("gin", " gin_trgm_ops", "pg_trgm"),
    "HNSW_COSINE": ("hnsw", " vector_cosine_ops", "vector"),
    "HNSW_L2": ("hnsw", " vector_l2_ops", "vector"),
    "HNSW_INNER_PRODUCT": ("hnsw", " vector_ip_ops", "vector"),
}
"""The access method, the operator class, and the extension that brings it."""


def built_of(snapshot: Snapshot, of: Object, index: Index) -> Built:
    method, operators, extension = METHODS[index.type]
    columns = tuple(quote(_column(of, each)) for each in index.parts)
    keys = [f"{held}{operators}{_direction(each)}" for held, each in zip(columns, index.parts, strict=True)]
    if index.type == "BTREE" and not index.is_unique and "id" not in columns:
        keys.append("id")  # which ends every order
    conditions = ["deleted_at IS NULL"] if index.is_unique else []
    if index.where is not None:
        conditions.append(_where(of, read_where(snapshot, of, index.where)))
    return Built(
        id=index.id,
        of=of,
        what=snake_case(index.name),
        method=method,
        keys=tuple(keys),
        condition=" AND ".join(conditions) or None,
        is_unique=index.is_unique,
        columns=columns if index.is_unique else (),
        extension=extension,
    )


def unique_columns(of: Object) -> Iterator[set[str]]:
    """The columns of which no two live records have the same values, for each index that says so."""
    return ({_column(of, part) for part in each.parts} for each in of.indexes if each.is_unique and each.where is None)


def _column(of: Object, part: IndexPart) -> str:
    return column_name(held_of(of.fields[part.field], part.part))


def _direction(part: IndexPart) -> str:
    words = part.order.removeprefix("ASC").replace("_", " ").strip()
    return f" {words}" if words else ""


def _where(of: Object, node: Node) -> str:
    found = _sql(_condition(of, node)).compile(dialect=DIALECT, compile_kwargs={"literal_binds": True})
    return f"({found})"


def _condition(of: Object, node: Node) -> Condition:
    match node:
        case Together(word=word, parts=parts):
            inner = tuple(_condition(of, each) for each in parts)
            if word == "not":
                return Not(All(inner))
            return Either(inner) if word == "or" else All(inner)
        case Holds():
            return All(tuple(_comparisons(of, node)))
        case Leads():
            raise AssertionError  # read_where refuses it


def _comparisons(of: Object, holds: Holds) -> Iterator[Condition]:
    field = of.fields[holds.field]
    if not holds.scalar:  # a composite as a whole
        empty = All(tuple(Compare(_plain(each, "String"), "is", "NULL") for each in stored(field)))
        yield empty if holds.operators["is"] == "NULL" else Not(empty)
        return
    entry = _plain(held_of(field, holds.part), holds.scalar)
    for operator, value in holds.operators.items():
        sent = value if operator == "is" else sent_value(holds.scalar, operator, value, Constant)
        yield comparison(entry, operator, sent)


def _plain(held: Field, scalar: str) -> Plain:
    return Plain(held.name, held, scalar, column_name(held))


def _sql(condition: Condition) -> ColumnElement[Any]:
    match condition:
        case All(of=parts):
            return and_(true(), *(_sql(each) for each in parts))
        case Either(of=parts):
            return or_(false(), *(_sql(each) for each in parts))
        case Not(of=part):
            return _sql(part).is_not(true())
        case Compare(entry=entry):
            return comparison_sql(condition, column(entry.column), lambda bind, kind: _constant(bind.read({}), kind))
        case _:
            raise AssertionError  # no relation comes this far


def _constant(value: Any, kind: TypeEngine[Any]) -> ColumnElement[Any]:
    """A value written out, of a type that PostgreSQL need not guess."""
    if isinstance(kind, JSONB):
        return cast(literal(msgspec.json.encode(value).decode(), Text()), kind)
    return cast(literal(value, kind), kind)
