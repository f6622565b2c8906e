"""Fields of a selection, collected (GraphQL spec, CollectFields): fragments spread, equal response keys merged."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from graphql import (
    BooleanValueNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    SelectionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
)

from armature.core.errors import BadUserInput

MAX_KEY = 63
"""Bytes; PostgreSQL would cut a longer alias without a word."""


class KeyTooLong(BadUserInput):
    def __init__(self, key: str) -> None:
        super().__init__(
            f'The response key "{key}" is longer than {MAX_KEY} bytes.', hint="Choose a shorter alias.", field=key
        )


class ConditionIsNull(BadUserInput):
    def __init__(self, directive: str) -> None:
        super().__init__(f"@{directive}(if:) is null where true or false is required.", field="if")


Collected = Mapping[str, Sequence[FieldNode]]


def collect(
    selections: Iterable[SelectionSetNode | None],
    type_names: str | Collection[str],
    fragments: Mapping[str, FragmentDefinitionNode],
    variables: Mapping[str, Any],
) -> Collected:
    """Field nodes by response key, in the order of the answer; more than one type: an object's, and unions it is in."""
    names = {type_names} if isinstance(type_names, str) else type_names
    collector = _Collector(names, fragments, variables)
    for each in selections:
        if each is not None:
            collector.visit(each)
    return collector.found


class _Collector:
    def __init__(
        self, type_names: Collection[str], fragments: Mapping[str, FragmentDefinitionNode], variables: Mapping[str, Any]
    ) -> None:
        self.found: dict[str, list[FieldNode]] = {}
        self._type_names = type_names
        self._fragments = fragments
        self._variables = variables
        self._spread: set[str] = set()

    def visit(self, selections: SelectionSetNode) -> None:
        for each in selections.selections:
            if _is_included(each, self._variables):
                self._add(each)

    def _add(self, selection: SelectionNode) -> None:
        match selection:
            case FieldNode():
                key = (selection.alias or selection.name).value
                if len(key) > MAX_KEY:
                    raise KeyTooLong(key)
                self.found.setdefault(key, []).append(selection)
            case InlineFragmentNode(type_condition=condition):
                if condition is None or condition.name.value in self._type_names:
                    self.visit(selection.selection_set)
            case FragmentSpreadNode(name=name) if name.value not in self._spread:
                self._spread.add(name.value)
                fragment = self._fragments[name.value]
                if fragment.type_condition.name.value in self._type_names:
                    self.visit(fragment.selection_set)


def _is_included(node: SelectionNode, variables: Mapping[str, Any]) -> bool:
    for directive in node.directives or ():
        if directive.name.value in CONDITIONS and directive.arguments:
            value = directive.arguments[0].value
            given = variables.get(value.name.value) if isinstance(value, VariableNode) else _literal(value)
            if not isinstance(given, bool):
                raise ConditionIsNull(directive.name.value)
            if given is (directive.name.value == "skip"):
                return False
    return True


CONDITIONS = ("skip", "include")


def _literal(node: ValueNode) -> bool:
    return isinstance(node, BooleanValueNode) and node.value
