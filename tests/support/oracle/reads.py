"""Queries, field by field: graphql-core's executor asks, these resolvers answer from rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLResolveInfo

from armature.schema_builder.types.roots import SCHEMA_VERSION
from armature.schema_builder.types.schema import WorkspaceSchema
from armature.schema_builder.view import ObjectView, Plain, ToMany, ToOne
from tests.support.oracle.filters import meets, to_many, to_one, visible
from tests.support.oracle.values import shown
from tests.support.worlds.data import Row, State

DEFAULT_LIMIT = 60


@dataclass(frozen=True, slots=True)
class Record:
    """A row, of the moment it is seen at."""

    of: ObjectView
    row: Row
    state: State


@dataclass(frozen=True, slots=True)
class Reading:
    """The context of a query."""

    schema: WorkspaceSchema
    state: State

    def root(self, info: GraphQLResolveInfo[Any], given: Mapping[str, Any]) -> Any:
        if info.field_name == SCHEMA_VERSION:
            return self.schema.view.snapshot.version
        root = self.schema.queries[info.field_name]
        of = root.object
        match root.does:
            case "one":
                return self.by(of, {"id": given["id"]})
            case "by":
                return self.by(of, given["where"])
            case _:
                return self.listed(self.state, of, visible(self.state, of.object.id), given)

    def by(self, of: ObjectView, where: Mapping[str, Any]) -> Record | None:
        """The visible record with this value of a unique field."""
        ((name, value),) = where.items()
        column = of.unique_entries[name].column
        found = [row for row in visible(self.state, of.object.id) if row[column] == value and value is not None]
        return Record(of, found[0], self.state) if found else None

    def field(self, record: Record, info: GraphQLResolveInfo[Any], given: Mapping[str, Any]) -> Any:
        view, entry = self.schema.view, record.of.entries[info.field_name]
        match entry:
            case Plain():
                return shown(entry, record.row[entry.column])
            case ToOne():
                found = to_one(view, record.state, entry, record.row)
                return found and Record(view[entry.target], found, record.state)
            case ToMany():
                rows = to_many(view, record.state, entry, record.row)
                return self.listed(record.state, view[entry.target], rows, given)

    def listed(self, state: State, of: ObjectView, rows: Sequence[Row], given: Mapping[str, Any]) -> list[Record]:
        """Narrowed, ordered, cut."""
        view = self.schema.view
        found = [row for row in rows if meets(view, state, of, row, given.get("filter") or {})]
        found.sort(key=lambda row: row["id"])
        for order in reversed(given.get("orderBy") or ()):
            found = self.ordered(state, of, found, order)
        start, limit = given.get("offset") or 0, given.get("limit")
        cut = found[start : start + (DEFAULT_LIMIT if limit is None else limit)]
        return [Record(of, row, state) for row in cut]

    def ordered(self, state: State, of: ObjectView, rows: Sequence[Row], order: Mapping[str, Any]) -> list[Row]:
        """By one key; equal ones keep their order."""
        keys = [(self.key(state, of, row, order), row) for row in rows]
        direction, _, nulls = direction_of(order).partition("_")
        there = [each for each in keys if each[0] is not None]
        there.sort(key=lambda each: each[0], reverse=direction == "DESC")
        nothing = [row for key, row in keys if key is None]
        values = [row for _, row in there]
        nulls_first = nulls == "NULLS_FIRST" if nulls else direction == "DESC"
        return nothing + values if nulls_first else values + nothing

    def key(self, state: State, of: ObjectView, row: Row, order: Mapping[str, Any]) -> Any:
        """What an order looks at; nothing where it leads to no visible record."""
        ((name, further),) = order.items()
        entry = of.entries[name]
        if isinstance(entry, ToOne):
            found = to_one(self.schema.view, state, entry, row)
            return found and self.key(state, self.schema.view[entry.target], found, further)
        assert isinstance(entry, Plain)
        value = row[entry.column]
        if entry.options and value is not None:
            return [each.value for each in entry.options].index(value)
        return value


def direction_of(order: Mapping[str, Any]) -> str:
    ((_, further),) = order.items()
    return direction_of(further) if isinstance(further, Mapping) else str(further)
