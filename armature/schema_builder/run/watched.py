"""What a subscription watches: a statement with its values, to be run again when something has happened."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from armature.schema_builder.compile.binds import FromVariable, Variables
from armature.schema_builder.compile.events_read import AFTER
from armature.schema_builder.run.fetch import prepared
from armature.schema_builder.run.operation import EventsPlan, QueryPlan


@dataclass(frozen=True, slots=True)
class Place:
    """Where it is run, by which version of the model; `cost` is in records."""

    schema: str
    version: int
    cost: int


@dataclass(frozen=True)
class WatchedQuery:
    """`sql` is None where no data is read: what is shown then is the model's version.

    `tables` are those that the statement reads: a change of others is none to it. `is_patched`: results after the
    first are to come as patches.
    """

    place: Place
    response_key: str
    sql: str | None
    values: tuple[Any, ...]
    tables: frozenset[str]
    is_patched: bool

    @cached_property
    def key(self) -> Hashable:
        """Two with the same give the same, whoever asks: the statement holds what a role may see, the values the rest.

        A statement names its workspace's schema.
        """
        if self.sql is None:
            return self.place.schema, self.response_key, self.place.version
        return self.response_key, self.sql, tuple(map(_hashable, self.values))


@dataclass(frozen=True)
class WatchedEvents:
    """Change events of one table; `start` is the position that the client wants to go on after."""

    place: Place
    response_key: str
    sql: str
    values: tuple[Any, ...]
    after_at: int
    tables: frozenset[str]
    start: int | None

    @cached_property
    def key(self) -> Hashable:
        """As that of a query: two with the same are told the same of what happens."""
        return self.response_key, self.sql, tuple(map(_hashable, self.values))

    def arguments(self, after: int) -> list[Any]:
        """Of the statement, for what came after a position."""
        return [*self.values[: self.after_at], after, *self.values[self.after_at + 1 :]]


Watched = WatchedQuery | WatchedEvents


def query_watched(plan: QueryPlan, place: Place, variables: Variables, *, is_patched: bool) -> WatchedQuery:
    """Of a plan with one root field, as every subscription has (GraphQL spec, "Single Root Field")."""
    (field,) = plan.fields
    if plan.statement is None:
        return WatchedQuery(place, field.key, None, (), frozenset(), is_patched)
    sql, values = prepared(plan.statement, place.schema, variables)
    return WatchedQuery(place, field.key, sql, tuple(values), plan.statement.tables, is_patched)


def events_watched(plan: EventsPlan, place: Place, variables: Variables) -> WatchedEvents:
    sql, values = prepared(plan.statement, place.schema, {**variables, AFTER: 0})
    after_at = plan.statement.binds.index(FromVariable((AFTER,)))
    events = plan.events
    start = None if events.after is None else events.after.read(variables)
    tables = frozenset({events.object.object.table})
    return WatchedEvents(place, plan.key, sql, tuple(values), after_at, tables, start)


def _hashable(value: Any) -> Hashable:
    if isinstance(value, list | tuple):
        return tuple(map(_hashable, value))
    if isinstance(value, Mapping):
        return tuple((name, _hashable(each)) for name, each in value.items())
    return type(value), value
