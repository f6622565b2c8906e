"""Values on their way into a statement: known when a plan is made, or read from the variables of each request."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLInputType, Undefined, ValueNode
from graphql.execution.values import VariableValues
from graphql.utilities import coerce_input_literal

from armature.core.errors import BadUserInput

Variables = Mapping[str, Any]
Reader = Callable[[Variables], Any]


@dataclass(frozen=True, slots=True)
class Constant:
    """Written in the document, or part of the plan."""

    value: Any

    def read(self, _variables: Variables) -> Any:
        return self.value


@dataclass(frozen=True, slots=True)
class FromVariable:
    """A value inside the variables; `path` begins with the variable's name."""

    path: tuple[str | int, ...]

    def read(self, variables: Variables) -> Any:
        value: Any = variables
        for step in self.path:
            value = value[step]
        return value


@dataclass(frozen=True, slots=True)
class Gathered:
    """A list written in the document with variables among its items."""

    items: tuple["Bind", ...]

    def read(self, variables: Variables) -> Any:
        return [item.read(variables) for item in self.items]


@dataclass(frozen=True, slots=True)
class Written:
    """A literal of a scalar with variables inside it: JSON."""

    node: ValueNode
    type: GraphQLInputType

    def read(self, variables: Variables) -> Any:
        value = coerce_input_literal(self.node, self.type, VariableValues({}, dict(variables)))
        if value is Undefined:
            raise BadUserInput("A variable is null where a value is required.")
        return value


@dataclass(frozen=True, slots=True)
class Changed:
    """Another bind's value, put into the form the statement needs: a pattern, a wrapped document."""

    of: "Bind"
    change: Callable[[Any], Any]

    def read(self, variables: Variables) -> Any:
        return self.change(self.of.read(variables))


Bind = Constant | FromVariable | Gathered | Written | Changed
