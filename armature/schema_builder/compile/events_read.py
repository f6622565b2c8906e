"""A subscription to change events as SQL: what happened after a position, to whom it may be told, and how.

Whether a record is in sight, and whether it meets the filter, is asked of what it was and of what it is: both are rows
of its table's type, made of the images that an event holds, and so the rules and filters of every read serve. All
events of the table come back, in order, those that are not to be told without a result: their positions say how far one
has come.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    FromClause,
    Select,
    Text,
    and_,
    any_,
    case,
    cast,
    column,
    func,
    literal_column,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import JSON, array
from sqlalchemy.sql.selectable import NamedFromClause

from armature.schema_builder.compile.binds import Constant, FromVariable
from armature.schema_builder.compile.builder import Builder
from armature.schema_builder.compile.images import image
from armature.schema_builder.compile.plan.conditions import EVERY_RECORD
from armature.schema_builder.compile.plan.events import Actor, Changed, Changes, EventField, Events, Fact, Named
from armature.schema_builder.compile.plan.outputs import Column, Composed, TypeName
from armature.schema_builder.compile.statement import Statement, keyed
from armature.schema_builder.event_table import EVENTS
from armature.schema_builder.types.events import STAMP
from armature.schema_builder.view import Composite, ObjectView, Plain, Rolled

Sql = ColumnElement[Any]

AFTER = "(after)"
"""Under this name a statement is handed the position that it begins after. No variable has it."""

BATCH = 100
"""Events that one statement looks at."""

UNTOLD = frozenset({"updatedAt", STAMP})
"""What changes with every change is none."""

ACTOR_PARTS = ("source", "name", "userId", "apiKeyId")
EMPTY: Sql = literal_column("'[]'::json")
NOTHING: Sql = literal_column("NULL::json")


def events_statement(events: Events) -> Statement:
    """Two columns: a position, and the event as JSON or nothing."""
    return _Telling(events).whole()


class _Telling:
    """Builds the statement for one plan."""

    def __init__(self, events: Events) -> None:
        self._events = events
        self._build = build = Builder()
        self._event = _batch(build, events)
        of = events.object
        self._before = image(build, of, self._event.c.before)
        self._after = image(build, of, self._event.c.after)
        gone = self._event.c.action.in_([literal_column("'DELETED'"), literal_column("'DESTROYED'")])
        self._record = image(build, of, case((gone, self._event.c.before), else_=self._event.c.after))

    def whole(self) -> Statement:
        event, build = self._event, self._build
        sight = select(self._is_seen(self._before).label("was"), self._is_seen(self._after).label("is_"))
        seen = sight.correlate(self._before, self._after).lateral("s")
        found = _action(event.c.action, seen, self._after)
        action = select(found.label("action")).correlate(event, seen, self._after).lateral("x")
        told: Sql = action.c.action.is_not(None)
        if self._events.on is not None:
            told = and_(told, action.c.action == any_(build.bound(self._events.on, ARRAY(Text()))))
        shown = select(*(keyed(each.key, self._field(each, action.c.action)) for each in self._events.fields))
        line = shown.correlate(event, self._before, self._after, self._record, action).subquery(build.record_name())
        result = select(func.row_to_json(line.table_valued())).select_from(line).scalar_subquery()
        joined: FromClause = event
        for each in (self._before, self._after, self._record, seen, action):
            joined = joined.join(each, true())
        return build.statement(
            select(event.c.position, case((told, result))).select_from(joined).order_by(event.c.position)
        )

    def _is_seen(self, record: FromClause) -> Sql:
        """Whether it is there, for the caller and for the filter; deleted or not."""
        of, build = self._events.object, self._build
        rules = build.allowed(of, record)
        asked = () if self._events.condition == EVERY_RECORD else (build.condition(self._events.condition, record),)
        return func.coalesce(and_(record.c.id.is_not(None), *rules, *asked), literal_column("false"))

    def _field(self, field: EventField, action: Sql) -> Sql:
        match field:
            case Fact(what=what):
                return {**self._facts, "action": action}[what]
            case Actor():
                return case((self._event.c.actor.is_not(None), self._actor(field.shown)))
            case Changes():
                return case((action == literal_column("'UPDATED'"), self._changes(field.shown)), else_=EMPTY)
            case Changed():
                inner = select(*self._build.outputs(field.rows.outputs, self._record)).correlate(self._record)
                whole = self._build.as_record(inner).scalar_subquery()
                return case((action != literal_column("'LEFT'"), whole), else_=NOTHING)
            case TypeName():
                return self._build.type_name(field)

    @property
    def _facts(self) -> Mapping[str, Sql]:
        event = self._event
        return {"position": cast(event.c.position, Text), "at": event.c.at, "recordId": event.c.record}

    def _actor(self, shown: Named) -> Sql:
        return self._object(
            shown, {name: self._event.c.actor[literal_column(f"'{name}'")].astext for name in ACTOR_PARTS}
        )

    def _changes(self, shown: Named) -> Sql:
        found = [self._change(shown, entry) for entry in _told(self._events.object)]
        listing: Sql = array(found, type_=JSON())
        changes = func.unnest(listing).table_valued(column("c", JSON()), name="c")
        listed = select(func.coalesce(func.json_agg(changes.c.c), EMPTY)).select_from(changes)
        return listed.where(changes.c.c.is_not(None)).correlate(self._before, self._after).scalar_subquery()

    def _change(self, shown: Named, entry: Plain | Composite) -> Sql:
        parts = [*entry.parts.values()] if isinstance(entry, Composite) else [entry]
        before, after = self._before, self._after
        differs = or_(*(before.c[part.column].is_distinct_from(after.c[part.column]) for part in parts))
        told = {
            "field": literal_column(f"'{entry.name}'"),
            "before": self._value(entry, before),
            "after": self._value(entry, after),
        }
        return case((differs, self._object(shown, told)))

    def _value(self, entry: Plain | Composite, record: NamedFromClause) -> Sql:
        if isinstance(entry, Plain):
            return self._build.output(Column(entry.name, entry), record)
        columns = tuple(Column(name, part) for name, part in entry.parts.items())
        return self._build.output(Composed(entry.name, entry, columns), record)

    def _object(self, shown: Named, parts: Mapping[str, Sql]) -> Sql:
        """JSON of parts under response keys, which are GraphQL names and need no escape."""
        known = {**parts, "__typename": literal_column(f"'{shown.type_name}'")}
        pairs = [each for key, name in shown.parts for each in (literal_column(f"'{key}'"), known[name])]
        return func.json_build_object(*pairs)


def _batch(build: Builder, events: Events) -> FromClause:
    table = EVENTS.alias("b")
    after = build.bound(FromVariable((AFTER,)), BigInteger())
    of = build.bound(Constant(events.object.object.table), Text())
    columns = (table.c[name] for name in ("position", "action", "at", "record", "before", "after", "actor"))
    found: Select[Any] = select(*columns).where(table.c.position > after, table.c.table == of)
    return found.order_by(table.c.position).limit(literal_column(str(BATCH))).subquery("e")


def _action(action: Sql, seen: FromClause, after: FromClause) -> Sql:
    """What is told; nothing where it was and is out of sight, as a deleted record is whatever is written to it."""
    was, is_ = seen.c.was, seen.c["is_"]
    return case(
        (action.in_([literal_column("'CREATED'"), literal_column("'RESTORED'")]), case((is_, action))),
        (action.in_([literal_column("'DELETED'"), literal_column("'DESTROYED'")]), case((was, action))),
        (after.c.deleted_at.is_not(None), literal_column("NULL")),
        (and_(was, is_), action),
        (is_, literal_column("'ENTERED'")),
        (was, literal_column("'LEFT'")),
    )


def _told(of: ObjectView) -> list[Plain | Composite]:
    """The fields whose changes are told: what a record keeps itself."""
    return [
        entry
        for name, entry in of.entries.items()
        if isinstance(entry, Plain | Composite) and not isinstance(entry, Rolled) and name not in UNTOLD
    ]
