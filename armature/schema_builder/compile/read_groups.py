"""A groupBy field becomes a plan."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from graphql import FieldNode

from armature.core.errors import BadUserInput
from armature.metadata.aggregates import COUNT
from armature.metadata.names import type_name
from armature.schema_builder.compile.conditions import FilterIsNull
from armature.schema_builder.compile.plan.group_keys import Combined, GroupKey, GroupOrder, Having, KeyField, KeyFields
from armature.schema_builder.compile.plan.levels import GroupField, GroupRecords, Groups, Rows
from armature.schema_builder.compile.plan.orders import Aggregate, Order, Step
from armature.schema_builder.compile.plan.outputs import TypeName
from armature.schema_builder.compile.read_summary import summary_fields
from armature.schema_builder.compile.reading import Given, OrderIsNull, Reading
from armature.schema_builder.types.groups import TIMES, key_fields
from armature.schema_builder.types.orders import is_orderable
from armature.schema_builder.view import ObjectView, ToOne


class NothingToGroupBy(BadUserInput):
    def __init__(self) -> None:
        super().__init__(
            "by names no field.", hint="Each of by is {field: …}, or the way to one: {company: {field: …}}.", field="by"
        )


class NotGroupable(BadUserInput):
    def __init__(self, name: str) -> None:
        super().__init__(f"Records can't be grouped by {name}: it has no order.", field=name)


class GranularityUnfit(BadUserInput):
    def __init__(self, name: str, problem: str) -> None:
        super().__init__(f"{name} {problem}", field=name)


class GroupedTwice(BadUserInput):
    def __init__(self, name: str) -> None:
        super().__init__(
            f"Records are grouped by {name} twice.", hint="Give it once, or once for each granularity.", field=name
        )


class WhichGranularity(BadUserInput):
    def __init__(self, name: str, known: Sequence[str | None]) -> None:
        super().__init__(
            f"Records are grouped by {name} in several ways.",
            hint=f"Say which is meant: {name}(granularity: {' or '.join(each for each in known if each)}).",
            field=name,
        )


class NotGroupedBy(BadUserInput):
    def __init__(self, name: str) -> None:
        super().__init__(f"Records are not grouped by {name}.", hint="Name it in by.", field=name)


def groups(reading: Reading, of: ObjectView, nodes: Sequence[FieldNode], given: Given) -> Groups:
    keys = _keys(reading, of, given)
    name = type_name("group", of.name)
    fields = reading.collected(nodes, name)
    return Groups(
        of,
        keys,
        tuple(_field(reading, of, keys, key, each) for key, each in fields.items()),
        reading.limit(given),
        reading.condition(of, given),
        _having(of, given["having"]) if given.get("having") else None,
        _orders(reading, of, keys, given),
        reading.offset(given),
        reading.with_deleted(given),
    )


def _keys(reading: Reading, of: ObjectView, given: Given) -> tuple[GroupKey, ...]:
    found: dict[tuple[tuple[str, ...], str | None], GroupKey] = {}
    for each in given["by"]:
        key = _by(reading, of, each)
        if (key.names, key.granularity) in found:
            raise GroupedTwice(".".join(key.names))
        found[key.names, key.granularity] = key
    if not found:
        raise NothingToGroupBy
    return tuple(found.values())


def _by(
    reading: Reading, of: ObjectView, given: Given, through: tuple[Step, ...] = (), names: tuple[str, ...] = ()
) -> GroupKey:
    named = {name: value for name, value in given.items() if value is not None}
    ways = [name for name in named if name not in ("field", "granularity", "timeZone")]
    if len(ways) == 1 and len(named) == 1:
        entry = of.entries[ways[0]]
        assert isinstance(entry, ToOne)  # noqa: S101  there are no others
        target = reading.schema.view[entry.target]
        step = Step(target, entry.near, entry.far)
        return _by(reading, target, named[ways[0]], (*through, step), (*names, entry.name))
    if ways or "field" not in named:
        raise NothingToGroupBy
    name = named["field"]
    value = of.values.get(name)
    if value is None or not is_orderable(value):
        raise NotGroupable(name)
    key = GroupKey(through, (*names, name), value, named.get("granularity"), named.get("timeZone"))
    _check(key)
    return key


def _check(key: GroupKey) -> None:
    entry, granularity = key.entry, key.granularity
    if granularity is not None and entry.scalar not in TIMES:
        raise GranularityUnfit(entry.name, f"is no time: it has no {granularity}.")
    if granularity == "HOUR" and entry.scalar == "Date":
        raise GranularityUnfit(entry.name, "is a date: it has no HOUR.")
    if key.time_zone is not None and (granularity is None or entry.scalar == "Date"):
        raise GranularityUnfit(entry.name, "takes no timeZone here: only times with a granularity do.")


def _field(
    reading: Reading, of: ObjectView, keys: Sequence[GroupKey], key: str, nodes: Sequence[FieldNode]
) -> GroupField:
    name = type_name("group", of.name)
    match nodes[0].name.value:
        case "key":
            return _key_fields(reading, of, keys, (), key, nodes)
        case "records":
            given = reading.arguments(reading.type(name), nodes[0])
            return GroupRecords(key, _records(reading, of, nodes, given))
        case _:
            (field,) = summary_fields(reading, of, name, {key: nodes})
            return field


def _records(reading: Reading, of: ObjectView, nodes: Sequence[FieldNode], given: Given) -> Rows:
    return Rows(
        of,
        reading.outputs(of, nodes),
        reading.condition(of, given),
        reading.orders(of, given),
        reading.limit(given),
        reading.offset(given),
    )


def _key_fields(
    reading: Reading,
    of: ObjectView,
    keys: Sequence[GroupKey],
    names: tuple[str, ...],
    key: str,
    nodes: Sequence[FieldNode],
) -> KeyFields:
    name = type_name("group_key", of.name)
    fields = reading.collected(nodes, name)
    return KeyFields(key, tuple(_key_field(reading, of, keys, names, each, below) for each, below in fields.items()))


def _key_field(
    reading: Reading,
    of: ObjectView,
    keys: Sequence[GroupKey],
    names: tuple[str, ...],
    key: str,
    nodes: Sequence[FieldNode],
) -> KeyField | KeyFields | TypeName:
    name = nodes[0].name.value
    if name == "__typename":
        return TypeName(key, type_name("group_key", of.name))
    field = key_fields(of)[name]
    way = (*names, field.name)
    if isinstance(field.entry, ToOne):
        return _key_fields(reading, reading.schema.view[field.entry.target], keys, way, key, nodes)
    alike = {each.granularity: at for at, each in enumerate(keys) if (each.names, each.is_part) == (way, field.is_part)}
    given = reading.arguments(reading.type(type_name("group_key", of.name)), nodes[0])
    return KeyField(key, _meant(alike, given.get("granularity"), ".".join((*names, name))))


def _meant(alike: Mapping[str | None, int], granularity: str | None, name: str) -> int:
    """Which of the keys by one field; one without a granularity needs no word."""
    if granularity in alike:
        return alike[granularity]
    if granularity is not None or not alike:
        raise NotGroupedBy(name if granularity is None else f"{name} by {granularity}")
    if len(alike) > 1:
        raise WhichGranularity(name, [*alike])
    (at,) = alike.values()
    return at


def _having(of: ObjectView, given: Mapping[str, Any]) -> Having | Combined:
    parts: list[Having | Combined] = []
    for name, value in given.items():
        if value is None:
            raise FilterIsNull(name)
        match name:
            case "and" | "or":
                parts.append(Combined("all" if name == "and" else "some", tuple(_having(of, each) for each in value)))
            case "not":
                parts.append(Combined("none", (_having(of, value),)))
            case _:
                parts += _compared(of, name, value)
    return parts[0] if len(parts) == 1 else Combined("all", tuple(parts))


def _compared(of: ObjectView, function: str, given: Mapping[str, Any]) -> Iterator[Having]:
    for name, operators in ({None: given} if function == COUNT else given).items():
        if operators is None:
            raise FilterIsNull(name or function)
        for operator, bind in operators.items():
            if bind is None:
                raise FilterIsNull(operator)
            yield Having(Aggregate(function, None if name is None else of.values[name]), operator, bind)


def _orders(reading: Reading, of: ObjectView, keys: Sequence[GroupKey], given: Given) -> tuple[GroupOrder, ...]:
    """As asked, then by what is left of the key."""
    found: list[GroupOrder] = []
    for each in given.get("orderBy") or ():
        (name, value), *_ = each.items()
        if name != "key":
            found.append(GroupOrder(*reading.aggregate_ordered(of, each)))
        elif value is None:
            raise OrderIsNull(name)
        else:
            found += _key_orders(keys, value, reading.order(of, value))
    asked = {each.by for each in found if isinstance(each.by, int)}
    return (*found, *(GroupOrder(at, "ASC") for at in range(len(keys)) if at not in asked))


def _key_orders(keys: Sequence[GroupKey], given: Given, order: Order) -> list[GroupOrder]:
    way = [(step.near, step.far, step.to.name) for step in order.through]
    found = [
        GroupOrder(at, order.direction)
        for at, each in enumerate(keys)
        if each.entry == order.by and [(step.near, step.far, step.to.name) for step in each.through] == way
    ]
    if not found:
        raise NotGroupedBy(_named(given))
    return found


def _named(given: Any) -> str:
    """The way that an order names."""
    names = []
    while isinstance(given, Mapping):
        (name, given), *_ = given.items()
        names.append(name)
    return ".".join(names)
