"""Arguments as the plan reads them: their structure now, their values as binds.

A statement's text depends on which filters are named, how a list is ordered, how long an `or` is: never on the values
compared with. So what is structure stays as it is (dicts, lists, names of directions), and each value becomes a Bind.
`shape` tells two sets of variables apart by the same measure: equal shapes share a plan.
"""

from typing import Any

from graphql import (
    FieldNode,
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    ListValueNode,
    NullValueNode,
    ObjectValueNode,
    Undefined,
    ValueNode,
    VariableNode,
    get_named_type,
)
from graphql.utilities import coerce_input_literal

from armature.core.errors import BadUserInput
from armature.schema_builder.compile.binds import Constant, FromVariable, Gathered, Variables, Written
from armature.schema_builder.types.field_names import STRUCTURE
from armature.schema_builder.types.filters import NullCheck
from armature.schema_builder.types.groups import DateGranularity
from armature.schema_builder.types.orders import OrderDirection
from armature.schema_builder.types.vectors import VectorMetric
from armature.schema_builder.types.writes import DATA, NEW_RECORD


class VariableIsNull(BadUserInput):
    """One with a default may be declared nullable, and still not be null (GraphQL spec, "All Variable Usages")."""

    def __init__(self, name: str) -> None:
        super().__init__(f"The variable ${name} is null where a value is required.", field=name)


STRUCTURAL = (OrderDirection, NullCheck, DateGranularity, VectorMetric)
"""Types whose value is part of a statement's text."""


def is_structural(kind: GraphQLInputType) -> bool:
    return kind in STRUCTURAL or (isinstance(kind, GraphQLEnumType) and STRUCTURE in kind.extensions)


Lifted = Any
"""None, a Bind, a name of a structural enum, a dict by field name, or a list: what a plan is made from."""


def lift_arguments(field: GraphQLField, node: FieldNode, variables: Variables) -> dict[str, Lifted]:
    """The arguments that were given; one whose variable was left out is left out too."""
    given: dict[str, Lifted] = {}
    for argument in node.arguments or ():
        name = argument.name.value
        value = _lift_field(field.args[name], argument.value, variables)
        if value is not Undefined:
            given[name] = value
    return given


def _lift_field(field: GraphQLArgument | GraphQLInputField, node: ValueNode, variables: Variables) -> Lifted:
    if is_data(field) and not isinstance(node, VariableNode | NullValueNode):
        return Written(node, field.type)
    return _lift_literal(field.type, node, variables)


def _lift_literal(kind: GraphQLInputType, node: ValueNode, variables: Variables) -> Lifted:
    required = isinstance(kind, GraphQLNonNull)
    if isinstance(kind, GraphQLNonNull):
        kind = kind.of_type
    if isinstance(node, VariableNode):
        name = node.name.value
        if name not in variables:
            return Undefined
        if required and variables[name] is None:
            raise VariableIsNull(name)
        return _lift_value(kind, variables[name], (name,))
    if isinstance(node, NullValueNode):
        return None
    if isinstance(kind, GraphQLList):
        return _lift_list(kind, node, variables)
    if isinstance(kind, GraphQLInputObjectType):
        assert isinstance(node, ObjectValueNode)  # noqa: S101  validation has seen to it
        lifted = {
            each.name.value: _lift_field(kind.fields[each.name.value], each.value, variables) for each in node.fields
        }
        return {name: value for name, value in lifted.items() if value is not Undefined}
    if _has_variables(node):
        return Written(node, kind)
    value = coerce_input_literal(node, kind)
    return value if is_structural(kind) else Constant(value)


def _lift_list(kind: GraphQLList[Any], node: ValueNode, variables: Variables) -> Lifted:
    """A single value stands for a list of one (GraphQL spec, "List", input coercion)."""
    nodes = node.values if isinstance(node, ListValueNode) else (node,)
    items = [_lift_literal(kind.of_type, each, variables) for each in nodes]
    items = [None if each is Undefined else each for each in items]
    if not is_leaf(kind.of_type):
        return items
    if all(isinstance(each, Constant) for each in items):
        return Constant([each.value for each in items])
    return Gathered(tuple(Constant(None) if each is None else each for each in items))


