"""Row rules become conditions: filters like those of clients, over the whole model, with values of the caller in them.

What a rule leads through is not narrowed by rules itself: a rule may ask what its role does not see.
"""

from collections.abc import Callable, Mapping
from typing import Any

from graphql import GraphQLError, GraphQLInputObjectType, GraphQLInputType, GraphQLList, GraphQLNonNull

from armature.core.errors import BadUserInput
from armature.metadata.names import type_name
from armature.metadata.rights import Right, Rule
from armature.schema_builder.compile.arguments import Lifted, is_leaf, is_structural
from armature.schema_builder.compile.binds import Bind, Changed, Constant, FromVariable, Gathered
from armature.schema_builder.compile.conditions import condition_of
from armature.schema_builder.compile.plan.conditions import Condition, Either
from armature.schema_builder.types.schema import WorkspaceSchema
from armature.schema_builder.view import ObjectView

ME = "(me)"
"""Under this name the values of the caller are handed to a statement. No variable has it."""

VALUES = ("id", "email")
"""What there is of the caller: the id of a user, who is a member under the same id, or of an API key."""

PREFIX = "$me."
COMPARED = frozenset({"eq", "neq", "in", "notIn", "containsAny", "containsAll"})
NOBODY: Condition = Either(())


class RuleUnfit(BadUserInput):
    def __init__(self, path: tuple[str | int, ...], problem: str) -> None:
        super().__init__(problem, path=path)


class RowRules:
    """Those of one role's view."""

    def __init__(self, whole: Callable[[], WorkspaceSchema]) -> None:
        self._whole = whole
        self._made: dict[tuple[str, Right], Condition | None] = {}

    def rule(self, of: ObjectView, to: Right) -> Condition | None:
        key = (of.name, to)
        if key not in self._made:
            self._made[key] = self._make(of, to)
        return self._made[key]

    def _make(self, of: ObjectView, to: Right) -> Condition | None:
        access = of.object.access
        rule = None if access is None else access.rules.get(to)
        if access is not None and rule is None:
            return NOBODY
        return rule_condition(self._whole(), of.name, rule) if rule else None


def rule_condition(schema: WorkspaceSchema, of: str, rule: Rule) -> Condition:
    """Raises RuleUnfit."""
    kind: Any = schema.types[type_name("filter", of)]
    return condition_of(schema.view, schema.view[of], _lifted(kind, rule, ()))


def _lifted(kind: GraphQLInputType, value: Any, path: tuple[str | int, ...]) -> Lifted:
    """As arguments.py does it with what a client writes, by GraphQL's types."""
    if isinstance(kind, GraphQLNonNull):
        kind = kind.of_type
    if value is None:
        raise RuleUnfit(path, "It is null, which could mean anything.")
    if isinstance(kind, GraphQLInputObjectType):
        return _fields(kind, value, path)
    if isinstance(kind, GraphQLList) and not is_leaf(kind.of_type):
        items = value if isinstance(value, list | tuple) else [value]
        return [_lifted(kind.of_type, each, (*path, at)) for at, each in enumerate(items)]
    if isinstance(kind, GraphQLList):
        items = value if isinstance(value, list | tuple) else [value]
        return Gathered(tuple(_value(kind.of_type, each, (*path, at)) for at, each in enumerate(items)))
    return _coerced(kind, value, path) if is_structural(kind) else _value(kind, value, path)


def _fields(kind: GraphQLInputObjectType, value: Any, path: tuple[str | int, ...]) -> Mapping[str, Lifted]:
    if not isinstance(value, Mapping):
        raise RuleUnfit(path, f"It must be an object: {kind.name}.")
    for name in value:
        if name not in kind.fields:
            raise RuleUnfit((*path, name), f'There is no "{name}" here.')
    return {name: _lifted(kind.fields[name].type, each, (*path, name)) for name, each in value.items()}


def _value(kind: GraphQLInputType, value: Any, path: tuple[str | int, ...]) -> Bind:
    if isinstance(kind, GraphQLNonNull):
        kind = kind.of_type
    if isinstance(value, str) and value.startswith(PREFIX):
        return _of_caller(kind, value, path)
    return Constant(_coerced(kind, value, path))


def _of_caller(kind: GraphQLInputType, value: str, path: tuple[str | int, ...]) -> Bind:
    name = value.removeprefix(PREFIX)
    if name not in VALUES:
        raise RuleUnfit(path, f"There is no {value}; there is {', '.join(PREFIX + each for each in VALUES)}.")
    bind = FromVariable((ME, name))
    if COMPARED.isdisjoint(path[-2:]):
        raise RuleUnfit(path, f"{value} can be compared by {', '.join(sorted(COMPARED))} only.")
    wanted = getattr(kind, "name", "")
    if wanted == "String":
        return Changed(bind, _text)
    if name != "id" or wanted not in ("ID", "UUID"):
        raise RuleUnfit(path, f"{value} is no {wanted}.")
    return bind


def _text(given: Any) -> str | None:
    return None if given is None else str(given)


def _coerced(kind: Any, value: Any, path: tuple[str | int, ...]) -> Any:
    try:
        return kind.coerce_input_value(value)
    except (GraphQLError, ValueError, TypeError) as error:
        raise RuleUnfit(path, f"It does not fit: {error}") from error
