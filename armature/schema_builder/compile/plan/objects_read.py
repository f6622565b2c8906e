"""Which objects a read looks at."""

from armature.schema_builder.compile.plan.conditions import All, Compare, Condition, Either, Not, Related, Via
from armature.schema_builder.compile.plan.levels import Level, links
from armature.schema_builder.compile.plan.orders import Total


def objects_read(level: Level) -> set[str]:
    """The objects below the first level that a read looks at, in records, filters and orders."""
    found: set[str] = set()
    for link in links(level):
        below = link.rows
        found |= {below.object.name} | objects_read(below) | _mentioned(below.condition)
        found |= {step.to.name for order in below.orders for step in order.through}
        totals = [order.by for order in below.orders if isinstance(order.by, Total)]
        found |= {each.to.name for each in totals}.union(*(_between(each.via) for each in totals))
        found |= _between(link.via)
    return found


def _mentioned(condition: Condition) -> set[str]:
    match condition:
        case All(of=parts) | Either(of=parts):
            return set().union(*(_mentioned(each) for each in parts))
        case Not(of=part):
            return _mentioned(part)
        case Related(to=to, condition=inner, via=via):
            return {to.name} | _between(via) | _mentioned(inner)
        case Compare():
            return set()


def _between(via: Via | None) -> set[str]:
    return {via.object.name} if via else set()
