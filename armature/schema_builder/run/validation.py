"""graphql-core's rules of validation, told once which kinds of nodes each looks at.

Each rule would be asked for its methods by name, for each kind of node in each document: half the time that a short
document takes.
"""

from functools import cache
from typing import Any, cast

from graphql import (
    ASTValidationRule,
    GraphQLError,
    GraphQLInputType,
    ValueNode,
    ValuesOfCorrectTypeRule,
    Visitor,
    VisitorAction,
    specified_rules,
)
from graphql.language.visitor import EnterLeaveVisitor

NOTHING = EnterLeaveVisitor(None, None)


@cache
def _methods(rule: Any, kind: str) -> tuple[str | None, str | None]:
    """The names of a rule's methods for entering and leaving such a node."""
    enter, leave = (
        next((name for name in (f"{when}_{kind}", when) if hasattr(rule, name)), None) for when in ("enter", "leave")
    )
    return enter, leave


class _Told(Visitor):
    def get_enter_leave_for_kind(self, kind: str) -> EnterLeaveVisitor:
        rule: Any = type(self)
        enter, leave = _methods(rule, kind)
        if enter is None and leave is None:
            return NOTHING
        return EnterLeaveVisitor(getattr(self, enter) if enter else None, getattr(self, leave) if leave else None)


def _told(rule: type[ASTValidationRule]) -> type[ASTValidationRule]:
    made: Any = type(rule.__name__, (_Told, rule), {})
    return cast("type[ASTValidationRule]", made)


class _Placed(ValuesOfCorrectTypeRule):
    """graphql-core takes a list or an object apart before a scalar refuses it, and loses where it stood."""

    def is_valid_value_node(self, node: ValueNode, input_type: GraphQLInputType | None) -> VisitorAction:
        self._node = node
        return super().is_valid_value_node(node, input_type)

    def report_error(self, error: GraphQLError) -> None:
        placed = error if error.locations else GraphQLError(error.message, self._node, original_error=error)
        super().report_error(placed)


RULES = tuple(_told(_Placed if each is ValuesOfCorrectTypeRule else each) for each in specified_rules)
"""All that the specification has (GraphQL spec, Validation)."""
