"""Which field of an input is at fault where a variable can't be read: graphql-core says so in its sentence only."""

import re
from collections.abc import Iterator, Sequence

from graphql import (
    FieldNode,
    GraphQLError,
    InlineFragmentNode,
    ListValueNode,
    Node,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
)

Path = tuple[str | int, ...]

_OF_VARIABLE = re.compile(r"Variable '\$(\w+)' (?:has invalid value(?: at ([^:\s]+))?:|of required type)")
_STEP = re.compile(r"\.(\w+)|\[(\d+)\]")
_MISSING = re.compile(r"include (?:required|unknown) field '(\w+)'")


def placed(errors: Sequence[GraphQLError], operation: OperationDefinitionNode) -> list[GraphQLError]:
    """The errors, those of variables with `field` and `inputPath` as others have them."""
    return [_placed(each, operation) for each in errors]


def _placed(error: GraphQLError, operation: OperationDefinitionNode) -> GraphQLError:
    found = _OF_VARIABLE.match(error.message)
    if found is None:
        return error
    used = next(_uses(operation.selection_set, found[1]), (found[1],))
    path = (*used, *_steps(found[2] or ""), *_MISSING.findall(error.message)[:1])
    field = next(each for each in reversed(path) if isinstance(each, str))
    extensions = {**(error.extensions or {}), "field": field, "inputPath": list(path)}
    return GraphQLError(error.message, error.nodes, extensions=extensions)


def _steps(printed: str) -> Iterator[str | int]:
    for name, index in _STEP.findall(printed):
        yield name or int(index)


def _uses(selections: SelectionSetNode | None, variable: str) -> Iterator[Path]:
    """Where the arguments of an operation's fields have it; those in named fragments are not looked for."""
    for each in selections.selections if selections else ():
        if isinstance(each, FieldNode):
            for argument in each.arguments or ():
                yield from _within(argument.value, variable, (argument.name.value,))
        if isinstance(each, FieldNode | InlineFragmentNode):
            yield from _uses(each.selection_set, variable)


def _within(value: Node, variable: str, path: Path) -> Iterator[Path]:
    match value:
        case VariableNode() if value.name.value == variable:
            yield path
        case ObjectValueNode():
            for field in value.fields:
                yield from _within(field.value, variable, (*path, field.name.value))
        case ListValueNode():
            for position, item in enumerate(value.values):
                yield from _within(item, variable, (*path, position))
        case _:
            pass
