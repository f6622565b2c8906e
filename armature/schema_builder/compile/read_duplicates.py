"""The root field that shows the duplicates of a record becomes a plan: a list of what meets one of the criteria."""

from collections.abc import Mapping, Sequence

from graphql import FieldNode

from armature.core.errors import BadUserInput
from armature.schema_builder.compile.arguments import Lifted
from armature.schema_builder.compile.binds import Bind, Changed
from armature.schema_builder.compile.fit import sought
from armature.schema_builder.compile.plan.conditions import Alike, All, Compare, Condition, Either, Not
from armature.schema_builder.compile.plan.levels import Rows
from armature.schema_builder.compile.reading import Given, Reading
from armature.schema_builder.view import ObjectView, Plain


class OneOfIdAndData(BadUserInput):
    def __init__(self) -> None:
        super().__init__("Duplicates are asked for by either id or data.", hint="Give one of the two.", field="id")


def duplicates(reading: Reading, of: ObjectView, nodes: Sequence[FieldNode], given: Given) -> Rows:
    if (given.get("id") is None) == (given.get("data") is None):
        raise OneOfIdAndData
    condition = _of_record(of, given["id"]) if given.get("data") is None else _of_data(of, given["data"])
    return Rows(of, reading.outputs(of, nodes), condition, limit=reading.limit(given))


def _of_record(of: ObjectView, id_: Bind) -> Condition:
    found = Either(tuple(All(tuple(Alike(each, id_, of) for each in criterion)) for criterion in of.criteria))
    return All((found, Not(Compare(of.unique_entries["id"], "eq", id_))))


def _of_data(of: ObjectView, data: Mapping[str, Lifted]) -> Condition:
    """By the criteria of which all values are given."""
    found: list[Condition] = []
    for criterion in of.criteria:
        values = [(each, _given(each, data)) for each in criterion]
        known = tuple(Alike(each, value) for each, value in values if value is not None)
        if len(known) == len(values):
            found.append(All(known))
    return Either(tuple(found))


def _given(entry: Plain, data: Mapping[str, Lifted]) -> Bind | None:
    """In the spelling in which it would be kept."""
    value: Lifted = data
    for name in entry.path:
        value = None if value is None else value.get(name)
    if value is None:
        return None
    alike = sought(entry)
    return value if alike is None else Changed(value, alike)