def _lift_value(kind: GraphQLInputType, value: Any, path: tuple[str | int, ...]) -> Lifted:
    """`value` is coerced: a list is a list, defaults are in."""
    if value is None:
        return None
    if isinstance(kind, GraphQLNonNull):
        kind = kind.of_type
    if holds_data(kind):
        return FromVariable(path)
    if isinstance(kind, GraphQLList) and not is_leaf(kind.of_type):
        return [_lift_value(kind.of_type, each, (*path, at)) for at, each in enumerate(value)]
    if isinstance(kind, GraphQLInputObjectType):
        return {
            name: FromVariable((*path, name))
            if is_data(kind.fields[name]) and each is not None
            else _lift_value(kind.fields[name].type, each, (*path, name))
            for name, each in value.items()
        }
    return value if is_structural(kind) else FromVariable(path)


def is_data(field: GraphQLArgument | GraphQLInputField) -> bool:
    """Whether no plan depends on what is given here."""
    return DATA in field.extensions or holds_data(field.type)


def holds_data(kind: GraphQLInputType) -> bool:
    """Whether nothing of this type is structure: new records by the list, and what is nested in a record."""
    inner = kind.of_type if isinstance(kind, GraphQLNonNull) else kind
    if isinstance(inner, GraphQLList):
        item = get_named_type(inner)
        return isinstance(item, GraphQLInputObjectType) and (NEW_RECORD in item.extensions or DATA in item.extensions)
    return isinstance(inner, GraphQLInputObjectType) and DATA in inner.extensions


def is_leaf(kind: GraphQLInputType) -> bool:
    """A scalar or a choice whose value is a bind."""
    inner = kind.of_type if isinstance(kind, GraphQLNonNull) else kind
    return not isinstance(inner, GraphQLInputObjectType | GraphQLList) and not is_structural(inner)


def _has_variables(node: ValueNode) -> bool:
    match node:
        case VariableNode():
            return True
        case ListValueNode():
            return any(_has_variables(each) for each in node.values)
        case ObjectValueNode():
            return any(_has_variables(each.value) for each in node.fields)
    return False


def items_in(kind: GraphQLInputType, value: Any, enough: int) -> int:
    """How many inputs one variable's raw value lists, at all levels, counted no further than just beyond `enough`.

    Each will be a condition or an order. Lists of new records are data, and not counted.
    """
    found = 0
    waiting: list[tuple[GraphQLInputType, Any]] = [(kind, value)]
    while waiting and found <= enough:
        kind, value = waiting.pop()
        if isinstance(kind, GraphQLNonNull):
            kind = kind.of_type
        if holds_data(kind):
            continue
        if isinstance(kind, GraphQLList) and isinstance(value, list) and not is_leaf(kind.of_type):
            found += len(value)
            waiting += [(kind.of_type, each) for each in value[: enough + 1]]
        elif isinstance(kind, GraphQLInputObjectType) and isinstance(value, dict):
            fields = ((kind.fields[name], each) for name, each in value.items() if name in kind.fields)
            waiting += [(field.type, each) for field, each in fields if not is_data(field)]
    return found


def shape_of(kind: GraphQLInputType, value: Any) -> Any:
    """What a plan depends on in one variable's value: hashable, and small where the value is a plain one."""
    if value is None:
        return None
    if isinstance(kind, GraphQLNonNull):
        kind = kind.of_type
    if holds_data(kind):
        return True
    if isinstance(kind, GraphQLInputObjectType):
        return tuple([(name, _field_shape(kind.fields[name], each)) for name, each in value.items()])
    if isinstance(kind, GraphQLList) and not is_leaf(kind.of_type):
        return tuple(shape_of(kind.of_type, each) for each in value)
    return value if is_structural(kind) else True


def _field_shape(field: GraphQLInputField, value: Any) -> Any:
    return value is not None if is_data(field) else shape_of(field.type, value)
