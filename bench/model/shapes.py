"""The models that are compared: the CRM pack, and a large one of 300 objects with 50 fields each."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from armature.metadata.changes import Change, CreateObject, NewField, NewOption, NewRelation
from armature.metadata.packs.crm import CRM

SYSTEM_FIELDS = 4
RELATIONS = 2  # to the object before, from the one after
SCALARS: Sequence[dict[str, Any]] = (
    {"type": "TEXT"},
    {"type": "NUMBER", "settings": {"dataType": "int"}},
    {"type": "BOOLEAN"},
    {"type": "DATE_TIME"},
    {"type": "TEXT"},
    {"type": "SELECT", "options": tuple(NewOption(value=each) for each in ("LOW", "MIDDLE", "HIGH"))},
    {"type": "NUMERIC"},
    {"type": "DATE"},
)


@dataclass(frozen=True, slots=True)
class Shape:
    """A model, and which of its objects fields are added to."""

    name: str
    changes: Sequence[Change]
    object: str
    plural: str
    table: str


CRM_SHAPE = Shape("CRM pack", CRM, "person", "people", "people")


def large(objects: int, fields: int, prefix: str = "") -> Shape:
    middle = f"{prefix}thing{objects // 2:03}"
    changes = tuple(_objects(objects, fields, prefix))
    return Shape(f"{objects} x {fields}", changes, middle, f"{middle}s", f"{middle}s")


def _objects(objects: int, fields: int, prefix: str) -> Iterator[CreateObject]:
    for number in range(objects):
        own = [
            NewField(name=f"field{each:02}", **SCALARS[each % len(SCALARS)])
            for each in range(fields - SYSTEM_FIELDS - RELATIONS)
        ]
        if number:
            before = NewRelation(type="MANY_TO_ONE", target=f"{prefix}thing{number - 1:03}", inverse_name="after")
            own.append(NewField(name="before", type="RELATION", relation=before))
        name = f"{prefix}thing{number:03}"
        yield CreateObject(name_singular=name, name_plural=f"{name}s", fields=tuple(own))
