"""What an operation may cost: the records it asks for and the conditions it sets, all levels together."""

from collections.abc import Iterable, Sequence

from armature.core.errors import LimitExceeded
from armature.core.settings import Settings, environment_name
from armature.schema_builder.compile.binds import Constant, Variables
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
)
from armature.schema_builder.compile.plan.group_keys import Combined, Having
from armature.schema_builder.compile.plan.levels import Finds, Groups, Level, Rows, below
from armature.schema_builder.compile.plan.reads import Read
from armature.schema_builder.compile.plan.writes import Write


def check_cost(reads: Sequence[Read], variables: Variables, settings: Settings) -> int:
    """The records asked for. Raises LimitExceeded with the numbers; also checks each limit read from a variable."""
    total = sum(_records(each.rows, variables) for each in reads)
    _check(total, settings)
    return total


def check_shown(rows: Rows, times: int, variables: Variables, settings: Settings) -> None:
    """As `check_cost`, for what a mutation shows of the records it wrote."""
    _check(times * (1 + _below(rows, variables)), settings)


def check_made(rows: Rows, times: int, written: int, variables: Variables, settings: Settings) -> None:
    """As `check_shown`, for new records: what refers to them was written with them, by the same operation."""

    def referring(level: Level) -> int:
        count = times if level.limit is None else min(times * int(level.limit.read(variables)), written)
        return count * (1 + _below(level, variables))

    _check(times + sum(referring(each) for each in below(rows)), settings)


def _check(total: int, settings: Settings) -> None:
    if total > settings.max_cost:
        raise LimitExceeded(
            "Records requested in one operation",
            limit=settings.max_cost,
            actual=total,
            setting=environment_name("max_cost"),
        )


def check_conditions(fields: Iterable[Read | Write], settings: Settings) -> None:
    """Raises LimitExceeded. A request has room for an `or` that would keep PostgreSQL and us busy for minutes."""
    total = sum(_asked(each) for each in fields)
    if total > settings.max_conditions:
        raise too_many_conditions(total, settings.max_conditions)


def too_many_conditions(total: int, limit: int) -> LimitExceeded:
    setting = environment_name("max_conditions")
    return LimitExceeded("Conditions and orders in one operation", limit=limit, actual=total, setting=setting)


def _asked(field: Read | Write) -> int:
    if isinstance(field, Read):
        return _narrowing(field.rows)
    shown = [field.shown] if isinstance(field.shown, Rows) else [each.rows for each in field.shown if each.rows]
    return _conditions(field.condition) + sum(_narrowing(rows) for rows in shown)


def _narrowing(rows: Level | Finds) -> int:
    nested = sum(_narrowing(each) for each in below(rows))
    return _conditions(rows.condition) + sum(1 + len(order.through) for order in rows.orders) + nested + _grouping(rows)


def _grouping(level: Level | Finds) -> int:
    if not isinstance(level, Groups):
        return 0
    return _havings(level.having) + len(level.group_orders) + sum(1 + len(key.through) for key in level.keys)


def _havings(having: Having | Combined | None) -> int:
    return 1 + sum(map(_havings, having.of)) if isinstance(having, Combined) else int(having is not None)


def _conditions(condition: Condition) -> int:
    match condition:
        case All(of=parts) | Either(of=parts):
            return 1 + sum(_conditions(each) for each in parts)
        case Not(of=part) | Related(condition=part):
            return 1 + _conditions(part)
        case Compare() | Near() | Sought() | Alike():
            return 1


def depends_on_variables(reads: Sequence[Read]) -> bool:
    """Whether the cost must be counted for each request."""
    return any(_varies(each.rows) for each in reads)


def _records(rows: Level | Finds, variables: Variables) -> int:
    count = 1 if rows.limit is None else int(rows.limit.read(variables))
    return count * (1 + _below(rows, variables))


def _below(rows: Level | Finds, variables: Variables) -> int:
    return sum(_records(each, variables) for each in below(rows))


def _varies(rows: Level | Finds) -> bool:
    fixed = rows.limit is None or isinstance(rows.limit, Constant)
    return not fixed or any(_varies(each) for each in below(rows))
