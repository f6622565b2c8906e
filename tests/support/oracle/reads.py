"""Queries, field by field: graphql-core's executor asks, these resolvers answer from rows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from graphql import GraphQLResolveInfo

from armature.metadata.aggregates import COUNT, result_of
from armature.metadata.model import EMPTY
from armature.metadata.names import SEARCH
from armature.schema_builder.types.roots import SCHEMA_VERSION
from armature.schema_builder.types.schema import WorkspaceSchema
from armature.schema_builder.view import Composite, ObjectView, Plain, ToMany, ToOne
from tests.support.oracle.aggregates import Summary, aggregated, place
from tests.support.oracle.filters import meets, met, to_many, to_one, visible
from tests.support.oracle.groups import Group, grouped, way_of
from tests.support.oracle.search import is_found, score, searched, whole_text
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
        if info.field_name == SEARCH:
            return self.sought(given)
        root = self.schema.queries[info.field_name]
        of = root.object
        match root.does:
            case "one":
                return self.by(of, {"id": given["id"]}, given)
            case "by":
                return self.by(of, given["where"])
            case form:
                return MANY[form](self, self.state, of, seen(self.state, of, given), given)

    def sought(self, given: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        """The best first; of equal ones the newer one, by its id."""
        searchable, narrowing = self.schema.view.searchable, given.get("filter") or {}
        names = [*searchable] if given.get("objects") is None else [*dict.fromkeys(given["objects"])]
        found: list[tuple[int, Any, int, Record]] = []
        for at, of in enumerate(searchable[each] for each in names):
            rows = self.filtered(self.state, of, seen(self.state, of, given), {"filter": narrowing.get(of.name)})
            hits = [each for each in rows if is_found(given["text"], whole_text(*searched(of, each)))]
            found += [(score(given["text"], of, row), row["id"], at, Record(of, row, self.state)) for row in hits]
        found.sort(key=lambda each: each[:3], reverse=True)
        limit = given.get("limit")
        best = found[: DEFAULT_LIMIT if limit is None else limit]
        return [{"score": of_thousand / 1000, "record": record} for of_thousand, _, _, record in best]

    def by(self, of: ObjectView, where: Mapping[str, Any], given: Mapping[str, Any] = EMPTY) -> Record | None:
        """The record with this value of a unique field."""
        ((name, value),) = where.items()
        column = of.unique_entries[name].column
        found = [row for row in seen(self.state, of, given) if row[column] == value and value is not None]
        return Record(of, found[0], self.state) if found else None

    def field(self, record: Record, info: GraphQLResolveInfo[Any], given: Mapping[str, Any]) -> Any:
        view, (form, entry) = self.schema.view, record.of.shown[info.field_name]
        match entry:
            case Composite():
                parts = {name: shown(part, record.row[part.column]) for name, part in entry.parts.items()}
                return None if all(each is None for each in parts.values()) else parts
            case Plain():
                return shown(entry, record.row[entry.column])
            case ToOne():
                target = view[entry.target]
                referred = met(view, record.state, entry, record.row, seen(record.state, target, given))
                return Record(target, referred[0], record.state) if referred else None
            case ToMany():
                target = view[entry.target]
                rows = met(view, record.state, entry, record.row, seen(record.state, target, given))
                return MANY[form](self, record.state, target, rows, given)

    def listed(self, state: State, of: ObjectView, rows: Sequence[Row], given: Mapping[str, Any]) -> list[Record]:
        """Narrowed, ordered, cut."""
        names = given.get("distinctOn") or ()
        by = [{"orderBy": [{name: "ASC"} for name in names]}, {}][bool(given.get("orderBy"))]
        found = one_each(of, names, self.in_order(state, of, rows, {**given, **by}))
        start, limit = given.get("offset") or 0, given.get("limit")
        cut = found[start : start + (DEFAULT_LIMIT if limit is None else limit)]
        return [Record(of, row, state) for row in cut]

    def connected(
        self, state: State, of: ObjectView, rows: Sequence[Row], given: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        """A page from one end or the other; what cursors do is tested elsewhere."""
        found = [Record(of, row, state) for row in self.in_order(state, of, rows, given)]
        last = given.get("last")
        asked = given.get("first") if last is None else last
        count = min(DEFAULT_LIMIT if asked is None else asked, len(found))
        start = 0 if last is None else len(found) - count
        page = found[start : start + count]
        return {
            "edges": [{"node": each} for each in page],
            "nodes": page,
            "pageInfo": {
                "hasNextPage": last is None and count < len(found),
                "hasPreviousPage": last is not None and count < len(found),
            },
            "totalCount": len(found),
        }

    def summarized(self, state: State, of: ObjectView, rows: Sequence[Row], given: Mapping[str, Any]) -> Summary:
        return Summary(of, self.filtered(state, of, rows, given))

    def grouped(self, state: State, of: ObjectView, rows: Sequence[Row], given: Mapping[str, Any]) -> list[Group]:
        ways = [way_of(self.schema.view, state, of, each) for each in given["by"]]
        found = grouped(of, ways, self.filtered(state, of, rows, given), given)
        start, limit = given.get("offset") or 0, given.get("limit")
        return found[start : start + (DEFAULT_LIMIT if limit is None else limit)]

    def in_order(self, state: State, of: ObjectView, rows: Sequence[Row], given: Mapping[str, Any]) -> list[Row]:
        found = self.filtered(state, of, rows, given)
        found.sort(key=lambda row: row["id"])
        for order in reversed(given.get("orderBy") or ()):
            found = self.ordered(state, of, found, order)
        return found

    def filtered(self, state: State, of: ObjectView, rows: Sequence[Row], given: Mapping[str, Any]) -> list[Row]:
        return [row for row in rows if meets(self.schema.view, state, of, row, given.get("filter") or {})]

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
        view, (_form, entry) = self.schema.view, of.shown[name]
        match entry:
            case Plain():
                value = row[entry.column]
                return None if value is None else place(entry, value)
            case Composite():
                ((part, _),) = further.items()
                return row[entry.parts[part].column]
            case ToOne():
                found = to_one(view, state, entry, row)
                return found and self.key(state, view[entry.target], found, further)
            case ToMany():
                return self.total(view[entry.target], to_many(view, state, entry, row), further)

    def total(self, of: ObjectView, rows: Sequence[Row], order: Mapping[str, Any]) -> Any:
        """The aggregate that an order looks at."""
        ((function, further),) = order.items()
        if function == COUNT:
            return len(rows)
        entry = of.values[next(iter(further))]
        value = aggregated(function, entry, rows)
        is_choice = entry.options and result_of(function, entry.scalar) == "ENUM"
        return place(entry, value) if is_choice and value is not None else value


def one_each(of: ObjectView, names: Sequence[str], rows: Sequence[Row]) -> list[Row]:
    """Of rows with the same values of these, the first."""
    if not names:
        return list(rows)
    found: dict[tuple[Any, ...], Row] = {}
    for row in rows:
        found.setdefault(tuple(row[of.values[name].column] for name in names), row)
    return list(found.values())


Form: TypeAlias = Callable[[Reading, State, ObjectView, Sequence[Row], Mapping[str, Any]], Any]

MANY: Mapping[str, Form] = {
    "list": Reading.listed,
    "connection": Reading.connected,
    "aggregate": Reading.summarized,
    "group_by": Reading.grouped,
}
"""How many records are shown, by a key of names.ROOTS."""


def seen(state: State, of: ObjectView, given: Mapping[str, Any]) -> list[Row]:
    """All rows, or those in sight."""
    return list(state[of.object.id].values()) if given.get("withDeleted") else visible(state, of.object.id)


def direction_of(order: Mapping[str, Any]) -> str:
    ((_, further),) = order.items()
    return direction_of(further) if isinstance(further, Mapping) else str(further)
