"""The types of groups, and the inputs that say what records are grouped by, which groups are kept, and their order."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
)

from armature.metadata.aggregates import COUNT, FUNCTIONS, HAVING_FITS, HAVINGS, ORDERS
from armature.metadata.names import choice_type_name, type_name
from armature.schema_builder.types.aggregates import aggregate_fields
from armature.schema_builder.types.filters import SCALAR_FILTERS, logic_fields
from armature.schema_builder.types.many import WITH_DELETED, Arguments, filtered, list_field
from armature.schema_builder.types.orders import OrderDirection, is_orderable
from armature.schema_builder.types.registry import Types
from armature.schema_builder.types.scalars import SCALARS
from armature.schema_builder.view import ObjectView, Plain, ToOne

PERIODS = ("HOUR", "DAY", "WEEK", "MONTH", "QUARTER", "YEAR")
PARTS = ("DAY_OF_WEEK", "MONTH_OF_YEAR", "QUARTER_OF_YEAR")

DateGranularity = GraphQLEnumType(
    "DateGranularity",
    {each: each for each in (*PERIODS, *PARTS)},
    description="A period, by its beginning; or a part of the calendar, by its number: Monday is 1, January is 1.",
)

NOT_OF_GROUPS = ("distinctOn", *WITH_DELETED)
"""The arguments of a list that the records of a group have not."""

TIMES = ("Date", "DateTime")
BY_GRANULARITY: Arguments = {
    "granularity": GraphQLArgument(DateGranularity, description="Which is meant, where `by` has the field twice.")
}
INT, STRING = SCALARS["Int"].graphql, SCALARS["String"].graphql


def part_name(name: str) -> str:
    """Where a key has the number of a part of the calendar."""
    return f"{name}Part"


@dataclass(frozen=True, slots=True)
class InKey:
    """A field of a key: of what it is, by the name it has in `by`, and whether it is a part of the calendar."""

    name: str
    entry: Plain | ToOne
    is_part: bool = False

    @property
    def is_time(self) -> bool:
        return isinstance(self.entry, Plain) and self.entry.scalar in TIMES


def key_fields(of: ObjectView) -> Mapping[str, InKey]:
    """By name; the names of fields come before those of parts of the calendar."""
    values = {name: InKey(name, entry) for name, entry in of.values.items() if is_orderable(entry)}
    ways = {name: InKey(name, entry) for name, entry in of.entries.items() if isinstance(entry, ToOne)}
    times = [name for name, entry in of.values.items() if entry.scalar in TIMES]
    parts = {part_name(name): InKey(name, of.values[name], is_part=True) for name in times}
    return {**parts, **values, **ways}


def group_key_type(types: Types, of: ObjectView) -> GraphQLObjectType:
    def kind(field: InKey) -> Any:
        entry = field.entry
        if isinstance(entry, ToOne):
            return types[type_name("group_key", entry.target)]
        if field.is_part:
            return INT
        choice = choice_type_name("choice", of.name, entry.name)
        return types[choice] if entry.scalar == "ENUM" else SCALARS[entry.scalar].graphql

    def shown(field: InKey) -> GraphQLField:
        given = BY_GRANULARITY if field.is_time else None
        return GraphQLField(kind(field), given, description=field.entry.field.label)

    return GraphQLObjectType(
        type_name("group_key", of.name),
        lambda: {name: shown(field) for name, field in key_fields(of).items()},
        description="What the records of a group have in common; it has what they are grouped by.",
    )


def group_type(types: Types, of: ObjectView) -> GraphQLObjectType:
    def fields() -> dict[str, GraphQLField]:
        key = GraphQLField(GraphQLNonNull(types[type_name("group_key", of.name)]))
        found = {"key": key, **aggregate_fields(types, of)}
        if of.object.may("READ"):
            records = list_field(types, of, "Records of the group.")
            records.args = {name: each for name, each in records.args.items() if name not in NOT_OF_GROUPS}
            found["records"] = records
        return found

    return GraphQLObjectType(type_name("group", of.name), fields)


def group_by_input(types: Types, of: ObjectView) -> GraphQLInputObjectType:
    def fields() -> dict[str, GraphQLInputField]:
        ways = {
            name: GraphQLInputField(types[type_name("group_by", entry.target)])
            for name, entry in of.entries.items()
            if isinstance(entry, ToOne)
        }
        return {
            **ways,
            "field": GraphQLInputField(types[type_name("field_name", of.name)]),
            "granularity": GraphQLInputField(DateGranularity, description="Of dates and times; else each for itself."),
            "timeZone": GraphQLInputField(STRING, description="By its IANA name, such as Europe/Berlin; else UTC."),
        }

    return GraphQLInputObjectType(
        type_name("group_by", of.name), fields, description="A field, or a way to one through a relation."
    )


def group_order_input(types: Types, of: ObjectView) -> GraphQLInputObjectType:
    def fields() -> dict[str, GraphQLInputField]:
        found = {
            "key": GraphQLInputField(types[type_name("order", of.name)], description="One of what is grouped by."),
            COUNT: GraphQLInputField(OrderDirection),
        }
        return found | _functions(types, of, ORDERS)

    return GraphQLInputObjectType(
        type_name("group_order", of.name), fields, is_one_of=True, description="In the end, groups are ordered by key."
    )


def having_input(types: Types, of: ObjectView) -> GraphQLInputObjectType:
    def fields() -> dict[str, GraphQLInputField]:
        own = GraphQLNonNull(types[type_name("having", of.name)])
        return {
            COUNT: GraphQLInputField(SCALAR_FILTERS["Decimal"]),
            **_functions(types, of, HAVINGS),
            **logic_fields(own),
        }

    return GraphQLInputObjectType(type_name("having", of.name), fields, description="Several at once must all hold.")


def _functions(types: Types, of: ObjectView, inputs: Mapping[str, str]) -> dict[str, GraphQLInputField]:
    names = {function: type_name(inputs[what], of.name) for function, what in FUNCTIONS.items()}
    return {function: GraphQLInputField(types[name]) for function, name in names.items() if name in types}


def having_values_input(what: str) -> Callable[[Types, ObjectView], GraphQLInputObjectType]:
    """The maker of an input that compares what a function gives of values."""

    def make(_types: Types, of: ObjectView) -> GraphQLInputObjectType:
        return GraphQLInputObjectType(
            type_name(what, of.name),
            lambda: {
                name: GraphQLInputField(SCALAR_FILTERS["Decimal"])
                for name, entry in of.values.items()
                if entry.scalar in HAVING_FITS[what]
            },
        )

    return make


def groups_field(types: Types, of: ObjectView) -> GraphQLField:
    group = GraphQLNonNull(types[type_name("group", of.name)])
    by = GraphQLNonNull(GraphQLList(GraphQLNonNull(types[type_name("group_by", of.name)])))
    order = GraphQLList(GraphQLNonNull(types[type_name("group_order", of.name)]))
    arguments: Arguments = {
        "by": GraphQLArgument(by),
        **filtered(types, of),
        "having": GraphQLArgument(types[type_name("having", of.name)], description="Which groups are kept."),
        "orderBy": GraphQLArgument(order),
        "limit": GraphQLArgument(INT, description="At most this many groups."),
        "offset": GraphQLArgument(INT, description="Leave out this many first."),
        **WITH_DELETED,
    }
    return GraphQLField(
        GraphQLNonNull(GraphQLList(group)), arguments, description=f"{of.object.label_plural}, in groups."
    )
