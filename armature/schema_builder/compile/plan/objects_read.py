"""Which objects a read looks at."""

from collections.abc import Iterator

from armature.schema_builder.compile.plan.conditions import (
    Alike,
    All,
    Compare,
    Condition,
    Either,
    Near,
    Not,
    Related,
    Sought,
    Via,
)
from armature.schema_builder.compile.plan.levels import Groups, Level, Rows, Summary, links
from armature.schema_builder.compile.plan.orders import Order, Total
from armature.schema_builder.compile.plan.outputs import Column
from armature.schema_builder.compile.plan.summaries import Aggregated, AggregatedFields
from armature.schema_builder.compile.rollups import total_of
from armature.schema_builder.view import Plain, Rolled


def objects_read(level: Level) -> set[str]:
    """The objects below the first level that a read looks at, in records, filters, orders and rollups."""
    found = set().union(*map(_rolled_up, _values(level)))
    for link in links(level):
        below = link.rows
        found |= {below.object.name} | objects_read(below) | mentioned(below.condition) | _between(link.via)
        found |= set().union(*map(_ordered, below.orders))
    return found


def _values(level: Level) -> Iterator[Plain | None]:
    """The values that are shown of records, or of many of them."""
    if isinstance(level, Summary | Groups):
        for field in level.fields:
            for each in field.fields if isinstance(field, AggregatedFields) else (field,):
                if isinstance(each, Aggregated):
                    yield each.aggregate.entry
        return
    for outputs in (level.outputs,) if isinstance(level, Rows) else level.shown:
        yield from (each.entry for each in outputs if isinstance(each, Column))


def _ordered(order: Order) -> set[str]:
    found = {step.to.name for step in order.through}
    return found | (
        _totalled(order.by)
        if isinstance(order.by, Total)
        else _rolled_up(order.by if isinstance(order.by, Plain) else None)
    )


def _rolled_up(entry: Plain | None) -> set[str]:
    return _totalled(total_of(entry)) if isinstance(entry, Rolled) else set()


def _totalled(total: Total) -> set[str]:
    below = _rolled_up(total.aggregate.entry)
    return {total.to.name} | _between(total.via) | mentioned(total.condition) | below


def mentioned(condition: Condition) -> set[str]:
    """The objects that a condition leads to."""
    match condition:
        case All(of=parts) | Either(of=parts):
            return set().union(*(mentioned(each) for each in parts))
        case Not(of=part):
            return mentioned(part)
        case Related(to=to, condition=inner, via=via):
            return {to.name} | _between(via) | mentioned(inner)
        case Compare(entry=entry):
            return _rolled_up(entry)
        case Near() | Alike():
            return set()
        case Sought(entries=entries):
            return set().union(*map(_rolled_up, entries))


def _between(via: Via | None) -> set[str]:
    return {via.object.name} if via else set()
