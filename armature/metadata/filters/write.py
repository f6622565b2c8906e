"""A tree becomes a filter again, spelt with the names that a snapshot has."""

from collections.abc import Callable
from typing import Any

from armature.metadata.filters.tree import Chosen, Holds, Leads, Node, Together
from armature.metadata.model import Snapshot

Value = Callable[[Holds, str, Any], Any]
"""What is written for a condition's operator and its value."""


def write_filter(node: Node, snapshot: Snapshot, value: Value = lambda _holds, _operator, value: value) -> Any:
    """As it was written but for its spelling. `value` says what stands for each value, which has its present name."""
    match node:
        case Together(word="", parts=parts):
            return _merged([write_filter(each, snapshot, value) for each in parts])
        case Together(word="not", parts=(part,)):
            return {"not": write_filter(part, snapshot, value)}
        case Together(word=word, parts=parts):
            return {word: [write_filter(each, snapshot, value) for each in parts]}
        case Leads(quantifier=quantifier):
            inner = write_filter(node.inner, snapshot, value)
            return {_name(node, snapshot): {quantifier: inner} if quantifier else inner}
        case Holds():
            return _holds(node, snapshot, value)


def _holds(node: Holds, snapshot: Snapshot, value: Value) -> Any:
    options = {each.id: each.value for each in snapshot.objects[node.object].fields[node.field].options}

    def now(held: Any) -> Any:
        if isinstance(held, list):
            return [now(each) for each in held]
        return options.get(held.id, held.value) if isinstance(held, Chosen) else held

    operators = {operator: value(node, operator, now(held)) for operator, held in node.operators.items()}
    name = f"{_name(node, snapshot)}{node.suffix}"
    return {name: operators if node.part is None else {node.part: operators}}


def _name(node: Holds | Leads, snapshot: Snapshot) -> str:
    return snapshot.objects[node.object].fields[node.field].name


def _merged(parts: list[dict[str, Any]]) -> dict[str, Any]:
    """Side by side. Parts of one composite, and what is asked of one relation, stand under one name."""
    found: dict[str, Any] = {}
    for each in parts:
        for name, value in each.items():
            found[name] = {**found[name], **value} if name in found else value
    return found
