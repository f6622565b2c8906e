"""Random rollups over the relations that a model has."""

from collections.abc import Iterator
from typing import Any

from armature.metadata.aggregates import COUNT, SPELT, fits
from armature.metadata.changes import CreateField, NewField
from armature.schema_builder.view import Composite, ObjectView, Plain, ToMany, View
from tests.support.worlds.choices import Choices

EXACT = ("Int", "BigInt", "String", "Date", "DateTime", "Boolean")
"""What floats and decimals come to depends on the order that they are taken in, or has zeros at its end."""

FILTERS = (
    {"position": {"gte": 1}},
    {"not": {"createdAt": {"gt": "2020-01-03T00:00:00Z"}}},
    {"or": [{"updatedBy": {"name": {"is": "NULL"}}}, {"id": {"gt": "80000000-0000-0000-0000-000000000000"}}]},
)


def some_rollups(choices: Choices, view: View) -> Iterator[CreateField]:
    for of in view:
        relations = [each for each in of.entries.values() if isinstance(each, ToMany)]
        for number in range(choices.between(0, 2) if relations else 0):
            relation = choices.pick(relations)
            settings: dict[str, Any] = {"relation": relation.name, **_aggregate(choices, view[relation.target])}
            if choices.chance(40):
                settings["filter"] = choices.pick(FILTERS)
            new = NewField(name=f"rolled{number}", type="ROLLUP", settings=settings)
            yield CreateField(object=of.name, field=new)


def _aggregate(choices: Choices, of: ObjectView) -> dict[str, str]:
    values = dict(_values(of))
    spelt = choices.pick(list(SPELT))
    fitting = [name for name, each in values.items() if SPELT[spelt] != COUNT and fits(SPELT[spelt], each.scalar)]
    if not fitting or spelt in ("AVG", "PERCENT_EMPTY", "PERCENT_NOT_EMPTY"):
        return {"aggregate": "COUNT"}
    return {"aggregate": spelt, "field": choices.pick(fitting)}


def _values(of: ObjectView) -> Iterator[tuple[str, Plain]]:
    for entry in of.entries.values():
        if isinstance(entry, Composite):
            yield from ((f"{entry.name}.{name}", part) for name, part in entry.parts.items() if part.scalar in EXACT)
        elif isinstance(entry, Plain) and entry.scalar in EXACT:
            yield entry.name, entry
