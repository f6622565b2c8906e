"""A rollup as an aggregate of the records that its relation leads to, of those its filter lets through."""

from collections.abc import Mapping
from typing import Any

from armature.metadata.filters.tree import Holds, Node
from armature.metadata.filters.values import sent_value
from armature.metadata.filters.write import write_filter
from armature.metadata.rollups import Value
from armature.schema_builder.compile.binds import Constant
from armature.schema_builder.compile.conditions import condition_of, via_of
from armature.schema_builder.compile.plan.conditions import EVERY_RECORD, Condition
from armature.schema_builder.compile.plan.orders import Aggregate, Total
from armature.schema_builder.view import Composite, ObjectView, Plain, Rolled, ToMany


def total_of(entry: Rolled) -> Total:
    rollup, view = entry.rollup, entry.view
    relation = view[rollup.of.name_singular].entries[rollup.relation.name]
    assert isinstance(relation, ToMany)  # noqa: S101  checked when it was read
    target = view[relation.target]
    aggregate = Aggregate(rollup.function, _value(target, rollup.value) if rollup.value else None)
    condition = EVERY_RECORD if rollup.filter is None else kept_condition(target, rollup.filter)
    return Total(target, relation.near, relation.far, aggregate, via_of(view, relation), condition)


def kept_condition(of: ObjectView, kept: Node) -> Condition:
    """The condition that a filter which the model keeps stands for."""
    lifted: Mapping[str, Any] = write_filter(kept, of.snapshot, _lifted)
    return condition_of(of.view, of, lifted)


def _lifted(holds: Holds, operator: str, value: Any) -> Any:
    return value if operator == "is" else sent_value(holds.scalar, operator, value, Constant)


def _value(target: ObjectView, value: Value) -> Plain:
    name = value.field.name if value.field.relation_id is None else f"{value.field.name}Id"
    found = target.entries[name]
    if isinstance(found, Composite):
        return found.parts[value.part or ""]
    assert isinstance(found, Plain)  # noqa: S101  as above
    return found
