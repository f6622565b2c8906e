"""Events of one object become deliveries of one webhook, in one statement: what its role sees, narrowed by its filters.

Filters and row rules are asked of the records as the events hold them; what they lead to, of the tables.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ARRAY,
    CTE,
    BigInteger,
    ColumnElement,
    Interval,
    Select,
    Text,
    Uuid,
    and_,
    any_,
    case,
    cast,
    exists,
    func,
    literal_column,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import JSONB, Insert, aggregate_order_by, insert

from armature.metadata.webhook_tables import deliveries
from armature.schema_builder.compile.binds import Constant, FromVariable
from armature.schema_builder.compile.builder import Builder
from armature.schema_builder.compile.images import image
from armature.schema_builder.compile.plan.conditions import Condition
from armature.schema_builder.compile.statement import Parts, Sql, Statement
from armature.schema_builder.event_table import EVENTS
from armature.schema_builder.view import ObjectView

WEBHOOK, OBJECT_ID, NAME, ACTIONS, FIRST, LAST, DEBOUNCE = (
    f"({each})" for each in ("webhook", "object", "name", "actions", "first", "last", "debounce")
)
"""The variables of the statement."""

CREATED: Sql = literal_column("'CREATED'")
UPDATED: Sql = literal_column("'UPDATED'")
DELETED: Sql = literal_column("'DELETED'")
DESTROYED: Sql = literal_column("'DESTROYED'")
ENDED = (DELETED, DESTROYED)


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What an event must meet. `changed` are columns of which one differs, where a record was updated."""

    now: Condition | None = None
    before: Condition | None = None
    changed: Sequence[str] = ()


def matching_statement(of: ObjectView, narrowed: Narrowed, *, is_debounced: bool) -> Statement:
    """Gives the earliest time at which one of the new deliveries is due; null where there is none."""
    build = Builder()
    found = _met(build, of, narrowed, _seen(build, of))
    made = _gathered(build, found) if is_debounced else _each(build, found)
    rows = made.returning(deliveries.c.due_at).cte("made")
    return build.statement(select(func.min(rows.c.due_at)))


def _seen(build: Parts, of: ObjectView) -> CTE:
    """The events in question, with as much of their images as the role lets in."""
    e = EVENTS.alias("e")
    where = (
        e.c.position.between(_variable(build, FIRST, BigInteger()), _variable(build, LAST, BigInteger())),
        e.c.table == build.bound(Constant(of.object.table), Text()),
        e.c.action == any_(_variable(build, ACTIONS, ARRAY(Text()))),
    )
    images = (_in_sight(build, of, cast(e.c[each], JSONB())).label(each) for each in ("before", "after"))
    told = (e.c[each] for each in ("position", "at", "action", "record", "actor", "request_id"))
    return select(*told, *images).where(*where).cte("seen").prefix_with("MATERIALIZED", dialect="postgresql")


def _in_sight(build: Parts, of: ObjectView, held: ColumnElement[Any]) -> ColumnElement[Any]:
    rule: Condition | None = of.rule("READ")
    return held if rule is None else case((_meets(build, of, held, rule), held))


def _meets(build: Parts, of: ObjectView, held: ColumnElement[Any], condition: Condition) -> Sql:
    row = image(build, of, held)
    asked = exists().select_from(row).where(build.condition(condition, row)).correlate_except(row)
    return and_(held.is_not(None), asked)


def _met(build: Parts, of: ObjectView, narrowed: Narrowed, seen: CTE) -> Select[Any]:
    now: Any = func.coalesce(seen.c.after, seen.c.before, type_=JSONB())
    where: list[Sql] = [now.is_not(None)]
    if narrowed.now is not None:
        where.append(_meets(build, of, now, narrowed.now))
    if narrowed.before is not None:
        where.append(_meets(build, of, seen.c.before, narrowed.before))
    if narrowed.changed:
        where.append(or_(seen.c.action != UPDATED, *(_differs(build, seen, each) for each in narrowed.changed)))
    return select(*seen.c).where(*where)


def _differs(build: Parts, seen: CTE, column: str) -> Sql:
    key = build.bound(Constant(column), Text())
    return seen.c.before[key].is_distinct_from(seen.c.after[key])


def _each(build: Parts, found: Select[Any]) -> Insert:
    rows = found.cte("found")
    values = {
        **_of_webhook(build, rows.c.action),
        "action": rows.c.action,
        "subject": rows.c.record,
        **{each: rows.c[each] for each in ("position", "at", "before", "after", "actor", "request_id")},
        "due_at": func.now(),
    }
    return _insert(values, select(*values.values()).order_by(rows.c.position))


def _gathered(build: Parts, found: Select[Any]) -> Insert:
    """One for each record, and one with that which waits for more already."""
    rows = found.cte("found")

    def first(name: str) -> Any:
        return _end(rows, name, rows.c.position.asc())

    def last(name: str) -> Any:
        return _end(rows, name, rows.c.position.desc())

    action = _together(first("action"), last("action"))
    values = {
        **_of_webhook(build, action),
        "action": action,
        "subject": rows.c.record,
        "position": func.max(rows.c.position),
        **{each: last(each) for each in ("at", "after", "actor", "request_id")},
        "before": first("before"),
        "merged": func.count(),
        "is_open": true(),
        "due_at": func.now() + _variable(build, DEBOUNCE, Interval()),
    }
    made = _insert(values, select(*values.values()).group_by(rows.c.record).order_by(func.max(rows.c.position)))
    is_new = and_(deliveries.c.action == CREATED, made.excluded.action.not_in(ENDED))
    return made.on_conflict_do_update(
        index_elements=[deliveries.c.webhook_id, deliveries.c.subject],
        index_where=deliveries.c.is_open,
        set_={
            **{each: made.excluded[each] for each in ("position", "at", "after", "actor", "request_id")},
            **{each: case((is_new, deliveries.c[each]), else_=made.excluded[each]) for each in ("action", "type")},
            "merged": deliveries.c.merged + made.excluded.merged,
        },
    )


def _end(rows: CTE, name: str, order: Any) -> Any:
    of: Any = func.array_agg(aggregate_order_by(rows.c[name], order), type_=ARRAY(rows.c[name].type))
    return of[literal_column("1")]


def _together(first: Any, last: Any) -> Any:
    """Who was created and then updated is new, as one that is told."""
    return case((and_(first == CREATED, last.not_in(ENDED)), first), else_=last)


def _of_webhook(build: Parts, action: Any) -> dict[str, Any]:
    dot: Any = literal_column("'.'")
    return {
        "webhook_id": _variable(build, WEBHOOK, Uuid()),
        "object_id": _variable(build, OBJECT_ID, Uuid()),
        "type": func.concat(_variable(build, NAME, Text()), dot, func.lower(action)),
        "state": literal_column("'WAITING'"),
    }


def _insert(values: dict[str, Any], rows: Select[Any]) -> Insert:
    return insert(deliveries).from_select(list(values), rows, include_defaults=False)


def _variable(build: Parts, name: str, kind: Any) -> Any:
    return build.once(_VARIABLES[name], kind)


_VARIABLES = {each: FromVariable((each,)) for each in (WEBHOOK, OBJECT_ID, NAME, ACTIONS, FIRST, LAST, DEBOUNCE)}
