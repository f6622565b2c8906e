"""What a subscription watches: a statement with its values, to be run again when something has happened."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from armature.core.errors import BadUserInput
from armature.core.settings import Settings
from armature.schema_builder.compile.binds import FromVariable, Variables
from armature.schema_builder.compile.events_read import AFTER
from armature.schema_builder.compile.topics_read import IDS
from armature.schema_builder.run.fetch import prepared
from armature.schema_builder.run.operation import EventsPlan, QueryPlan, TopicPlan
from armature.schema_builder.run.topics import json_of


class NothingChosen(BadUserInput):
    def __init__(self) -> None:
        super().__init__(
            'With an empty list as "on", nothing would ever be told.', hint="Leave it out for all actions.", field="on"
        )


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


@dataclass(frozen=True)
class WatchedTopic:
    """`topic` is a name that no other topic has; `sql` finds its record, None where it has none.

    `state` is what the caller wants the others to see, as JSON.
    """

    place: Place
    plan: TopicPlan
    topic: str
    sql: str | None
    values: tuple[Any, ...]
    variables: Variables
    state: bytes | None

    @property
    def tables(self) -> frozenset[str]:
        return frozenset().union(*(each.tables for each in (self.plan.sight, self.plan.members) if each))

    @cached_property
    def told_as(self) -> Hashable:
        """Two with the same are told the same of the topic."""
        sql, values = self.asking(())
        meeting = self.plan.meeting
        return meeting.key, meeting.does, meeting.told, meeting.members.of is None, sql, tuple(map(_hashable, values))

    @cached_property
    def key(self) -> Hashable:
        """As that of a query: two with the same may be there under the same conditions, and are told the same."""
        return self.topic, self.sql, tuple(map(_hashable, self.values)), self.told_as

    def asking(self, ids: Sequence[UUID]) -> tuple[str, Sequence[Any]]:
        """What is asked of these users, with its values; "" where nothing need be."""
        if self.plan.members is None:
            return "", ()
        return prepared(self.plan.members, self.place.schema, {**self.variables, IDS: ids})


Watched = WatchedQuery | WatchedEvents | WatchedTopic


def query_watched(plan: QueryPlan, place: Place, variables: Variables, *, is_patched: bool) -> WatchedQuery:
    """Of a plan with one root field, as every subscription has (GraphQL spec, "Single Root Field")."""
    (field,) = plan.fields
    if plan.statement is None:
        return WatchedQuery(place, field.key, None, (), frozenset(), is_patched)
    sql, values = prepared(plan.statement, place.schema, variables)
    return WatchedQuery(place, field.key, sql, tuple(values), plan.statement.tables, is_patched)


def events_watched(plan: EventsPlan, place: Place, variables: Variables) -> WatchedEvents:
    """Raises NothingChosen."""
    sql, values = prepared(plan.statement, place.schema, {**variables, AFTER: 0})
    after_at = plan.statement.binds.index(FromVariable((AFTER,)))
    events = plan.events
    if events.on is not None and events.on.read(variables) == []:
        raise NothingChosen
    start = None if events.after is None else events.after.read(variables)
    tables = frozenset({events.object.object.table})
    return WatchedEvents(place, plan.key, sql, tuple(values), after_at, tables, start)


def topic_watched(plan: TopicPlan, place: Place, variables: Variables, topic: str, settings: Settings) -> WatchedTopic:
    """Raises LimitExceeded."""
    given, sight = plan.meeting.state, plan.sight
    state = None if given is None else json_of("state", given.read(variables), settings, "live_state_bytes")
    sql, values = (None, ()) if sight is None else prepared(sight, place.schema, variables)
    return WatchedTopic(place, plan, topic, sql, tuple(values), variables, state)


def _hashable(value: Any) -> Hashable:
    if isinstance(value, list | tuple):
        return tuple(map(_hashable, value))
    if isinstance(value, Mapping):
        return tuple((name, _hashable(each)) for name, each in value.items())
    return type(value), value
